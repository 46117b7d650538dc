//! `Regular`: a matrix that is not singular to working precision, brought to one scale and factored.

use super::condition::InverseNorm;
use super::copy;
use super::lu::Lu;
use super::panel::{larger, largest};
use crate::element::Real;
use crate::gemm::Matrix;
use crate::isa::{self, NullaryFnOnce};
use crate::scratch;

/// `R a C = P⁻¹ L U`.
///
/// The powers of two `R` and `C` bring the largest element of each row and column near 1, so that the condition does not depend on
/// units in which rows and columns are measured.
pub(super) struct Regular<'a, T> {
    lu: Lu<'a, T>,
    rows: &'a [T],
    columns: &'a [T],
}

impl<T: Real> Regular<'_, T> {
    /// Runs `f` with a matrix, or with nothing if it is singular.
    pub fn with<R>(a: Matrix<'_, T>, f: impl FnOnce(Option<Regular<'_, T>>) -> R) -> R {
        let [n, _] = a.size();
        scratch::with(n * n + 4 * n, |memory| {
            let (rows, memory) = memory.split_at_mut(n);
            let (columns, memory) = memory.split_at_mut(n);
            let (x, memory) = memory.split_at_mut(n);
            let (y, factors) = memory.split_at_mut(n);
            copy(a, factors);
            let norm = isa::dispatch(Balance { a: factors, rows, columns, sums: x });
            let lu = Lu::new(factors, n);
            let regular = lu.pivots().all(|pivot| pivot != T::zero()) && {
                is_regular(norm, isa::dispatch(InverseNorm { factors: lu.factors, x, y }))
            };
            f(regular.then_some(Regular { lu, rows, columns }))
        })
    }

    /// `x ← a⁻¹ x` for rows of `columns` elements.
    pub fn solve(&self, x: &mut [T], columns: usize) {
        scale_rows(x, columns, self.rows);
        self.lu.exchange(x, columns);
        self.lu.lower().solve(x, columns, columns);
        self.lu.upper().solve(x, columns, columns);
        scale_rows(x, columns, self.columns);
    }
}

/// Whether a matrix is not singular to working precision, by its 1-norm and that of its inverse.
#[inline(always)]
pub(super) fn is_regular<T: Real>(norm: T, inverse_norm: T) -> bool {
    // Written so that NaN is refused too.
    T::one() / (norm * inverse_norm) >= T::epsilon()
}

/// Multiplies each row by its scale.
fn scale_rows<T: Real>(x: &mut [T], columns: usize, scales: &[T]) {
    if columns > 0 {
        x.chunks_exact_mut(columns).zip(scales).for_each(|(row, &scale)| row.iter_mut().for_each(|x| *x *= scale));
    }
}

/// Brings rows, then columns of a square matrix to one scale; the powers of two that it takes go to `rows` and `columns`. The result is the 1-norm
/// afterwards, the largest sum of absolute values of a column.
pub(super) struct Balance<'a, T> {
    pub a: &'a mut [T],
    pub rows: &'a mut [T],
    pub columns: &'a mut [T],
    /// Room for a number for each column.
    pub sums: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for Balance<'_, T> {
    type Output = T;

    #[inline(always)]
    fn call(self) -> T {
        let Balance { a, rows, columns, sums } = self;
        let n = rows.len().max(1);
        columns.fill(T::zero());
        for (row, scale) in a.chunks_exact_mut(n).zip(rows) {
            *scale = scale_of(largest(row));
            for (x, column) in row.iter_mut().zip(&mut *columns) {
                *x *= *scale;
                *column = larger(*column, *x);
            }
        }
        columns.iter_mut().for_each(|column| *column = scale_of(*column));
        sums.fill(T::zero());
        for row in a.chunks_exact_mut(n) {
            for ((x, &scale), sum) in row.iter_mut().zip(&*columns).zip(&mut *sums) {
                *x *= scale;
                *sum += x.abs();
            }
        }
        sums.iter().fold(T::zero(), |largest, &sum| largest.max(sum))
    }
}

/// The power of two that brings a size near 1.
#[inline(always)]
fn scale_of<T: Real>(largest: T) -> T {
    if largest > T::zero() { (-largest.log2().floor()).exp2() } else { T::one() }
}
