//! Rows side by side: many short rows at a time, one in each lane, since a row alone has too few elements to fill a vector.

use super::fold::LANES;
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

/// Copies the rows that lie one behind the other in `x`, of which there are at most [`SIDE`], into a tile that has as many elements of each as they have.
#[inline]
pub(crate) fn read<T: Real>(x: &[T], tile: &mut Tile<T>) {
    let n = tile.len();
    let rows = x.len() / n;
    assert!(rows <= SIDE);
    // SAFETY: the tile has `SIDE` places for each of `n` elements.
    unsafe { transpose::copy(x, n, [rows, n], tile.as_flattened_mut().as_mut_ptr(), SIDE) };
}

/// Copies the rows out of a tile, as many as fit.
#[inline]
pub(crate) fn write<T: Real>(tile: &Tile<T>, y: &mut [T]) {
    let n = tile.len();
    // SAFETY: the rows are as long as the tile is high, and as many as there are.
    unsafe { transpose::copy(tile.as_flattened(), SIDE, [n, y.len() / n], y.as_mut_ptr(), n) };
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
