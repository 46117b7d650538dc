//! The order of the tiles of a product, and their spreading over the threads.

use super::cuts::Cuts;
use super::kernels::{Kernels, WIDE};
use super::left::{self, Left};
use super::pack::Panel;
use super::panels::{copy, copy_here};
use super::tile::{BiasAt, Tile};
use super::{Bias, Matrix, MatrixMut, Right, Scalar};
use crate::scratch;
use crate::threads::{self, Shared};
use std::ops::Range;

/// Bytes of a row of the left operand that one pass along `k` takes: with its tile's other rows it stays in the first cache.
pub(super) const DEPTH: usize = 2048;
/// Passes along `k` whose panels are packed at a time.
const BLOCKS: usize = 4;
/// Bytes of panels that are packed at a time.
const PACKED: usize = 1 << 23;
/// Bytes of panels that a piece goes through again and again: they stay in the second cache.
const REUSED: usize = 1 << 20;
/// Rows of a panel that are packed at a time.
const PACK_ROWS: usize = 64;
/// Groups of rows that are many.
const MANY: usize = 4;
/// Rows of a piece.
const ROWS: usize = 128;
/// Multiplications that are worth handing to another thread.
const PIECE: usize = 1 << 19;
/// Fewer rows wait for the right operand, so that it takes as long as with these.
const FED: usize = 8;
/// Pieces that a large product has at least.
const PIECES: usize = 32;
/// Rows of the left operand from which on packing the right one pays, though its rows are runs;
const ROWS_TO_PACK: usize = 64;
/// unless it is of no more bytes than the first cache holds.
const BYTES_TO_PACK: usize = 1 << 15;

/// Where the right operand lies.
#[derive(Clone, Copy)]
enum Place<'a, T> {
    /// Its rows are runs, so far apart.
    Rows(*const T, isize),
    /// In panels of `rows` rows, from the element `[row, column]` of the operand on.
    Panels { start: *const T, rows: usize, row: usize, column: usize },
    /// In this matrix, of which each piece packs what it meets: with a single group of rows no other piece meets it, and what is packed stays
    /// in the second cache.
    Matrix(Matrix<'a, T>),
}

/// A product under way.
struct Product<'a, T: 'static> {
    kernels: &'static Kernels<T>,
    a: Matrix<'a, T>,
    beta: T,
    bias: BiasAt<T>,
    c: Shared<T>,
    stride: usize,
    rows: Cuts,
    panels: Cuts,
    depth: Cuts,
}

// SAFETY: what its pointers lead to outlives the product, and each piece writes its own part of `c`.
unsafe impl<T: Sync> Sync for Product<'_, T> {}

/// `c ← a b + β c + bias`; the sizes agree and none is zero.
pub(super) fn product<T: Scalar>(
    kernels: &'static Kernels<T>,
    a: Matrix<'_, T>,
    b: Right<'_, T>,
    beta: T,
    bias: Bias<'_, T>,
    mut c: MatrixMut<'_, T>,
) {
    let [k, n] = b.size();
    let vectors = match b {
        Right::Matrix(b) if a.rows == 1 && b.column_stride == 1 => WIDE,
        _ => kernels.vectors,
    };
    let product = Product {
        kernels,
        a,
        beta,
        bias: bias.into(),
        stride: c.stride,
        rows: Cuts::new(c.rows, 1, kernels.rows),
        panels: Cuts::new(n, kernels.lanes, vectors),
        depth: depth::<T>(k),
        c: Shared(c.start()),
    };
    let all = 0..product.panels.count();
    match b {
        Right::Packed(packed) => {
            let start = packed.panels.as_ptr();
            product.run(0..product.depth.count(), all, Place::Panels { start, rows: k, row: 0, column: 0 });
        }
        Right::Matrix(b) => {
            let few = a.rows < ROWS_TO_PACK || k * n * size_of::<T>() <= BYTES_TO_PACK;
            if few && (b.column_stride == 1 || n == 1) {
                product.run(0..product.depth.count(), all, Place::Rows(b.start(), b.row_stride));
            } else if product.row_groups().count() == 1 {
                product.run(0..product.depth.count(), all, Place::Matrix(b));
            } else {
                product.pack_and_run(b);
            }
        }
    }
}

fn depth<T>(k: usize) -> Cuts {
    Cuts::new(k, 1, DEPTH / size_of::<T>())
}

