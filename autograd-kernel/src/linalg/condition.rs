//! How far a factored matrix is from being singular.

use super::panel::{place_of_largest, take};
use crate::element::Real;
use crate::isa::NullaryFnOnce;

/// Products that are summed side by side.
const LANES: usize = 16;

/// A lower bound of the 1-norm of the inverse of a factored matrix, rarely less than a third of it.
///
/// Hager 1984, "Condition Estimates"; Higham 1988, "FORTRAN Codes for Estimating the One-Norm", algorithm 4.1.
pub(super) struct InverseNorm<'a, T> {
    /// `L` below the diagonal, where it has ones, and `U` from there up. The order of rows is of no account for the norm.
    pub factors: &'a [T],
    /// Room for a number for each row.
    pub x: &'a mut [T],
    /// As `x`.
    pub y: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for InverseNorm<'_, T> {
    type Output = T;

    #[inline(always)]
    fn call(self) -> T {
        let InverseNorm { factors, x, y } = self;
        let n = x.len();
        let number = |i: usize| T::of(i as f64);
        x.fill(number(n).recip());
        let mut norm = T::zero();
        for _ in 0..5 {
            y.copy_from_slice(x);
            apply(factors, y);
            norm = norm.max(size(y));
            y.iter_mut().for_each(|y| *y = y.signum());
            apply_transposed(factors, y);
            let steepest = place_of_largest(y);
            if y[steepest].abs() <= x.iter().zip(&*y).fold(T::zero(), |sum, (&x, &y)| sum + x * y) {
                break;
            }
            x.fill(T::zero());
            x[steepest] = T::one();
        }
        // A vector against which matrices that deceive the search are powerless.
        for (i, y) in y.iter_mut().enumerate() {
            let sign = if i.is_multiple_of(2) { T::one() } else { -T::one() };
            *y = (T::one() + number(i) / number(n)) * sign;
        }
        apply(factors, y);
        norm.max(size(y) * number(2) / number(3 * n))
    }
}

/// `x ← U⁻¹ L⁻¹ x`
#[inline(always)]
fn apply<T: Real>(factors: &[T], x: &mut [T]) {
    let n = x.len();
    for (i, row) in factors.chunks_exact(n).enumerate() {
        x[i] -= dot(&row[..i], &x[..i]);
    }
    for (i, row) in factors.chunks_exact(n).enumerate().rev() {
        x[i] = (x[i] - dot(&row[i + 1..], &x[i + 1..])) / row[i];
    }
}

/// `x ← L⁻ᵀ U⁻ᵀ x`
#[inline(always)]
fn apply_transposed<T: Real>(factors: &[T], x: &mut [T]) {
    let n = x.len();
    for (i, row) in factors.chunks_exact(n).enumerate() {
        x[i] /= row[i];
        let factor = x[i];
        take(&mut x[i + 1..], &row[i + 1..], factor);
    }
    for (i, row) in factors.chunks_exact(n).enumerate().rev() {
        let factor = x[i];
        take(&mut x[..i], &row[..i], factor);
    }
}

#[inline(always)]
fn dot<T: Real>(x: &[T], y: &[T]) -> T {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    let rest = x_rest.iter().zip(y_rest).fold(T::zero(), |sum, (&x, &y)| sum + x * y);
    if x.is_empty() {
        return rest;
    }
    let mut lanes = [T::zero(); LANES];
    for (x, y) in x.iter().zip(y) {
        for (lane, (&x, &y)) in lanes.iter_mut().zip(x.iter().zip(y)) {
            *lane += x * y;
        }
    }
    lanes.iter().fold(rest, |sum, &lane| sum + lane)
}

/// The 1-norm.
#[inline(always)]
fn size<T: Real>(x: &[T]) -> T {
    x.iter().fold(T::zero(), |sum, x| sum + x.abs())
}
