//! The gradient of the weight for narrow images: as for their results, vectors of filters meet single pixels, and no padding.

use super::reading::Reading;
use super::scratch::Scratch;
use super::vector::{lanes, load, store};
use crate::element::Real;
use crate::isa;
use crate::threads::{self, Shared};
use crate::transpose::transpose;
use pulp::{Simd, WithSimd};
use std::array;

/// Channels, columns of the kernel, and vectors of filters of a tile: their sums fill the registers.
const CHANNELS: usize = 4;
const COLUMNS: usize = 3;
pub(super) const VECTORS: usize = 2;
/// Pieces of work that are enough for any number of threads.
const PIECES: usize = 16;
/// Images whose transposed gradients are held at a time: they stay in the first cache, or near it.
const IMAGES: usize = 4;

/// `dw ←` the gradient of the weight; the reading is one that [`super::narrow::panel`] takes, and `panel` filters are [`VECTORS`] vectors.
pub(super) fn gradient<T: Real>(
    reading: &Reading,
    [images, groups]: [usize; 2],
    [filters, panel]: [usize; 2],
    [x, dy]: [&[T]; 2],
    dw: &mut [T],
) {
    let panels = filters.div_ceil(panel);
    let blocks = PIECES.div_ceil(groups * panels);
    let block = reading.channels.div_ceil(blocks).next_multiple_of(CHANNELS);
    let blocks = reading.channels.div_ceil(block);
    let work = dy.len().saturating_mul(reading.channels * reading.places());
    let dw = Shared(dw.as_mut_ptr());
    threads::pieces(groups * panels * blocks, work / 16, |number| {
        let (panel, first) = (number / blocks, number % blocks * block);
        isa::dispatch(Piece {
            reading,
            images,
            groups,
            group: panel / panels,
            panel: panel % panels,
            filters,
            channels: [first, block.min(reading.channels - first)],
            x,
            dy,
            dw: &dw,
        });
    });
}

/// The gradient of one panel of filters and some channels.
struct Piece<'a, T> {
    reading: &'a Reading,
    images: usize,
    groups: usize,
    group: usize,
    panel: usize,
    /// Filters of a group.
    filters: usize,
    /// The first channel, and how many.
    channels: [usize; 2],
    x: &'a [T],
    dy: &'a [T],
    dw: &'a Shared<T>,
}

impl<T: Real> WithSimd for Piece<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Piece { reading, groups, group, filters, channels: [first, channels], .. } = self;
        let (down, width) = (&reading.axes[1], reading.width());
        let (plane, pixels) = (reading.size[1] * width, down.count * width);
        let wide = VECTORS * lanes::<S, T>();
        let (rows, tile) = (down.taps.len(), CHANNELS * COLUMNS * wide);
        let filter = self.panel * wide;
        let filled = wide.min(filters - filter);
        let mut sums = Scratch::<T>::new(channels.div_ceil(CHANNELS) * rows * tile);
        sums.fill(T::zero());
        let mut columns = Scratch::<T>::new(IMAGES * pixels * wide);
        for image in (0..self.images).step_by(IMAGES) {
            let images = IMAGES.min(self.images - image);
            for (i, columns) in columns.chunks_exact_mut(pixels * wide).enumerate().take(images) {
                let dy = &self.dy[(((image + i) * groups + group) * filters + filter) * pixels..];
                transpose(simd, dy, pixels, [filled, pixels], wide, columns);
            }
            let x = &self.x[((image * groups + group) * reading.channels + first) * plane..];
            for (number, sums) in sums.chunks_exact_mut(tile).enumerate() {
                let (channel, row) = (number / rows * CHANNELS, number % rows);
                let inside = down.inside(row, reading.size[1]);
                if inside.is_empty() {
                    continue;
                }
                let read = down.read(row, inside.start) * width;
                // Beyond the last channel that one is taken again; nobody asks for these sums.
                let x = array::from_fn(|c| x[(channel + c).min(channels - 1) * plane + read..].as_ptr());
                let dy = columns[inside.start * width * wide..].as_ptr();
                let pitches = [groups * reading.channels * plane, pixels * wide];
                // SAFETY: the rows inside are there in all the images, in `x` as in the columns; the sums are those of a tile.
                unsafe { self::tile::<S, T>(simd, x, dy, pitches, [images, inside.len(), width], sums.as_mut_ptr()) };
            }
        }
        for f in 0..filled {
            for c in 0..channels {
                for k in 0..rows * COLUMNS {
                    let number = c / CHANNELS * rows + k / COLUMNS;
                    let sum = sums[number * tile + (c % CHANNELS * COLUMNS + k % COLUMNS) * wide + f];
                    let kernel = (group * filters + filter + f) * reading.channels + first + c;
                    // SAFETY: the filters and channels of a piece are its own.
                    unsafe { *self.dw.at(kernel * rows * COLUMNS + k) = sum };
                }
            }
        }
    }
}