impl<T: Scalar> Product<'_, T> {
    /// Packs as much of `b` as there is memory for, and computes what that contributes, until nothing is left.
    fn pack_and_run(&self, b: Matrix<'_, T>) {
        let (lanes, vectors) = (self.kernels.lanes, self.kernels.vectors);
        let count = PACKED / (self.depth.count().min(BLOCKS) * DEPTH * lanes * vectors);
        for first in (0..self.panels.count()).step_by(count) {
            let panels = first..(first + count).min(self.panels.count());
            let columns = self.panels.span(panels.clone());
            for block in (0..self.depth.count()).step_by(BLOCKS) {
                let blocks = block..(block + BLOCKS).min(self.depth.count());
                let rows = self.depth.span(blocks.clone());
                scratch::with(rows.len() * columns.len().next_multiple_of(lanes), |to| {
                    copy(self.kernels, b, rows.clone(), &self.panels, panels.clone(), to);
                    let (start, row, column) = (to.as_ptr(), rows.start, columns.start);
                    self.run(blocks, panels.clone(), Place::Panels { start, rows: rows.len(), row, column });
                });
            }
        }
    }

    /// Computes what some passes along `k` contribute to the columns of some panels.
    fn run(&self, blocks: Range<usize>, panels: Range<usize>, b: Place<'_, T>) {
        let b = Operand(b);
        let groups = self.row_groups();
        if !left::pays(&self.a, self.panels.span(panels.clone()).len()) {
            return self.pieces(blocks, 0..groups.count(), panels, None, &b);
        }
        let depth = self.depth.span(blocks.clone());
        let together = self.together();
        let width = (together * self.kernels.rows).next_multiple_of(self.kernels.lanes);
        let height = ROWS / self.kernels.rows * width;
        let most = (PACKED / (height * depth.len() * size_of::<T>())).max(1);
        for first in (0..groups.count()).step_by(most) {
            let some = first..(first + most).min(groups.count());
            let tiles = groups.span(some.clone());
            let size = depth.len() * width;
            scratch::with(tiles.len().div_ceil(together) * size, |to: &mut [T]| {
                let start = Shared(to.as_mut_ptr());
                let left = Left { start, first: tiles.start, depth: depth.clone(), together, width };
                threads::pieces(some.len() * blocks.len(), tiles.len() * size / 4, |piece| {
                    let (i, j) = (some.start + piece / blocks.len(), blocks.start + piece % blocks.len());
                    self.pack_left(groups.span(i..i + 1), self.depth.span(j..j + 1), &left);
                });
                self.pieces(blocks.clone(), some, panels.clone(), Some(&left), &b);
            });
        }
    }

    /// Tiles whose rows are whole vectors together.
    fn together(&self) -> usize {
        (self.kernels.lanes / self.kernels.rows).max(1)
    }

    /// Tiles in groups, each for one piece.
    fn row_groups(&self) -> Cuts {
        Cuts::new(self.rows.count(), self.together(), ROWS / self.kernels.rows / self.together())
    }

    /// Packs a part of `a`.
    fn pack_left(&self, tiles: Range<usize>, depth: Range<usize>, to: &Left<T>) {
        // In few rows at a time, so that what the next group finds beside this one's is still near.
        for top in depth.clone().step_by(PACK_ROWS) {
            for first in tiles.clone().step_by(to.together) {
                let span = self.rows.span(first..(first + to.together).min(tiles.end));
                let (from, row, column) = self.left(span.start, top);
                // The transposed rows are the columns of a panel.
                let panel = Panel {
                    rows: PACK_ROWS.min(depth.end - top),
                    columns: span.len(),
                    from,
                    row: column,
                    column: row,
                    to: to.at(first, top).0.cast_mut(),
                    width: to.width,
                };
                // SAFETY: its elements are those of `a`; the room for them is there, and that of this part alone.
                unsafe { self.kernels.pack(&panel) };
            }
        }
    }

    /// Spreads tiles over the threads.
    fn pieces(
        &self,
        blocks: Range<usize>,
        groups: Range<usize>,
        panels: Range<usize>,
        left: Option<&Left<T>>,
        b: &Operand<'_, T>,
    ) {
        let row_groups = self.row_groups();
        let depth = self.depth.span(blocks.clone()).len();
        let width = self.panels.span(panels.clone()).len().div_ceil(panels.len());
        let height = self.rows.end().div_ceil(row_groups.count()).max(FED);
        // With many rows there are pieces enough, and wider ones share a part of `a`.
        let most = if groups.len() < MANY { self.reused() } else { MANY * self.reused() };
        let worth = PIECE.div_ceil(height * depth * width);
        let even = panels.len() * groups.len() / PIECES;
        let panel_groups = Cuts::new(panels.len(), 1, worth.max(even).min(most).max(1));
        let work = (height * groups.len() * depth).saturating_mul(panels.len() * width) / 64;
        threads::pieces(groups.len() * panel_groups.count(), work, |piece| {
            let (i, j) = (groups.start + piece / panel_groups.count(), piece % panel_groups.count());
            let group = panel_groups.span(j..j + 1);
            let rows = row_groups.span(i..i + 1);
            self.piece(blocks.clone(), rows, panels.start + group.start..panels.start + group.end, left, b);
        });
    }

    /// The number of panels that the second cache holds while one row of tiles after another meets them.
    fn reused(&self) -> usize {
        let depth = self.depth.end().min(DEPTH / size_of::<T>());
        (REUSED / (depth * self.kernels.lanes * self.kernels.vectors * size_of::<T>())).max(1)
    }

    /// Some rows of tiles with some panels.
    fn piece(
        &self,
        blocks: Range<usize>,
        rows: Range<usize>,
        panels: Range<usize>,
        left: Option<&Left<T>>,
        b: &Operand<'_, T>,
    ) {
        for block in blocks {
            let depth = self.depth.span(block..block + 1);
            for first in panels.clone().step_by(self.reused()) {
                let panels = first..(first + self.reused()).min(panels.end);
                let Place::Matrix(b) = b.0 else {
                    self.meet(rows.clone(), depth.clone(), panels, left, &b.0);
                    continue;
                };
                let columns = self.panels.span(panels.clone());
                scratch::with(depth.len() * columns.len().next_multiple_of(self.kernels.lanes), |to| {
                    let start = to.as_mut_ptr();
                    // SAFETY: this is the room for them.
                    unsafe { copy_here(self.kernels, b, depth.clone(), &self.panels, panels.clone(), start) };
                    let (start, row, column) = (start.cast_const(), depth.start, columns.start);
                    let packed = Place::Panels { start, rows: depth.len(), row, column };
                    self.meet(rows.clone(), depth.clone(), panels, left, &packed);
                });
            }
        }
    }

    /// Some rows of tiles, one after another, with some panels.
    fn meet(
        &self,
        rows: Range<usize>,
        depth: Range<usize>,
        panels: Range<usize>,
        left: Option<&Left<T>>,
        b: &Place<'_, T>,
    ) {
        for first in rows.clone().step_by(self.together()) {
            let tiles = first..(first + self.together()).min(rows.end);
            let a = match left {
                Some(left) => left.at(first, depth.start),
                None => self.left(self.rows.at(first), depth.start),
            };
            self.tiles(tiles, a, depth.clone(), panels.clone(), b);
        }
    }

    /// Where the element of `a` lies, and its strides.
    fn left(&self, row: usize, column: usize) -> (*const T, isize, isize) {
        let (rows, columns) = (self.a.row_stride, self.a.column_stride);
        (self.a.start().wrapping_offset(row as isize * rows + column as isize * columns), rows, columns)
    }

    /// Some tiles' rows, of which the first begins at `a`, with each panel.
    fn tiles(
        &self,
        tiles: Range<usize>,
        (a, a_row, a_column): (*const T, isize, isize),
        depth: Range<usize>,
        panels: Range<usize>,
        b: &Place<'_, T>,
    ) {
        let first = self.rows.at(tiles.start);
        for tile in tiles {
            let rows = self.rows.span(tile..tile + 1);
            let a = a.wrapping_offset((rows.start - first) as isize * a_row);
            for panel in panels.clone() {
                let columns = self.panels.span(panel..panel + 1);
                self.tile((a, a_row, a_column), depth.clone(), rows.clone(), columns, b);
            }
        }
    }

    #[inline]
    fn tile(
        &self,
        (a, a_row, a_column): (*const T, isize, isize),
        depth: Range<usize>,
        rows: Range<usize>,
        columns: Range<usize>,
        b: &Place<'_, T>,
    ) {
        let at = |i: usize, stride: isize| i as isize * stride;
        let (b, b_row) = match *b {
            Place::Rows(start, stride) => {
                (start.wrapping_offset(at(depth.start, stride)).wrapping_add(columns.start), stride)
            }
            Place::Panels { start, rows, row, column } => {
                let width = columns.len().next_multiple_of(self.kernels.lanes);
                let panel = start.wrapping_add((columns.start - column) * rows);
                (panel.wrapping_add((depth.start - row) * width), width as isize)
            }
            Place::Matrix(_) => unreachable!("a piece packs what it meets"),
        };
        let first = depth.start == 0;
        let tile = Tile {
            k: depth.len(),
            columns: columns.len(),
            a,
            a_row,
            a_column,
            b,
            b_row,
            c: self.c.0.wrapping_add(rows.start * self.stride + columns.start),
            c_row: self.stride as isize,
            beta: if first { self.beta } else { T::one() },
            bias: match self.bias {
                BiasAt::Rows(bias) if first => BiasAt::Rows(bias.wrapping_add(rows.start)),
                BiasAt::Columns(bias) if first => BiasAt::Columns(bias.wrapping_add(columns.start)),
                _ => BiasAt::None,
            },
        };
        // SAFETY: `Matrix` and `MatrixMut` checked that their elements are there, `copy` wrote those of the panels, and no other piece has
        // these rows and columns of `c`.
        unsafe { self.kernels.tile(rows.len(), &tile) };
    }
}

/// The right operand for several threads.
struct Operand<'a, T>(Place<'a, T>);

// SAFETY: it is only read.
unsafe impl<T: Sync> Sync for Operand<'_, T> {}
