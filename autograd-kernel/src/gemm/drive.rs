//! The order of the tiles of a product, and their spreading over the threads.

use super::cuts::Cuts;
use super::fresh::Fresh;
use super::kernels::Kernels;
use super::left::{self, Left};
use super::pack::Panel;
use super::panels::copy;
use super::piece::{Panels, Passes, Place, Rows};
use super::tile::BiasAt;
use super::{Bias, Matrix, MatrixMut, Right, Scalar};
use crate::scratch;
use crate::threads::{self, Shared};
use std::ops::Range;

/// Passes along `k` whose panels are packed at a time.
const BLOCKS: usize = 4;
/// Bytes of panels that are packed at a time.
const PACKED: usize = 1 << 23;
/// Rows of a panel that are packed at a time.
const PACK_ROWS: usize = 64;
/// Groups of rows that are many.
const MANY: usize = 4;
/// Multiplications that are worth handing to another thread.
const PIECE: usize = 1 << 19;
/// Fewer rows wait for the right operand, so that it takes as long as with these.
const FED: usize = 8;
/// Bytes that the first cache holds.
const NEAR: usize = 1 << 15;

/// A product under way.
pub(super) struct Product<'a, T: 'static> {
    pub kernels: &'static Kernels<T>,
    a: Matrix<'a, T>,
    /// Whether the first cache holds the right operand.
    pub near: bool,
    pub beta: T,
    pub bias: BiasAt<T>,
    pub c: Shared<T>,
    pub stride: usize,
    pub rows: Cuts,
    pub panels: Cuts,
    pub depth: Cuts,
    /// The most tiles of a piece, one below another.
    group: usize,
    /// Pieces to have at least.
    pieces: usize,
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
    let fit = &kernels.fit;
    // Which tiles a piece has changes no element.
    let (rows, pieces) = if threads::count() == 1 { (fit.rows_alone, 1) } else { (fit.rows, fit.pieces) };
    let product = Product {
        kernels,
        a,
        near: k * n * size_of::<T>() <= NEAR,
        beta,
        bias: bias.into(),
        stride: c.stride,
        rows: Cuts::new(c.rows, 1, kernels.rows),
        panels: Cuts::new(n, kernels.lanes, kernels.vectors),
        depth: depth(kernels, k),
        group: rows.div_ceil(kernels.rows),
        pieces,
        c: Shared(c.start()),
    };
    let all = 0..product.panels.count();
    match b {
        Right::Packed(packed) => {
            let start = packed.panels.as_ptr();
            let panels = Panels { start, rows: k, row: 0, column: 0 };
            product.run(0..product.depth.count(), all, Place::Panels(panels));
        }
        Right::Matrix(b) => {
            let few = a.rows < fit.to_pack || product.near;
            if few && (b.column_stride == 1 || n == 1) {
                let rows = Rows { start: b.start(), stride: b.row_stride };
                product.run(0..product.depth.count(), all, Place::Rows(rows));
            } else if product.row_groups().count() == 1 {
                product.run(0..product.depth.count(), all, Place::Matrix(b));
            } else {
                product.pack_and_run(b);
            }
        }
    }
}

/// The passes along `k`.
pub(super) fn depth<T>(kernels: &Kernels<T>, k: usize) -> Cuts {
    Cuts::new(k, 1, kernels.fit.depth / size_of::<T>())
}