/// Adds to the sums `[channel][column][filter]` of one row of the kernel what some images give, each with some rows of a width.
///
/// # Safety
/// From each `x` on, and from `dy`, so many rows must be readable, for each image the pitches further on; the sums must be there.
#[inline(always)]
unsafe fn tile<S: Simd, T: Real>(
    simd: S,
    mut x: [*const T; CHANNELS],
    mut dy: *const T,
    pitches: [usize; 2],
    [images, rows, width]: [usize; 3],
    to: *mut T,
) {
    let n = lanes::<S, T>();
    let at = |c: usize, j: usize, v: usize| ((c * COLUMNS + j) * VECTORS + v) * n;
    // SAFETY: the caller's promise, here and below.
    let mut sums: Sums<T::Vector<S>> =
        array::from_fn(|c| array::from_fn(|j| array::from_fn(|v| unsafe { load::<S, T>(to.add(at(c, j, v))) })));
    for _ in 0..images {
        for row in 0..rows {
            // SAFETY: as above; at the borders of a row there is one pixel less.
            unsafe {
                let x = x.map(|x| x.add(row * width));
                let dy = |q: usize| dy.add((row * width + q) * VECTORS * n);
                pixel::<S, T, 1, 3>(simd, x, dy(0), &mut sums);
                for q in 1..width - 1 {
                    pixel::<S, T, 0, 3>(simd, x.map(|x| x.add(q)), dy(q), &mut sums);
                }
                pixel::<S, T, 0, 2>(simd, x.map(|x| x.add(width - 1)), dy(width - 1), &mut sums);
            }
        }
        x = x.map(|x| x.wrapping_add(pitches[0]));
        dy = dy.wrapping_add(pitches[1]);
    }
    for (c, sums) in sums.iter().enumerate() {
        for (j, sums) in sums.iter().enumerate() {
            for (v, &sum) in sums.iter().enumerate() {
                // SAFETY: as above.
                unsafe { store::<S, T>(to.add(at(c, j, v)), sum) };
            }
        }
    }
}

type Sums<V> = [[[V; VECTORS]; COLUMNS]; CHANNELS];

/// What one result gives to the columns `FROM..TO` of the kernel, of which the middle one reads where `x` points.
///
/// # Safety
/// These pixels must be readable, and the vectors of `dy`.
#[expect(clippy::needless_range_loop, reason = "with iterators the sums may leave the registers")]
#[inline(always)]
unsafe fn pixel<S: Simd, T: Real, const FROM: usize, const TO: usize>(
    simd: S,
    x: [*const T; CHANNELS],
    dy: *const T,
    sums: &mut Sums<T::Vector<S>>,
) {
    // SAFETY: the caller's promise.
    let dy: [T::Vector<S>; VECTORS] = array::from_fn(|v| unsafe { load::<S, T>(dy.add(v * lanes::<S, T>())) });
    for c in 0..CHANNELS {
        for j in FROM..TO {
            // SAFETY: as above.
            let pixel = T::splat(simd, unsafe { *x[c].offset(j as isize - 1) });
            for v in 0..VECTORS {
                sums[c][j][v] = T::mul_add_each(simd, pixel, dy[v], sums[c][j][v]);
            }
        }
    }
}
