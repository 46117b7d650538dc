//! What softmax and its logarithm do to each element of a row.

use crate::element::Real;
use crate::elementwise::Function;
use crate::fold::LANES;
use crate::isa::NullaryFnOnce;
use crate::math;
use std::ops::Range;

/// The row of `n` elements from `start` on, up to whole lanes if there is room: what is left of a row would be taken one by one, and one exponential takes as
/// long as a vector of them. What comes to lie behind the row is written over when the next one is computed.
#[inline(always)]
pub(super) fn whole_lanes(start: usize, n: usize, room: usize) -> Range<usize> {
    let end = start + n.next_multiple_of(LANES);
    start..if end <= room { end } else { start + n }
}

/// `y ← f(x)` of each element.
pub(super) struct Each<'a, T, F> {
    pub x: &'a [T],
    pub f: F,
    pub y: &'a mut [T],
}

impl<T: Real, F: Function<T, T>> NullaryFnOnce for Each<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Each { x, f, y } = self;
        for (y, &x) in y.iter_mut().zip(x) {
            *y = f.at(x);
        }
    }
}

/// Replaces each element of a row by a function of it.
pub(super) struct Change<'a, T, F> {
    pub row: &'a mut [T],
    pub f: F,
}

impl<T: Real, F: Function<T, T>> NullaryFnOnce for Change<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Change { row, f } = self;
        for x in row {
            *x = f.at(*x);
        }
    }
}

/// The exponential of what an element is above the largest one.
pub(super) struct Above<T> {
    pub largest: T,
}

impl<T: Real> Function<T, T> for Above<T> {
    #[inline(always)]
    fn at(&self, x: T) -> T {
        math::exp(x - self.largest)
    }
}

/// The share of an exponential in the sum of all.
pub(super) struct Share<T> {
    pub sum: T,
}

impl<T: Real> Function<T, T> for Share<T> {
    #[inline(always)]
    fn at(&self, x: T) -> T {
        x / self.sum
    }
}

/// The logarithm of the share of an element's exponential.
pub(super) struct LogShare<T> {
    pub largest: T,
    pub log: T,
}

impl<T: Real> Function<T, T> for LogShare<T> {
    #[inline(always)]
    fn at(&self, x: T) -> T {
        x - self.largest - self.log
    }
}
