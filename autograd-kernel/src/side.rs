//! Rows side by side: many short rows at a time, one in each lane, since a row alone has too few elements to fill a vector.

use super::fold::LANES;
use super::reduce::Fold;
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
        for (class, tile) in tile.iter_mut().enumerate() {
            match self.inner {
                1 => (0..self.width).for_each(|row| tile[row] = x[row * n + class]),
                inner => tile[..self.width].copy_from_slice(&x[class * inner..][..self.width]),
            }
        }
    }

    /// Copies the rows out of a tile.
    #[inline]
    pub fn write<T: Real>(self, tile: &Tile<T>, y: &mut [T]) {
        let (y, n) = (&mut y[self.at..], tile.len());
        for (class, tile) in tile.iter().enumerate() {
            match self.inner {
                1 => (0..self.width).for_each(|row| y[row * n + class] = tile[row]),
                inner => y[class * inner..][..self.width].copy_from_slice(&tile[..self.width]),
            }
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
