//! Short rows one behind the other: many at a time, copied to a tile in which they lie side by side, to the bits of single ones.

use super::LogSum;
use crate::element::Real;
use crate::elementwise::max;
use crate::fold::{BLOCK, LANES};
use crate::isa::{self, NullaryFnOnce};
use crate::math;
use crate::side::{self, SIDE, Tile};
use crate::threads;

/// Rows of no more than [`LANES`] elements, one behind the other, many at a time: `f` gets a tile of each block `x`, and leaves the result in the first.
pub(super) fn each<T: Real, const N: usize>(
    x: [&[T]; N],
    n: usize,
    out: &mut [T],
    f: impl Fn([&mut Tile<T>; N]) + Sync,
) {
    threads::chunks(out, (BLOCK / n).next_multiple_of(SIDE) * n, 8, |start, out| {
        let mut tiles = [[[T::zero(); SIDE]; LANES]; N];
        for (i, out) in out.chunks_mut(SIDE * n).enumerate() {
            let first = start + i * SIDE * n;
            for (x, tile) in x.iter().zip(&mut tiles) {
                side::read(&x[first..first + out.len()], &mut tile[..n]);
            }
            f(tiles.each_mut().map(|tile| &mut tile[..n]));
            side::write(&tiles[0][..n], out);
        }
    });
}

/// The sums of up to [`SIDE`] rows of no more than [`LANES`] elements, to the bits of [`LogSum::of`]: element `j` of row `r` is `tile[j][r]`, which
/// is scratch afterwards.
pub(super) fn side_by_side<T: Real>(tile: &mut Tile<T>, sums: &mut [LogSum<T>]) {
    let (mut largest, mut log) = ([T::zero(); SIDE], [T::zero(); SIDE]);
    isa::dispatch(Side { tile, largest: &mut largest, log: &mut log });
    for (((row, &largest), &sum), &log) in sums.iter_mut().zip(&largest).zip(&tile[0]).zip(&log) {
        *row = LogSum { largest, sum, log };
    }
}

/// The largest element of each row, and the logarithm of the sum of exponentials, which is in the first elements of the rows afterwards.
struct Side<'a, T> {
    tile: &'a mut Tile<T>,
    largest: &'a mut [T; SIDE],
    log: &'a mut [T; SIDE],
}

impl<T: Real> NullaryFnOnce for Side<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        *self.largest = exponentials(self.tile);
        side::join(self.tile, &|a, b| a + b);
        for (log, &sum) in self.log.iter_mut().zip(&self.tile[0]) {
            *log = math::log(sum);
        }
    }
}

/// The logarithms of the softmax of each row of a tile, in its place.
pub(super) struct Logs<'a, T> {
    pub tile: &'a mut Tile<T>,
}

impl<T: Real> NullaryFnOnce for Logs<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let mut work = [[T::zero(); SIDE]; LANES];
        let work = &mut work[..self.tile.len()];
        work.copy_from_slice(self.tile);
        let (mut largest, mut log) = ([T::zero(); SIDE], [T::zero(); SIDE]);
        Side { tile: work, largest: &mut largest, log: &mut log }.call();
        for x in self.tile {
            for ((x, &largest), &log) in x.iter_mut().zip(&largest).zip(&log) {
                *x = *x - largest - log;
            }
        }
    }
}

/// Replaces each element by the exponential of what it is above the largest one of its row; gives these.
#[inline(always)]
fn exponentials<T: Real>(tile: &mut Tile<T>) -> [T; SIDE] {
    let mut largest = [T::neg_infinity(); SIDE];
    for x in &*tile {
        for (largest, &x) in largest.iter_mut().zip(x) {
            *largest = max(*largest, x);
        }
    }
    for x in tile {
        for (x, &largest) in x.iter_mut().zip(&largest) {
            *x = math::exp(*x - largest);
        }
    }
    largest
}

/// The softmax of each row of a tile, in its place.
pub(super) struct Shares<'a, T> {
    pub tile: &'a mut Tile<T>,
}

impl<T: Real> NullaryFnOnce for Shares<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let mut sums = [[T::zero(); SIDE]; LANES];
        let sums = &mut sums[..self.tile.len()];
        exponentials(self.tile);
        sums.copy_from_slice(self.tile);
        side::join(sums, &|a, b| a + b);
        for x in self.tile {
            for (x, &sum) in x.iter_mut().zip(&sums[0]) {
                *x /= sum;
            }
        }
    }
}
