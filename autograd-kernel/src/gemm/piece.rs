//! A piece of a product: some rows of tiles meet some panels of the right operand, on one thread.

use super::Matrix;
use super::Scalar;
use super::drive::Product;
use super::fresh::Fresh;
use super::left::Left;
use super::tile::{BiasAt, Tile};
use std::ops::Range;

/// A right operand whose rows are runs, so far apart.
#[derive(Clone, Copy)]
pub(super) struct Rows<T> {
    pub start: *const T,
    pub stride: isize,
}

impl<T> Rows<T> {
    /// Where the element `[row, column]` lies, and how far apart the rows are.
    fn at(&self, row: usize, column: usize) -> (*const T, isize) {
        (self.start.wrapping_offset(row as isize * self.stride).wrapping_add(column), self.stride)
    }
}

/// A right operand in panels of `rows` rows, from the element `[row, column]` of the operand on.
#[derive(Clone, Copy)]
pub(super) struct Panels<T> {
    pub start: *const T,
    pub rows: usize,
    pub row: usize,
    pub column: usize,
}

impl<T> Panels<T> {
    /// Where, in the panel that begins at `column` and is as wide, the row lies, and how far apart the rows are.
    fn at(&self, row: usize, column: usize, width: usize) -> (*const T, isize) {
        let panel = self.start.wrapping_add((column - self.column) * self.rows);
        (panel.wrapping_add((row - self.row) * width), width as isize)
    }
}

/// Where the right operand lies.
#[derive(Clone, Copy)]
pub(super) enum Place<'a, T> {
    Rows(Rows<T>),
    Panels(Panels<T>),
    /// In rows, to be copied into panels while they are first met.
    Fresh(Rows<T>, Panels<T>, &'a Fresh),
    /// In this matrix, of which each piece packs what it meets: with a single group of rows no other piece meets it, and what is packed stays
    /// in the second cache.
    Matrix(Matrix<'a, T>),
}

/// The passes along `k` that pieces have in common.
pub(super) struct Passes<'a, T: 'static> {
    pub product: &'a Product<'a, T>,
    pub blocks: Range<usize>,
    pub left: Option<&'a Left<T>>,
    pub right: Place<'a, T>,
}

// SAFETY: what its pointers lead to is only read, but for panels that are fresh, of which `Fresh` gives each to one piece.
unsafe impl<T: Sync> Sync for Passes<'_, T> {}

impl<T: Scalar> Passes<'_, T> {
    /// Some rows of tiles with some panels.
    pub fn piece(&self, rows: Range<usize>, panels: Range<usize>) {
        let product = self.product;
        for block in self.blocks.clone() {
            for first in panels.clone().step_by(product.reused()) {
                let panels = first..(first + product.reused()).min(panels.end);
                let Place::Matrix(b) = self.right else {
                    self.meet(rows.clone(), block, panels, &self.right);
                    continue;
                };
                let met = panels.clone();
                product.with_panels(b, block..block + 1, panels, |place| self.meet(rows.clone(), block, met, &place));
            }
        }
    }

    /// Some rows of tiles, one after another, with some panels.
    fn meet(&self, rows: Range<usize>, block: usize, panels: Range<usize>, right: &Place<'_, T>) {
        let (product, together) = (self.product, self.product.together());
        let &Product { beta, bias, ref c, stride, .. } = product;
        let depth = product.depth.span(block..block + 1);
        let first_pass = depth.start == 0;
        for first in rows.clone().step_by(together) {
            let tiles = first..(first + together).min(rows.end);
            let (top, from) = (product.rows.at(first), |row| product.left(row, depth.start));
            let (a, a_row, a_column) = self.left.map_or_else(|| from(top), |left| left.at(first, depth.start));
            for tile in tiles {
                let rows = product.rows.span(tile..tile + 1);
                // As it is for the first column; the right operand is each tile's own.
                let row = Tile {
                    k: depth.len(),
                    columns: 0,
                    a: a.wrapping_offset((rows.start - top) as isize * a_row),
                    a_row,
                    a_column,
                    b: std::ptr::null(),
                    b_row: 0,
                    ahead: 0,
                    copy: std::ptr::null_mut(),
                    c: c.0.wrapping_add(rows.start * stride),
                    c_row: stride as isize,
                    beta: if first_pass { beta } else { T::one() },
                    bias: match bias {
                        BiasAt::Rows(bias) if first_pass => BiasAt::Rows(bias.wrapping_add(rows.start)),
                        BiasAt::Columns(bias) if first_pass => BiasAt::Columns(bias),
                        _ => BiasAt::None,
                    },
                };
                for panel in panels.clone() {
                    self.tile(&row, rows.len(), [block, panel], depth.start, right);
                }
            }
        }
    }

    /// The tile of a row, of so many rows, that meets a panel in a pass that begins at `start`.
    #[inline(always)]
    fn tile(&self, row: &Tile<T>, rows: usize, [block, panel]: [usize; 2], start: usize, right: &Place<'_, T>) {
        let &Product { kernels, near, .. } = self.product;
        let columns = self.product.panels.span(panel..panel + 1);
        let packed = |panels: Panels<T>| panels.at(start, columns.start, columns.len().next_multiple_of(kernels.lanes));
        let mut copy = None;
        // Where the right operand lies, and whether in rows of its own.
        let ((b, b_row), own) = match *right {
            Place::Rows(from) => (from.at(start, columns.start), true),
            Place::Panels(panels) => (packed(panels), false),
            Place::Fresh(_, panels, fresh) if fresh.copied(block, panel) => (packed(panels), false),
            Place::Fresh(from, panels, fresh) => {
                copy = (kernels.copies(rows) && fresh.take(block, panel)).then(|| (fresh, packed(panels).0));
                (from.at(start, columns.start), true)
            }
            Place::Matrix(_) => unreachable!("a piece packs what it meets"),
        };
        let tile = Tile {
            columns: columns.len(),
            b,
            b_row,
            // What is near is there already.
            ahead: if near { 0 } else { kernels.ahead(own, b_row) },
            copy: copy.map_or(std::ptr::null_mut(), |(_, to)| to.cast_mut()),
            c: row.c.wrapping_add(columns.start),
            bias: match row.bias {
                BiasAt::Columns(bias) => BiasAt::Columns(bias.wrapping_add(columns.start)),
                other => other,
            },
            ..*row
        };
        // SAFETY: `Matrix` and `MatrixMut` checked that their elements are there, panels are read once they are written, no other piece has
        // these rows and columns of `c`, and none copies this panel.
        unsafe {
            match copy {
                None => kernels.tile(rows, &tile),
                Some((fresh, _)) => {
                    kernels.tile_and_copy(rows, &tile);
                    fresh.done(block, panel);
                }
            }
        }
    }
}
