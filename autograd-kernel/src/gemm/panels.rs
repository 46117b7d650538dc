//! The panels of a right operand: its columns side by side, as many as a tile has, each row of them a run.

use super::cuts::Cuts;
use super::kernels::Kernels;
use super::pack::Panel;
use super::{Matrix, Scalar};
use crate::threads::{self, Shared};
use std::ops::Range;

/// Elements whose packing is worth handing over.
const PACK_PIECE: usize = 1 << 14;

/// Packs a whole matrix for later products.
pub(super) fn pack<T: Scalar>(kernels: &Kernels<T>, b: Matrix<'_, T>, to: &mut [T]) {
    let panels = panels(kernels, b.columns);
    copy(kernels, b, 0..b.rows, &panels, 0..panels.count(), to);
}

/// The columns of a matrix in panels.
pub(super) fn panels<T>(kernels: &Kernels<T>, n: usize) -> Cuts {
    Cuts::new(n, kernels.lanes, kernels.vectors)
}

/// Copies rows of `b` into some of its panels, one behind the other, spread over the threads.
pub(super) fn copy<T: Scalar>(
    kernels: &Kernels<T>,
    b: Matrix<'_, T>,
    rows: Range<usize>,
    panels: &Cuts,
    which: Range<usize>,
    to: &mut [T],
) {
    let first = panels.at(which.start);
    let width = kernels.lanes * kernels.vectors;
    let whole = (panels.at(which.end) - first).next_multiple_of(kernels.lanes);
    assert!(to.len() >= rows.len() * whole, "there is room for the panels");
    let groups = Cuts::new(which.len(), 1, PACK_PIECE.div_ceil(rows.len().max(1) * width));
    let to = Shared(to.as_mut_ptr());
    threads::pieces(groups.count(), rows.len() * whole / 4, |piece| {
        let group = which.start + groups.at(piece)..which.start + groups.at(piece + 1);
        // SAFETY: panels before these have whole vectors, so that they end where these begin, and all lie in `to`.
        unsafe {
            let to = to.at((panels.at(group.start) - first) * rows.len());
            copy_here(kernels, b, rows.clone(), panels, group, to);
        }
    });
}

/// `copy` on this thread.
///
/// # Safety
/// There must be room for the panels, and it must be nobody else's.
unsafe fn copy_here<T: Scalar>(
    kernels: &Kernels<T>,
    b: Matrix<'_, T>,
    rows: Range<usize>,
    panels: &Cuts,
    which: Range<usize>,
    to: *mut T,
) {
    let first = panels.at(which.start);
    for panel in which {
        let columns = panels.span(panel..panel + 1);
        let at = |i: usize, stride: isize| i as isize * stride;
        let panel = Panel {
            rows: rows.len(),
            columns: columns.len(),
            from: b.start().wrapping_offset(at(rows.start, b.row_stride) + at(columns.start, b.column_stride)),
            row: b.row_stride,
            column: b.column_stride,
            to: to.wrapping_add((columns.start - first) * rows.len()),
            width: columns.len().next_multiple_of(kernels.lanes),
        };
        // SAFETY: the rows and columns are those of `b`, whose elements are there; the panels do not overlap.
        unsafe { kernels.pack(&panel) };
    }
}
