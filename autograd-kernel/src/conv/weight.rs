//! The gradient of a convolution's weight: a product of the gradient of the results with what they read.

use super::panels::many_registers;
use super::reading::Reading;
use super::scratch::Scratch;
use super::tile;
use super::vector::lanes;
use crate::element::Real;
use crate::isa;
use crate::threads::{self, Shared};
use crate::transpose::transpose;
use pulp::{Simd, WithSimd};
use std::array;
use std::ops::Range;

/// Pieces of work that are enough for any number of threads.
const PIECES: usize = 16;
/// Results whose gradient is transposed at a time: the columns stay in the first-level cache.
const STRETCH: usize = 256;
/// Vectors of filters in a panel.
const PANEL: usize = 2;

/// What is shared by all pieces.
pub(super) struct Gradient<'a, T> {
    pub reading: &'a Reading,
    pub groups: usize,
    /// Filters of a group.
    pub filters: usize,
    pub x: &'a [T],
    pub dy: &'a [T],
    pub offsets: &'a [usize],
}

impl<T: Real> Gradient<'_, T> {
    /// `dw ←` for each of `chunks` chunks of `together` images the gradient, `[chunk][filter][channel, place]`; channels in blocks of
    /// `block`.
    pub fn all(&self, images: usize, together: usize, block: usize, dw: &mut [T]) {
        let (channels, places) = (self.reading.channels, self.reading.places());
        let (chunks, blocks) = (images.div_ceil(together), channels.div_ceil(block));
        let pixels = self.reading.results();
        let work = (images * pixels).saturating_mul(self.filters * channels * places * self.groups) / 16;
        let all = self.groups * self.filters * channels * places;
        let dw = Shared(dw.as_mut_ptr());
        let units = self.groups * blocks;
        let together_units = units.div_ceil(PIECES.div_ceil(chunks));
        let pieces = units.div_ceil(together_units);
        threads::pieces(chunks * pieces, work, |number| {
            let (chunk, first) = (number / pieces, number % pieces * together_units);
            isa::dispatch(Piece {
                gradient: self,
                images: chunk * together..((chunk + 1) * together).min(images),
                units: first..(first + together_units).min(units),
                block,
                // SAFETY: there is room for each chunk.
                dw: unsafe { dw.at(chunk * all) },
            });
        });
    }
}

/// Some images and some units, a unit being a block of channels of a group.
struct Piece<'a, T> {
    gradient: &'a Gradient<'a, T>,
    images: Range<usize>,
    units: Range<usize>,
    /// Channels of a block.
    block: usize,
    /// The gradient of this chunk.
    dw: *mut T,
}

/// One block of channels of a group.
#[derive(Clone)]
pub(super) struct Unit<T> {
    pub images: Range<usize>,
    pub group: usize,
    pub channels: Range<usize>,
    /// The first element of its gradient.
    pub dw: *mut T,
}

impl<T: Real> WithSimd for Piece<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let gradient = self.gradient;
        let (channels, places) = (gradient.reading.channels, gradient.reading.places());
        let blocks = channels.div_ceil(self.block);
        for number in self.units.clone() {
            let (group, first) = (number / blocks, number % blocks * self.block);
            let unit = Unit {
                images: self.images.clone(),
                group,
                channels: first..(first + self.block).min(channels),
                // SAFETY: the group's filters begin here, and the block's channels in the first of them.
                dw: unsafe { self.dw.add((group * gradient.filters * channels + first) * places) },
            };
            let filters = gradient.filters;
            match (many_registers::<S>(), filters * 4 <= lanes::<S, T>() * 3, filters <= lanes::<S, T>()) {
                (true, true, _) if filters > 1 => gradient.dots::<S, 3, 8>(simd, &unit),
                (_, true, _) => gradient.dots::<S, 1, 8>(simd, &unit),
                (true, _, true) => gradient.panels::<S, 8, 1>(simd, &unit),
                (true, _, false) => gradient.panels::<S, 8, PANEL>(simd, &unit),
                (false, _, true) => gradient.panels::<S, 4, 1>(simd, &unit),
                (false, _, false) => gradient.panels::<S, 6, PANEL>(simd, &unit),
            }
        }
    }
}

impl<T: Real> Gradient<'_, T> {
    /// With vectors of filters, for which the gradient of the results is transposed.
    #[inline(always)]
    fn panels<S: Simd, const M: usize, const V: usize>(&self, simd: S, unit: &Unit<T>) {
        let Gradient { reading, groups, filters, x, dy, offsets } = *self;
        let wide = V * lanes::<S, T>();
        let channels = unit.channels.len();
        let places = reading.places() * channels;
        let offsets = &offsets[..places];
        let (rows, panels) = (places.next_multiple_of(M), filters.div_ceil(wide));
        let pixels = reading.axes[1].count * reading.width();
        let plane = pixels * reading.axes[0].count;
        let volume: usize = reading.size.iter().product();
        let mut sums = Scratch::<T>::new(panels * rows * wide);
        sums.fill(T::zero());
        let mut layout = Scratch::<T>::new(reading.len(channels));
        let mut columns = Scratch::<T>::new(STRETCH * wide);
        for block in unit.images.clone().map(|image| image * groups + unit.group) {
            let x = &x[(block * reading.channels + unit.channels.start) * volume..];
            let dy = &dy[block * filters * plane..][..filters * plane];
            for part in (0..reading.parts()).map(|number| reading.part(number)) {
                reading.lay_out(simd, x, channels, part, &mut layout);
                let count = part.rows * reading.width();
                let at = part.depth * pixels + part.row * reading.width();
                for (panel, sums) in sums.chunks_exact_mut(rows * wide).enumerate() {
                    let first = panel * wide;
                    for p in (0..count).step_by(STRETCH) {
                        let dy = &dy[first * plane + at + p..];
                        let count = STRETCH.min(count - p);
                        transpose(simd, dy, plane, [wide.min(filters - first), count], wide, &mut columns);
                        for (tile, sums) in sums.chunks_exact_mut(M * wide).enumerate() {
                            let offsets = array::from_fn(|m| offsets[(tile * M + m).min(places - 1)]);
                            // SAFETY: the offsets lead into the layout, which holds the stretch from there on; the columns are
                            // those of the stretch, and a tile of sums has `M` rows of a panel.
                            unsafe {
                                let layout = layout.as_ptr().add(p);
                                let (columns, sums) = (columns.as_ptr(), sums.as_mut_ptr());
                                tile::weights::<S, T, M, V>(simd, layout, &offsets, columns, count, sums);
                            }
                        }
                    }
                }
            }
        }
        let row = reading.channels * reading.places();
        for f in 0..filters {
            let sums = &sums[f / wide * rows * wide + f % wide..];
            for (k, &sum) in sums.iter().step_by(wide).take(places).enumerate() {
                // SAFETY: the filters and channels of a unit are its own.
                unsafe { *unit.dw.add(f * row + k) = sum };
            }
        }
    }
}
