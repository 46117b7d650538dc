//! A row times a matrix whose rows are runs. Nothing of the matrix is used twice, so memory decides: a few of its rows are read side by side, each as
//! far as a piece goes, and not some columns of all rows, each in a page of its own.

use super::cuts::Cuts;
use super::drive::depth;
use super::kernels::Kernels;
use super::tile::BiasAt;
use super::{Bias, Matrix, MatrixMut, Scalar};
use crate::isa::{self, Simd, WithSimd};
use crate::lanes::Lanes;
use crate::scratch;
use crate::threads::{self, Shared};

/// Rows that are read side by side, where there are as many lines of the first cache for what may lie at one distance, and more;
const SIDE: usize = 8;
/// and where there are not: with AVX2 alone.
const FEWER: usize = 4;

/// Whether a product is one for this file.
pub(super) fn suits<T>(a: &Matrix<'_, T>, b: &Matrix<'_, T>) -> bool {
    a.rows == 1 && b.column_stride == 1
}

/// `c ← a b + β c + bias`; the sizes agree and none is zero.
pub(super) fn product<T: Scalar>(
    kernels: &Kernels<T>,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    beta: T,
    bias: Bias<'_, T>,
    mut c: MatrixMut<'_, T>,
) {
    let pieces = Cuts::new(b.columns, 64 / size_of::<T>(), kernels.fit.run / 64);
    let passes = depth(kernels, b.rows);
    let row = Row { a, b, passes, beta, bias: bias.into(), c: Shared(c.start()) };
    // As memory has it: an element of the matrix takes as long as several cheap operations on what is near.
    threads::pieces(pieces.count(), b.rows * b.columns / 8, |piece| {
        let columns = pieces.span(piece..piece + 1);
        scratch::with(columns.len(), |sums| isa::dispatch(Piece { row: &row, first: columns.start, sums }));
    });
}

struct Row<'a, T> {
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    passes: Cuts,
    beta: T,
    bias: BiasAt<T>,
    c: Shared<T>,
}

// SAFETY: what its pointers lead to outlives the product, and each piece writes its own columns of `c`.
unsafe impl<T: Sync> Sync for Row<'_, T> {}

/// Some columns, from `first` on.
struct Piece<'a, T> {
    row: &'a Row<'a, T>,
    first: usize,
    sums: &'a mut [T],
}

impl<T: Scalar> WithSimd for Piece<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Piece { row: &Row { a, b, passes, beta, bias, ref c }, first, sums } = self;
        for pass in 0..passes.count() {
            let rows = passes.span(pass..pass + 1);
            let side = if S::REGISTER_COUNT >= 32 { SIDE } else { FEWER };
            let whole = rows.start + rows.len() / side * side;
            let x = |row: usize| (a.start().wrapping_offset(row as isize * a.column_stride), a.column_stride);
            let y =
                |row: usize| (b.start().wrapping_offset(row as isize * b.row_stride).wrapping_add(first), b.row_stride);
            sums.fill(T::zero());
            for row in (rows.start..whole).step_by(side) {
                // SAFETY: `Matrix` checked that its elements are there.
                unsafe {
                    match side {
                        SIDE => add::<S, T, SIDE>(simd, x(row), y(row), sums),
                        _ => add::<S, T, FEWER>(simd, x(row), y(row), sums),
                    }
                }
            }
            for row in whole..rows.end {
                // SAFETY: as above.
                unsafe { add::<S, T, 1>(simd, x(row), y(row), sums) };
            }
            for (j, &sum) in sums.iter().enumerate() {
                // SAFETY: `MatrixMut` and `product` checked that these are there, and no other piece has these columns.
                unsafe {
                    let to = c.at(first + j);
                    let before = if pass > 0 { T::one() } else { beta };
                    let sum = if before == T::zero() { sum } else { before.mul_add(*to, sum) };
                    *to = match bias {
                        BiasAt::Rows(bias) if pass == 0 => sum + *bias,
                        BiasAt::Columns(bias) if pass == 0 => sum + *bias.add(first + j),
                        _ => sum,
                    };
                }
            }
        }
    }
}

/// `sums ← sums + Σᵢ x[i] · y[i][..]` for `ROWS` rows, one after another.
///
/// # Safety
/// `ROWS` elements must be there from `x` on, so far apart, and as many rows from `y` on, as long as `sums`.
#[inline(always)]
unsafe fn add<S: Simd, T: Lanes, const ROWS: usize>(
    simd: S,
    (x, x_step): (*const T, isize),
    (y, y_row): (*const T, isize),
    sums: &mut [T],
) {
    let lanes = T::count::<S>();
    // SAFETY: the caller's promise.
    let x: [T::Vector<S>; ROWS] =
        std::array::from_fn(|i| T::splat(simd, unsafe { *x.wrapping_offset(i as isize * x_step) }));
    for first in (0..sums.len()).step_by(lanes) {
        let rest = sums.len() - first;
        let to = sums[first..].as_mut_ptr();
        let mask = T::first(simd, rest.min(lanes));
        // SAFETY: the caller's promise; the mask leaves out what is beyond the end.
        unsafe {
            let load =
                |from: *const T| if rest < lanes { T::load_masked(simd, mask, from) } else { T::load(simd, from) };
            let mut sum = load(to);
            for (i, &x) in x.iter().enumerate() {
                sum = T::mul_add_each(simd, x, load(y.wrapping_offset(i as isize * y_row).wrapping_add(first)), sum);
            }
            if rest < lanes { T::store_masked(simd, mask, to, sum) } else { T::store(simd, to, sum) }
        }
    }
}
