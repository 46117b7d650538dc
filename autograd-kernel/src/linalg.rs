//! Dense linear algebra on one matrix: the one door to `nalgebra`. Results are row-major slices.

use super::gemm::Matrix;
use nalgebra::{Cholesky, DMatrix, DVector, Dyn, LU, RealField, convert};

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

impl<F: RealField + Copy> Dense for F {
    #[inline(never)]
    fn solve(a: Matrix<'_, F>, b: Matrix<'_, F>, x: &mut [F]) {
        match Factored::new(a) {
            Some(factored) => write(factored.solve(owned(b)), x),
            None => x.fill(nan()),
        }
    }

    #[inline(never)]
    fn inverse(a: Matrix<'_, F>, y: &mut [F]) {
        match Factored::new(a) {
            Some(factored) => write(factored.solve(DMatrix::identity(a.size()[0], a.size()[0])), y),
            None => y.fill(nan()),
        }
    }

    #[inline(never)]
    fn solve_triangular(a: Matrix<'_, F>, b: Matrix<'_, F>, lower: bool, unit: bool, x: &mut [F]) {
        let mut a = owned(a);
        if unit {
            a.fill_diagonal(F::one());
        }
        let mut solution = owned(b);
        let solved = match lower {
            true => a.solve_lower_triangular_mut(&mut solution),
            false => a.solve_upper_triangular_mut(&mut solution),
        };
        match solved {
            true => write(solution, x),
            false => x.fill(nan()),
        }
    }

    #[inline(never)]
    fn cholesky(a: Matrix<'_, F>, y: &mut [F]) {
        match Cholesky::new(owned(a)) {
            Some(factors) => write(factors.unpack(), y),
            None => y.fill(nan()),
        }
    }

    #[inline(never)]
    fn det(a: Matrix<'_, F>) -> F {
        LU::new(owned(a)).determinant()
    }

    #[inline(never)]
    fn slogdet(a: Matrix<'_, F>) -> (F, F) {
        let lu = LU::new(owned(a));
        lu.u().diagonal().iter().fold((lu.p().determinant(), F::zero()), |(sign, log), &pivot| {
            let pivot_sign = if pivot == F::zero() { F::zero() } else { pivot.signum() };
            (sign * pivot_sign, log + pivot.abs().ln())
        })
    }
}

fn nan<F: RealField>() -> F {
    convert(f64::NAN)
}

fn owned<F: RealField + Copy>(a: Matrix<'_, F>) -> DMatrix<F> {
    let [rows, columns] = a.size();
    DMatrix::from_fn(rows, columns, |i, j| a.at(i, j))
}

fn write<F: RealField + Copy>(matrix: DMatrix<F>, out: &mut [F]) {
    out.copy_from_slice(matrix.transpose().as_slice());
}

/// A matrix that is not singular to working precision, as triangular factors: `R a C = P⁻¹ L U`.
///
/// The powers of two `R` and `C` bring the largest element of each row and column near 1, so that the condition does not depend on
/// units in which rows and columns are measured.
struct Factored<F: RealField> {
    lu: LU<F, Dyn, Dyn>,
    rows: DVector<F>,
    columns: DVector<F>,
}

impl<F: RealField + Copy> Factored<F> {
    fn new(a: Matrix<'_, F>) -> Option<Self> {
        let mut a = owned(a);
        let n = a.nrows();
        let rows = DVector::from_iterator(n, a.row_iter().map(|row| scale(row.iter())));
        a.column_iter_mut().for_each(|mut column| column.component_mul_assign(&rows));
        let columns = DVector::from_iterator(n, a.column_iter().map(|column| scale(column.iter())));
        a.column_iter_mut().zip(&columns).for_each(|(mut column, &scale)| column *= scale);
        let norm = norm(&a);
        let lu = LU::new(a);
        // Written so that NaN is refused too.
        let regular = lu.is_invertible() && F::one() / (norm * inverse_norm(&lu, n)) >= F::default_epsilon();
        regular.then_some(Factored { lu, rows, columns })
    }

    fn solve(&self, mut b: DMatrix<F>) -> DMatrix<F> {
        b.column_iter_mut().for_each(|mut column| column.component_mul_assign(&self.rows));
        assert!(self.lu.solve_mut(&mut b), "no pivot is zero");
        b.column_iter_mut().for_each(|mut column| column.component_mul_assign(&self.columns));
        b
    }
}

/// The power of two that brings the largest of some elements near 1.
fn scale<'a, F: RealField + Copy>(elements: impl Iterator<Item = &'a F>) -> F {
    let largest = elements.fold(F::zero(), |largest, x| largest.max(x.abs()));
    match largest > F::zero() {
        true => (-largest.log2().floor()).exp2(),
        false => F::one(),
    }
}

/// The 1-norm: the largest sum of absolute values of a column.
fn norm<F: RealField + Copy>(a: &DMatrix<F>) -> F {
    a.column_iter().map(|column| column.lp_norm(1)).fold(F::zero(), F::max)
}

/// A lower bound of the 1-norm of the inverse of a factored matrix, rarely less than a third of it.
///
/// Hager 1984, "Condition Estimates"; Higham 1988, "FORTRAN Codes for Estimating the One-Norm", algorithm 4.1.
fn inverse_norm<F: RealField + Copy>(lu: &LU<F, Dyn, Dyn>, n: usize) -> F {
    let (l, u) = (lu.l(), lu.u());
    // The order of rows, P, is of no account for the norm.
    let apply = |mut x: DVector<F>| {
        l.solve_lower_triangular_unchecked_mut(&mut x);
        u.solve_upper_triangular_unchecked_mut(&mut x);
        x
    };
    let apply_transposed = |mut x: DVector<F>| {
        u.tr_solve_upper_triangular_unchecked_mut(&mut x);
        l.tr_solve_lower_triangular_unchecked_mut(&mut x);
        x
    };
    let number = |i: usize| convert::<f64, F>(i as f64);
    let mut x = DVector::from_element(n, F::one() / number(n));
    let mut largest = F::zero();
    for _ in 0..5 {
        let y = apply(x.clone());
        largest = largest.max(y.lp_norm(1));
        let z = apply_transposed(y.map(|y| y.signum()));
        let steepest = z.icamax();
        if z[steepest].abs() <= z.dot(&x) {
            break;
        }
        x.fill(F::zero());
        x[steepest] = F::one();
    }
    // A vector against which matrices that deceive the search are powerless.
    let signed = |i: usize| (F::one() + number(i) / number(n)) * if i.is_multiple_of(2) { F::one() } else { -F::one() };
    let alternating = apply(DVector::from_fn(n, |i, _| signed(i)));
    largest.max(alternating.lp_norm(1) * number(2) / number(3 * n))
}
