//! Products of few rows or columns whose operands are both runs along `k`: each element is a dot product, and nothing is copied.

use super::kernels::Kernels;
use super::{Bias, Matrix, MatrixMut, Scalar};
use crate::isa::{Simd, WithSimd};
use crate::lanes::Lanes;
use crate::threads::{self, Shared};

/// The most rows and columns of a block.
pub(super) const SIDE: usize = 4;
/// Multiplications that are worth handing to another thread.
const PIECE: usize = 1 << 16;

/// Rows of `a` and columns of `b`, of `k` elements each, the next one `a_row` or `b_column` on.
pub(super) struct Block<T> {
    pub k: usize,
    pub a: *const T,
    pub a_row: isize,
    pub b: *const T,
    pub b_column: isize,
}

/// The dot products of a block of `ROWS` and `COLUMNS`, at `i·SIDE + j`.
pub(super) struct Run<'a, T, const ROWS: usize, const COLUMNS: usize>(pub &'a Block<T>, pub &'a mut [T; SIDE * SIDE]);

impl<T: Lanes + Default, const ROWS: usize, const COLUMNS: usize> WithSimd for Run<'_, T, ROWS, COLUMNS> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Run(&Block { k, a, a_row, b, b_column }, out) = self;
        let lanes = T::count::<S>();
        let zero = T::splat(simd, T::default());
        let mut sums = [[zero; COLUMNS]; ROWS];
        let mut add = |at: usize, load: &dyn Fn(*const T) -> T::Vector<S>| {
            let columns: [_; COLUMNS] =
                std::array::from_fn(|j| load(b.wrapping_offset(j as isize * b_column + at as isize)));
            for (i, sums) in sums.iter_mut().enumerate() {
                let row = load(a.wrapping_offset(i as isize * a_row + at as isize));
                for (sum, column) in sums.iter_mut().zip(columns) {
                    *sum = T::mul_add_each(simd, row, column, *sum);
                }
            }
        };
        let whole = k / lanes * lanes;
        for at in (0..whole).step_by(lanes) {
            // SAFETY: whoever makes a block promises that its elements are there.
            add(at, &|from| unsafe { T::load(simd, from) });
        }
        if whole < k {
            let mask = T::first(simd, k - whole);
            // SAFETY: as above; the mask leaves out what is beyond `k`.
            add(whole, &|from| unsafe { T::load_masked(simd, mask, from) });
        }
        for (i, sums) in sums.into_iter().enumerate() {
            for (j, sum) in sums.into_iter().enumerate() {
                out[i * SIDE + j] = T::sum_lanes(simd, sum);
            }
        }
    }
}

/// Whether a product is one for this file.
pub(super) fn suits<T>(a: &Matrix<'_, T>, b: &Matrix<'_, T>) -> bool {
    let runs = (a.column_stride == 1 || a.columns == 1) && (b.row_stride == 1 || b.rows == 1);
    runs && a.rows.min(b.columns) <= SIDE
}

/// `c ← a b + β c + bias`; the sizes agree and none is zero.
pub(super) fn product<T: Scalar>(
    kernels: &'static Kernels<T>,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    beta: T,
    bias: Bias<'_, T>,
    mut c: MatrixMut<'_, T>,
) {
    let (m, k, n, stride) = (c.rows, a.columns, c.columns, c.stride);
    let c = Shared(c.start());
    let blocks = [m, n].map(|size| size.div_ceil(SIDE));
    let together = PIECE.div_ceil(k * SIDE * SIDE);
    let count = blocks[0] * blocks[1];
    threads::pieces(count.div_ceil(together), (m * n).saturating_mul(k) / 16, |piece| {
        for block in piece * together..((piece + 1) * together).min(count) {
            let (top, left) = (block / blocks[1] * SIDE, block % blocks[1] * SIDE);
            let (rows, columns) = (SIDE.min(m - top), SIDE.min(n - left));
            let place = Block {
                k,
                a: a.start().wrapping_offset(top as isize * a.row_stride),
                a_row: a.row_stride,
                b: b.start().wrapping_offset(left as isize * b.column_stride),
                b_column: b.column_stride,
            };
            let mut sums = [T::zero(); SIDE * SIDE];
            // SAFETY: `Matrix` checked that its elements are there.
            unsafe { kernels.dot(rows, columns, &place, &mut sums) };
            for (i, j) in (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))) {
                // SAFETY: `MatrixMut` checked that its elements are there, and no other piece has this one.
                let c = unsafe { &mut *c.at((top + i) * stride + left + j) };
                let mut sum = sums[i * SIDE + j];
                if beta != T::zero() {
                    sum = beta * *c + sum;
                }
                *c = match bias {
                    Bias::None => sum,
                    Bias::Rows(rows) => sum + rows[top + i],
                    Bias::Columns(columns) => sum + columns[left + j],
                };
            }
        }
    });
}
