//! Tiles of a convolution's result, and the columns of patches that lead to them.

use super::Sizes;
use crate::element::Real;
use smallvec::SmallVec;
use std::array;
use std::ops::Range;

/// Elements of the columns held at once: they stay in the second-level cache.
const COLUMNS: usize = 1 << 17;
/// Columns below which a matrix product is not cut further.
const NARROW: usize = 128;

/// A part of each channel of a result: ranges of depth, height and width whose elements are neighbours in memory.
pub(super) type Tile = [Range<usize>; 3];

/// The number of elements of a tile.
pub(super) fn len(tile: &Tile) -> usize {
    tile.iter().map(Range::len).product()
}

impl Sizes {
    /// The largest tile, which is the first one.
    fn tile(&self) -> [usize; 3] {
        let [depth, height, width] = self.out;
        let most = (COLUMNS / self.patch().max(1)).max(NARROW);
        // At most `fits` at a time, and each time about as many.
        let cut = |n: usize, fits: usize| n.div_ceil(n.div_ceil(fits));
        match most {
            _ if most >= height * width => [cut(depth, most / (height * width)), height, width],
            _ if most >= width => [1, cut(height, most / width), width],
            _ => [1, 1, cut(width, most)],
        }
    }

    /// The tiles, in the order in which they lie in memory.
    pub(super) fn tiles(&self) -> impl Iterator<Item = Tile> {
        let (out, tile) = (self.out, self.tile());
        let cut = move |d: usize| (0..out[d]).step_by(tile[d]).map(move |at| at..(at + tile[d]).min(out[d]));
        cut(0).flat_map(move |o| {
            cut(1).flat_map(move |p| {
                let o = o.clone();
                cut(2).map(move |q| [o.clone(), p.clone(), q])
            })
        })
    }

    /// The first element of a tile in its channel.
    pub(super) fn start(&self, tile: &Tile) -> usize {
        (tile[0].start * self.out[1] + tile[1].start) * self.out[2] + tile[2].start
    }

    /// Room for the columns of a tile, in a buffer that is empty before its first use.
    pub(super) fn room<'a, T: Real>(&self, tile: &Tile, buffer: &'a mut Vec<T>) -> &'a mut [T] {
        if buffer.is_empty() {
            *buffer = vec![T::zero(); self.patch() * self.tile().iter().product::<usize>()];
        }
        &mut buffer[..self.patch() * len(tile)]
    }

    /// `columns ←` the patches of an image that lead to a tile: `[patch, len(tile)]`.
    pub(super) fn unfold<T: Real>(&self, x: &[T], tile: &Tile, columns: &mut [T]) {
        let (step, width) = (self.stride[2], len(tile));
        if self.reads_outside() {
            columns.fill(T::zero());
        }
        self.each_row(tile, |place, at, from| {
            let row = &mut columns[place * width..][at];
            match step {
                1 => copy_row(row, &x[from..from + row.len()]),
                _ => every(step, from).zip(row).for_each(|(i, y)| *y = x[i]),
            }
        });
    }

    /// `x ← x +` the columns of a tile, each element where `unfold` took it.
    // Inlined, it would not be known that its operands do not overlap.
    #[inline(never)]
    pub(super) fn fold<T: Real>(&self, columns: &[T], tile: &Tile, x: &mut [T]) {
        let (step, width) = (self.stride[2], len(tile));
        self.each_row(tile, |place, at, from| {
            let row = &columns[place * width..][at];
            match step {
                1 => x[from..].iter_mut().zip(row).for_each(|(x, &column)| *x += column),
                _ => every(step, from).zip(row).for_each(|(i, &column)| x[i] += column),
            }
        });
    }

    /// Whether a patch reaches beyond the image.
    fn reads_outside(&self) -> bool {
        (0..3).any(|d| {
            let last = (self.out[d] - 1) * self.stride[d] + (self.kernel[d] - 1) * self.dilation[d];
            self.padding[d] > 0 || last >= self.size[d]
        })
    }

    /// Calls `f` for each place of a patch and each row of a tile that reads from inside the image there: with the place, the elements of
    /// the tile that do, and which element the first of them reads.
    pub(super) fn each_row(&self, tile: &Tile, mut f: impl FnMut(usize, Range<usize>, usize)) {
        let inside: [SmallVec<[Range<usize>; 8]>; 3] =
            array::from_fn(|d| (0..self.kernel[d]).map(|i| self.inside(d, i, &tile[d])).collect());
        let read = |d: usize, o: usize, i: usize| o * self.stride[d] + i * self.dilation[d] - self.padding[d];
        let (down_step, across) = (self.stride[1] * self.size[2], tile[2].len());
        let mut place = 0;
        for c in 0..self.channels / self.groups {
            for (t, deep) in inside[0].iter().enumerate() {
                for (i, down) in inside[1].iter().enumerate() {
                    for (j, wide) in inside[2].iter().enumerate() {
                        let (count, len) = (down.len(), wide.len());
                        let deep = if count * len == 0 { 0..0 } else { deep.clone() };
                        for o in deep {
                            let row = (o - tile[0].start) * tile[1].len() + down.start - tile[1].start;
                            let mut at = row * across + wide.start - tile[2].start;
                            let row = (c * self.size[0] + read(0, o, t)) * self.size[1] + read(1, down.start, i);
                            let mut from = row * self.size[2] + read(2, wide.start, j);
                            for _ in 0..count {
                                f(place, at..at + len, from);
                                (at, from) = (at + across, from + down_step);
                            }
                        }
                        place += 1;
                    }
                }
            }
        }
    }

    /// The results `o` among `range` whose place `i` lies inside the image along axis `d`.
    fn inside(&self, d: usize, i: usize, range: &Range<usize>) -> Range<usize> {
        let shift = (i * self.dilation[d]) as isize - self.padding[d] as isize;
        // Those with `0 <= o·stride + shift < size`.
        let first = |least: isize| {
            let o = -(shift - least).div_euclid(self.stride[d] as isize);
            o.clamp(range.start as isize, range.end as isize) as usize
        };
        let begin = first(0);
        begin..first(self.size[d] as isize).max(begin)
    }
}

/// The positions `from`, `from + step` and so on. (`StepBy` would divide for each row, of which convolutions have many short ones.)
#[inline]
pub(super) fn every(step: usize, from: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(from), move |at| Some(at + step))
}

/// Copies a row. Short ones, of which convolutions have many, are not worth a call.
#[inline]
fn copy_row<T: Real>(y: &mut [T], x: &[T]) {
    match y.len() {
        4..8 => copy_ends::<T, 4>(y, x),
        8..16 => copy_ends::<T, 8>(y, x),
        16..32 => copy_ends::<T, 16>(y, x),
        32..64 => copy_ends::<T, 32>(y, x),
        _ => y.copy_from_slice(x),
    }
}

/// Copies the first and the last `N` elements, which overlap.
#[inline]
fn copy_ends<T: Real, const N: usize>(y: &mut [T], x: &[T]) {
    if let (Some(y), Some(x)) = (y.first_chunk_mut::<N>(), x.first_chunk()) {
        *y = *x;
    }
    if let (Some(y), Some(x)) = (y.last_chunk_mut::<N>(), x.last_chunk()) {
        *y = *x;
    }
}
