//! Products of a single tile: cutting and spreading them would cost more than they do.

use super::drive::DEPTH;
use super::kernels::Kernels;
use super::pack::Panel;
use super::tile::Tile;
use super::{Bias, Matrix, MatrixMut, Scalar};
use crate::scratch;

/// Whether a product is one for this file.
pub(super) fn suits<T>(kernels: &Kernels<T>, a: &Matrix<'_, T>, b: &Matrix<'_, T>) -> bool {
    a.rows <= kernels.rows && b.columns <= kernels.lanes * kernels.vectors && a.columns * size_of::<T>() <= DEPTH
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
    let mut run = |start: *const T, b_row: isize| {
        let tile = Tile {
            k: a.columns,
            columns: b.columns,
            a: a.start(),
            a_row: a.row_stride,
            a_column: a.column_stride,
            b: start,
            b_row,
            c: c.start(),
            c_row: c.stride as isize,
            beta,
            bias: bias.into(),
        };
        // SAFETY: `Matrix` and `MatrixMut` checked that their elements are there, and below those of a panel are written.
        unsafe { kernels.tile(c.rows, &tile) }
    };
    if b.column_stride == 1 {
        return run(b.start(), b.row_stride);
    }
    let width = b.columns.next_multiple_of(kernels.lanes);
    scratch::with(b.rows * width, |to| {
        let (from, to) = (b.start(), to.as_mut_ptr());
        let panel =
            Panel { rows: b.rows, columns: b.columns, from, row: b.row_stride, column: b.column_stride, to, width };
        // SAFETY: `Matrix` checked that its elements are there, and the room is this panel's.
        unsafe { kernels.pack(&panel) };
        run(to, width as isize);
    });
}
