//! The gradient of a convolution's weight: a product of the gradient of the results with what they read.

use super::panels::many_registers;
use super::reading::Reading;
use super::scratch::Scratch;
use super::tile;
use super::transpose::transpose;
use super::vector::lanes;
use crate::element::Real;
use crate::isa;
use crate::threads::{self, Shared};
use pulp::{Simd, WithSimd};
use std::ops::Range;

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
        let pixels: usize = self.reading.axes.iter().map(|axis| axis.count).product();
        let work = (images * pixels).saturating_mul(self.filters * channels * places * self.groups) / 16;
        let all = self.groups * self.filters * channels * places;
        let dw = Shared(dw.as_mut_ptr());
        threads::pieces(chunks * self.groups * blocks, work, |number| {
            let (chunk, group, block_number) =
                (number / blocks / self.groups, number / blocks % self.groups, number % blocks);
            let channels = block_number * block..((block_number + 1) * block).min(channels);
            let start = chunk * all + (group * self.filters * self.reading.channels + channels.start) * places;
            isa::dispatch(Piece {
                gradient: self,
                images: chunk * together..((chunk + 1) * together).min(images),
                group,
                channels,
                // SAFETY: the place is inside: there is room for each chunk.
                dw: unsafe { dw.at(start) },
            });
        });
    }
}

/// Some images and some channels.
struct Piece<'a, T> {
    gradient: &'a Gradient<'a, T>,
    images: Range<usize>,
    group: usize,
    channels: Range<usize>,
    /// The first element of the gradient.
    dw: *mut T,
}

impl<T: Real> WithSimd for Piece<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match (many_registers::<S>(), self.gradient.filters <= lanes::<S, T>()) {
            (true, true) => self.run::<S, 8, 1>(simd),
            (true, false) => self.run::<S, 8, PANEL>(simd),
            (false, true) => self.run::<S, 4, 1>(simd),
            (false, false) => self.run::<S, 4, PANEL>(simd),
        }
    }
}

impl<T: Real> Piece<'_, T> {
    #[inline(always)]
    fn run<S: Simd, const M: usize, const V: usize>(&self, simd: S) {
        let Gradient { reading, groups, filters, x, dy, offsets } = *self.gradient;
        let wide = V * lanes::<S, T>();
        let (places, channels) = (self.gradient.reading.places() * self.channels.len(), self.channels.len());
        let offsets = &offsets[..places];
        let (rows, panels) = (places.next_multiple_of(M), filters.div_ceil(wide));
        let pixels = reading.axes[1].count * reading.width();
        let plane = pixels * reading.axes[0].count;
        let volume: usize = reading.size.iter().product();
        let most = reading.band * reading.width();
        let mut sums = Scratch::<T>::new(panels * rows * wide);
        sums.fill(T::zero());
        let mut layout = Scratch::<T>::new(reading.len(channels));
        let mut columns = Scratch::<T>::new(most * wide);
        for block in self.images.clone().map(|image| image * groups + self.group) {
            let x = &x[(block * reading.channels + self.channels.start) * volume..];
            let dy = &dy[block * filters * plane..][..filters * plane];
            for part in (0..reading.parts()).map(|number| reading.part(number)) {
                reading.lay_out(simd, x, channels, part, &mut layout);
                let count = part.rows * reading.width();
                let at = part.depth * pixels + part.row * reading.width();
                for (panel, sums) in sums.chunks_exact_mut(rows * wide).enumerate() {
                    let first = panel * wide;
                    let dy = &dy[first * plane + at..];
                    transpose(dy, plane, count, wide.min(filters - first), wide, &mut columns);
                    for (tile, sums) in sums.chunks_exact_mut(M * wide).enumerate() {
                        let offsets = std::array::from_fn(|m| offsets[(tile * M + m).min(places - 1)]);
                        let (layout, columns) = (layout.as_ptr(), columns.as_ptr());
                        // SAFETY: the offsets lead into the layout, which holds the part from there on; the columns are those of the
                        // part, and a tile of sums has `M` rows of a panel.
                        unsafe {
                            tile::weights::<S, T, M, V>(simd, layout, &offsets, columns, count, sums.as_mut_ptr());
                        }
                    }
                }
            }
        }
        let row = reading.channels * reading.places();
        for f in 0..filters {
            let sums = &sums[f / wide * rows * wide + f % wide..];
            for (k, &sum) in sums.iter().step_by(wide).take(places).enumerate() {
                // SAFETY: the filters and channels of this piece are its own.
                unsafe { *self.dw.add(f * row + k) = sum };
            }
        }
    }
}