impl<T: Scalar> Product<'_, T> {
    /// Packs as much of `b` as there is memory for, and computes what that contributes, until nothing is left.
    fn pack_and_run(&self, b: Matrix<'_, T>) {
        let (lanes, vectors) = (self.kernels.lanes, self.kernels.vectors);
        let count = PACKED / (self.depth.count().min(BLOCKS) * self.kernels.fit.depth * lanes * vectors);
        for first in (0..self.panels.count()).step_by(count) {
            let panels = first..(first + count).min(self.panels.count());
            for block in (0..self.depth.count()).step_by(BLOCKS) {
                let blocks = block..(block + BLOCKS).min(self.depth.count());
                self.with_panels(b, blocks.clone(), panels.clone(), |place| self.run(blocks, panels.clone(), place));
            }
        }
    }

    /// Runs `f` with some panels of `b`: to be copied while they are met if its rows are runs, else copied before.
    pub fn with_panels(
        &self,
        b: Matrix<'_, T>,
        blocks: Range<usize>,
        panels: Range<usize>,
        f: impl FnOnce(Place<'_, T>),
    ) {
        let (rows, columns) = (self.depth.span(blocks.clone()), self.panels.span(panels.clone()));
        scratch::with(rows.len() * columns.len().next_multiple_of(self.kernels.lanes), |to| {
            let runs = b.column_stride == 1;
            if !runs {
                copy(self.kernels, b, rows.clone(), &self.panels, panels.clone(), to);
            }
            let packed = Panels { start: to.as_mut_ptr(), rows: rows.len(), row: rows.start, column: columns.start };
            if !runs {
                return f(Place::Panels(packed));
            }
            let fresh = Fresh::new(blocks, panels);
            f(Place::Fresh(Rows { start: b.start(), stride: b.row_stride }, packed, &fresh));
        });
    }

    /// Computes what some passes along `k` contribute to the columns of some panels.
    fn run(&self, blocks: Range<usize>, panels: Range<usize>, right: Place<'_, T>) {
        let groups = self.row_groups();
        if !left::pays(&self.a, self.panels.span(panels.clone()).len()) {
            return self.pieces(0..groups.count(), panels, &Passes { product: self, blocks, left: None, right });
        }
        let depth = self.depth.span(blocks.clone());
        let together = self.together();
        let width = together * self.kernels.rows;
        let height = self.group * width;
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
                let left = Some(&left);
                self.pieces(some, panels.clone(), &Passes { product: self, blocks: blocks.clone(), left, right });
            });
        }
    }

    /// Tiles whose rows are whole vectors together.
    pub fn together(&self) -> usize {
        (self.kernels.lanes / self.kernels.rows).max(1)
    }

    /// Tiles in groups, each for one piece.
    fn row_groups(&self) -> Cuts {
        Cuts::new(self.rows.count(), self.together(), self.group / self.together())
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
    fn pieces(&self, groups: Range<usize>, panels: Range<usize>, passes: &Passes<'_, T>) {
        let row_groups = self.row_groups();
        let depth = self.depth.span(passes.blocks.clone()).len();
        let width = self.panels.span(panels.clone()).len().div_ceil(panels.len());
        let height = self.rows.end().div_ceil(row_groups.count()).max(FED);
        // With many rows there are pieces enough, and wider ones share a part of `a`.
        let most = if groups.len() < MANY { self.reused() } else { MANY * self.reused() };
        let worth = PIECE.div_ceil(height * depth * width);
        let even = panels.len() * groups.len() / self.pieces;
        let panel_groups = Cuts::new(panels.len(), 1, worth.max(even).min(most).max(1));
        let work = (height * groups.len() * depth).saturating_mul(panels.len() * width) / 64;
        threads::pieces(groups.len() * panel_groups.count(), work, |piece| {
            let (i, j) = (groups.start + piece / panel_groups.count(), piece % panel_groups.count());
            let group = panel_groups.span(j..j + 1);
            passes.piece(row_groups.span(i..i + 1), panels.start + group.start..panels.start + group.end);
        });
    }

    /// The number of panels that the second cache holds while one row of tiles after another meets them.
    pub fn reused(&self) -> usize {
        let fit = &self.kernels.fit;
        let depth = self.depth.end().min(fit.depth / size_of::<T>());
        (fit.reused / (depth * self.kernels.lanes * self.kernels.vectors * size_of::<T>())).max(1)
    }

    /// Where the element of `a` lies, and its strides.
    pub fn left(&self, row: usize, column: usize) -> (*const T, isize, isize) {
        let (rows, columns) = (self.a.row_stride, self.a.column_stride);
        (self.a.start().wrapping_offset(row as isize * rows + column as isize * columns), rows, columns)
    }
}
