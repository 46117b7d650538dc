//! Dense linear algebra on one matrix: factorisations by blocks, whose bulk is products of matrices. Results are row-major slices.

mod cholesky;
mod condition;
mod lu;
mod panel;
mod regular;
mod small;
mod triangle;

use super::element::Real;
use super::gemm::Matrix;
use super::isa;
use super::scratch;
use super::view::View;
use lu::Lu;
use regular::Regular;
use small::Small;
use triangle::Triangle;

/// What follows from factorisations of a square matrix `a`.
///
/// What has no answer is answered with NaN in each place.
pub trait Dense: Sized {
    /// `x ← a⁻¹ b`. NaN if `a` is singular to working precision.
    fn solve(a: Matrix<'_, Self>, b: Matrix<'_, Self>, x: &mut [Self]);
    /// `y ← a⁻¹`. NaN if `a` is singular to working precision.
    fn inverse(a: Matrix<'_, Self>, y: &mut [Self]);
    /// `x ← a⁻¹ b` for a triangular `a`, of which only the triangle is read; with `unit`, not its diagonal, taken to be ones. NaN if
    /// a zero is on the diagonal.
    fn solve_triangular(a: Matrix<'_, Self>, b: Matrix<'_, Self>, lower: bool, unit: bool, x: &mut [Self]);
    /// The lower triangular `y` with `y yᵀ = a`, from the lower triangle of `a`. NaN if `a` is not positive definite.
    fn cholesky(a: Matrix<'_, Self>, y: &mut [Self]);
    /// The determinant.
    fn det(a: Matrix<'_, Self>) -> Self;
    /// The sign of the determinant, and the logarithm of its absolute value.
    fn slogdet(a: Matrix<'_, Self>) -> (Self, Self);
}

impl<T: Real> Dense for T {
    #[inline(never)]
    fn solve(a: Matrix<'_, T>, b: Matrix<'_, T>, x: &mut [T]) {
        copy(b, x);
        solve_in_place(a, x, b.size()[1]);
    }

    #[inline(never)]
    fn inverse(a: Matrix<'_, T>, y: &mut [T]) {
        let [n, _] = a.size();
        y.fill(T::zero());
        y.iter_mut().step_by(n + 1).for_each(|y| *y = T::one());
        solve_in_place(a, y, n);
    }

    #[inline(never)]
    fn solve_triangular(a: Matrix<'_, T>, b: Matrix<'_, T>, lower: bool, unit: bool, x: &mut [T]) {
        let [n, columns] = b.size();
        if !unit && (0..n).any(|i| a.at(i, i) == T::zero()) {
            return x.fill(T::nan());
        }
        copy(b, x);
        Triangle { a, lower, unit }.solve(x, columns, columns);
    }

    #[inline(never)]
    fn cholesky(a: Matrix<'_, T>, y: &mut [T]) {
        copy(a, y);
        if !cholesky::factor(y, a.size()[0]) {
            y.fill(T::nan());
        }
    }

    #[inline(never)]
    fn det(a: Matrix<'_, T>) -> T {
        with_lu(a, |lu| lu.pivots().fold(T::one(), |product, pivot| product * pivot) * lu.sign())
    }

    #[inline(never)]
    fn slogdet(a: Matrix<'_, T>) -> (T, T) {
        with_lu(a, |lu| {
            lu.pivots().fold((lu.sign(), T::zero()), |(sign, log), pivot| {
                let pivot_sign = if pivot == T::zero() { T::zero() } else { pivot.signum() };
                (sign * pivot_sign, log + pivot.abs().ln())
            })
        })
    }
}

/// `x ← a⁻¹ x` for rows of `columns` elements. NaN if `a` is singular to working precision.
fn solve_in_place<T: Real>(a: Matrix<'_, T>, x: &mut [T], columns: usize) {
    let regular = match a.size()[0] <= small::SIDE {
        true => isa::dispatch(Small { a, x, columns }),
        false => Regular::with(a, |regular| regular.map(|regular| regular.solve(x, columns)).is_some()),
    };
    if !regular {
        x.fill(T::nan());
    }
}

/// `out ← a`, row by row.
fn copy<T: Real>(a: Matrix<'_, T>, out: &mut [T]) {
    let (data, offset, strides) = a.place();
    View { data, offset, shape: &a.size(), strides: Some(&strides) }.copy_to(out);
}

/// Runs `f` with the factors of a copy of `a`.
fn with_lu<T: Real, R>(a: Matrix<'_, T>, f: impl FnOnce(&Lu<'_, T>) -> R) -> R {
    let [n, _] = a.size();
    scratch::with(n * n, |factors| {
        copy(a, factors);
        f(&Lu::new(factors, n))
    })
}
