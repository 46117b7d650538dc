//! Rows side by side: many short rows at a time, one in each lane, since a row alone has too few elements to fill a vector.

use super::fold::LANES;
use super::reduce::Fold;
use super::transpose;
use crate::element::Real;

/// Rows of a tile.
pub(crate) const SIDE: usize = 64;

/// Whether so many rows of `n` elements are worth a tile: rows short, and not a few, for which most lanes would be idle.
#[inline]
pub(crate) fn pays(n: usize, rows: usize) -> bool {
    (1..=LANES).contains(&n) && rows >= SIDE / 4
}

/// Element `j` of row `r` is `tile[j][r]`.
pub(crate) type Tile<T> = [[T; SIDE]];

/// Some neighbouring rows of a block, at most [`SIDE`].
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    /// How many.
    pub width: usize,
    /// Where the first one begins.
    at: usize,
    inner: usize,
}

impl Rows {
    /// The rows from the `row`-th on, of which there are `count`, as far as they are neighbours: one behind the other, or in one block.
    pub fn from(row: usize, count: usize, Fold { n, inner, .. }: Fold) -> Self {
        let width = if inner == 1 { SIDE } else { SIDE.min(inner - row % inner) };
        Rows { width: width.min(count - row), at: row / inner * n * inner + row % inner, inner }
    }

    /// Copies the rows into a tile, which has as many elements of each as they have.
    #[inline]
    pub fn read<T: Real>(self, x: &[T], tile: &mut Tile<T>) {
        let (x, n) = (&x[self.at..], tile.len());
        if self.inner == 1 {
            assert!(self.width <= SIDE);
            // SAFETY: the tile has `SIDE` places for each of `n` elements, and there are no more rows.
            return unsafe { transpose::copy(x, n, [self.width, n], tile.as_flattened_mut().as_mut_ptr(), SIDE) };
        }
        for (class, tile) in tile.iter_mut().enumerate() {
            tile[..self.width].copy_from_slice(&x[class * self.inner..][..self.width]);
        }
    }

    /// Copies the rows out of a tile, to a block that begins at `y`.
    ///
    /// # Safety
    /// The block must have these rows, and nobody else may use them meanwhile.
    #[inline]
    pub unsafe fn write<T: Real>(self, tile: &Tile<T>, y: *mut T) {
        let n = tile.len();
        // SAFETY: the caller's promise.
        let y = unsafe { y.add(self.at) };
        if self.inner == 1 {
            // SAFETY: as above: the rows lie one behind the other.
            return unsafe { transpose::copy(tile.as_flattened(), SIDE, [n, self.width], y, n) };
        }
        for (class, tile) in tile.iter().enumerate() {
            // SAFETY: as above: element `class` of the rows lies side by side.
            unsafe { std::slice::from_raw_parts_mut(y.add(class * self.inner), self.width) }
                .copy_from_slice(&tile[..self.width]);
        }
    }
}

/// Folds the elements of each row in pairs, as the lanes of one row are; the results are in the first elements afterwards.
#[inline(always)]
pub(crate) fn join<T: Real>(tile: &mut Tile<T>, f: &impl Fn(T, T) -> T) {
    let mut width = tile.len().next_power_of_two() / 2;
    while width > 0 {
        let (first, second) = tile.split_at_mut(width);
        for (results, x) in first.iter_mut().zip(second) {
            for (result, &x) in results.iter_mut().zip(&*x) {
                *result = f(*result, x);
            }
        }
        width /= 2;
    }
}
