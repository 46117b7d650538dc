//! The left operand, packed for all threads where that pays.

use super::Matrix;
use crate::threads::Shared;
use std::ops::Range;

/// Columns of the right operand, each of which meets the whole left one, from which on packing that pays;
const COLUMNS: usize = 320;
/// and from which on it does if the left one has more bytes than the second cache keeps of it.
const COLUMNS_IF_LARGE: usize = 64;
const LARGE: usize = 1 << 20;

/// Whether packing `a` pays for so many columns. Rows that are runs are read where they lie.
pub(super) fn pays<T>(a: &Matrix<'_, T>, columns: usize) -> bool {
    let large = a.rows * a.columns * size_of::<T>() > LARGE;
    a.column_stride != 1 && columns >= if large { COLUMNS_IF_LARGE } else { COLUMNS }
}

/// A part of the left operand, packed: for some tiles at a time, element after element along `k`, the elements of their rows.
pub(super) struct Left<T> {
    pub start: Shared<T>,
    /// The first tile.
    pub first: usize,
    pub depth: Range<usize>,
    /// Tiles that lie side by side.
    pub together: usize,
    /// Elements from one place along `k` to the next.
    pub width: usize,
}

impl<T> Left<T> {
    /// Where a tile, the first of those side by side, begins at a place along `k`, and its strides.
    pub fn at(&self, tile: usize, depth: usize) -> (*const T, isize, isize) {
        let panel = (tile - self.first) / self.together * self.depth.len() + depth - self.depth.start;
        (self.start.0.wrapping_add(panel * self.width), 1, self.width as isize)
    }
}
