//! Products of a single column of few tiles: cutting and spreading them would cost more than they do.

use super::cuts::Cuts;
use super::kernels::Kernels;
use super::pack::Panel;
use super::tile::{BiasAt, Tile};
use super::{Bias, Matrix, MatrixMut, Scalar};
use crate::scratch;

/// Multiplications of more tiles than one.
const FEW: usize = 1 << 15;

/// Whether a product is one for this file.
pub(super) fn suits<T>(kernels: &Kernels<T>, a: &Matrix<'_, T>, b: &Matrix<'_, T>) -> bool {
    let fits = b.columns <= kernels.lanes * kernels.vectors && a.columns * size_of::<T>() <= kernels.fit.depth;
    fits && (a.rows <= kernels.rows || a.rows * b.columns * a.columns <= FEW)
}

/// `c ← a b + β c + bias`; the sizes agree and none is zero.
pub(super) fn product<T: Scalar>(
    kernels: &'static Kernels<T>,
    a: &Matrix<'_, T>,
    b: &Matrix<'_, T>,
    beta: T,
    bias: Bias<'_, T>,
    c: &mut MatrixMut<'_, T>,
) {
    let mut run = |start: *const T, b_row: isize| {
        let cuts = Cuts::new(c.rows, 1, kernels.rows);
        for i in 0..cuts.count() {
            let rows = cuts.at(i)..cuts.at(i + 1);
            let first = rows.start as isize;
            let tile = Tile {
                k: a.columns,
                columns: b.columns,
                a: a.start().wrapping_offset(first * a.row_stride),
                a_row: a.row_stride,
                a_column: a.column_stride,
                b: start,
                b_row,
                ahead: 0,
                copy: std::ptr::null_mut(),
                c: c.start().wrapping_add(rows.start * c.stride),
                c_row: c.stride as isize,
                beta,
                bias: match bias.into() {
                    BiasAt::Rows(bias) => BiasAt::Rows(bias.wrapping_add(rows.start)),
                    other => other,
                },
            };
            // SAFETY: `Matrix` and `MatrixMut` checked that their elements are there, and below those of a panel are written.
            unsafe { kernels.tile(rows.len(), &tile) }
        }
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
