//! Exponentials of a row that sum to 1, and their logarithms.

use super::elementwise;
use super::fold::EXPONENTIALS;
use super::isa::{self, NullaryFnOnce};
use super::{math, reduce};
use crate::element::Real;

/// The sum of the exponentials of a row, in a form that does not overflow.
///
/// Small numbers are not made as differences of large ones: `x` is taken off the largest element first, for costs and for shares.
#[derive(Clone, Copy, Debug)]
pub struct LogSum<T> {
    /// The largest element.
    pub largest: T,
    /// The sum of the exponentials of what each element is above the largest.
    pub sum: T,
    /// The logarithm of that sum.
    pub log: T,
}

impl<T: Real> LogSum<T> {
    /// That of a row.
    #[inline(never)]
    pub fn of(row: &[T]) -> Self {
        let largest = reduce::fold_slice(row, T::neg_infinity(), &elementwise::max);
        let sum = reduce::sum_exp(row, largest);
        LogSum { largest, sum, log: sum.ln() }
    }

    /// `ln Σ eˣ - x`.
    #[inline]
    pub fn cost(self, x: T) -> T {
        self.largest - x + self.log
    }

    /// `eˣ / Σ eˣ`.
    #[inline(always)]
    pub fn share(self, x: T) -> T {
        math::exp(x - self.largest) / self.sum
    }
}

/// Replaces each element by its exponential over the sum of all.
#[inline(never)]
pub fn softmax<T: Real>(row: &mut [T]) {
    let largest = reduce::fold_slice(row, T::neg_infinity(), &elementwise::max);
    if row.len() <= EXPONENTIALS {
        Above { row, largest }.call();
        let by = reduce::sum_slice(row);
        return Divide { row, by }.call();
    }
    isa::dispatch(Above { row, largest });
    let sum = reduce::sum_slice(row);
    isa::dispatch(Divide { row, by: sum });
}

/// Replaces each element by the logarithm of its softmax.
#[inline(never)]
pub fn log_softmax<T: Real>(row: &mut [T]) {
    let sum = LogSum::of(row);
    row.iter_mut().for_each(|x| *x = *x - sum.largest - sum.log);
}

/// The exponentials of what elements are above a number, in their place.
struct Above<'a, T> {
    row: &'a mut [T],
    largest: T,
}

impl<T: Real> NullaryFnOnce for Above<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for x in self.row {
            *x = math::exp(*x - self.largest);
        }
    }
}

/// Elements divided by a number, in their place.
struct Divide<'a, T> {
    row: &'a mut [T],
    by: T,
}

impl<T: Real> NullaryFnOnce for Divide<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for x in self.row {
            *x /= self.by;
        }
    }
}
