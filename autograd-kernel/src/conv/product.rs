//! Results of a convolution: a product of the weight with what the results read, tile by tile.

use super::panels::{Panels, many_registers};
use super::reading::{Part, Reading};
use super::scratch::Scratch;
use super::tile::{self, Rows};
use super::vector::lanes;
use crate::element::Real;
use crate::isa;
use crate::threads::{self, Shared};
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// Places of the kernel that are gone through for all filters before the next ones: what they read of a tile stays in the first-level
/// cache.
const DEEP: usize = 192;
/// Pieces of work that are enough for any number of threads, and multiplications in one that are worth handing over.
const PIECES: usize = 64;
const WORTH: usize = 1 << 17;

/// Where the results of a convolution lie in planes: those of one axis at equal distances.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    pub size: [usize; 3],
    pub first: [usize; 3],
    pub step: [usize; 3],
}

/// `y ←` at `places` the product of the panels with what results read of `x`.
pub(super) fn product<T: Real>(
    reading: &Reading,
    [images, groups]: [usize; 2],
    x: &[T],
    panels: &Panels<'_, T>,
    places: &Places,
    y: &mut [T],
) {
    let numbers = images * groups * reading.parts();
    let work = y.len().saturating_mul(panels.offsets.len());
    let together = (WORTH / (work / numbers).max(1)).clamp(1, numbers.div_ceil(PIECES));
    let y = Shared(y.as_mut_ptr());
    threads::pieces(numbers.div_ceil(together), work / 16, |piece| {
        let numbers = piece * together..((piece + 1) * together).min(numbers);
        isa::dispatch(Piece { reading, groups, numbers, x, panels, places, y: &y });
    });
}

/// Some parts of some blocks, a block being the results of one group for one image.
struct Piece<'a, T> {
    reading: &'a Reading,
    groups: usize,
    numbers: Range<usize>,
    x: &'a [T],
    panels: &'a Panels<'a, T>,
    places: &'a Places,
    y: &'a Shared<T>,
}

impl<T: Real> WithSimd for Piece<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Piece { reading, panels, .. } = self;
        let (parts, channels) = (reading.parts(), reading.channels);
        let image = channels * reading.size.iter().product::<usize>();
        let each = panels.weight.len() / self.groups;
        let mut layout = Scratch::<T>::new(if reading.is_plain() { 0 } else { reading.len(channels) });
        for number in self.numbers.clone() {
            let (block, part) = (number / parts, reading.part(number % parts));
            let weight = &panels.weight[block % self.groups * each..][..each];
            let x = &self.x[block * image..];
            if reading.is_plain() && x.len() >= image - 1 + lanes::<S, T>() {
                self.part(simd, x, weight, block, part);
                continue;
            }
            if reading.is_plain() {
                // The last image, behind which nothing may be read.
                layout = Scratch::new(reading.len(channels));
            }
            reading.lay_out(simd, x, channels, part, &mut layout);
            self.part(simd, &layout, weight, block, part);
        }
    }
}

impl<T: Real> Piece<'_, T> {
    #[inline(always)]
    fn part<S: Simd>(&self, simd: S, layout: &[T], weight: &[T], block: usize, part: Part) {
        let Places { size: [depth, height, width], first, step } = *self.places;
        let (filters, across) = (self.panels.filters, self.reading.width());
        let pixels = part.rows * across;
        let pitch = depth * height * width;
        // SAFETY: each block has as many planes as filters, and `y` holds all blocks.
        let y = unsafe { self.y.at(block * filters * pitch) };
        let plane = (first[0] + part.depth * step[0]) * height * width;
        if [height, width] == [self.reading.axes[1].count, across] {
            // SAFETY: a part lies inside the plane.
            let start = unsafe { y.add(plane + part.row * width) };
            return self.tiles(simd, layout, weight, Rows { start, pitch, count: 0, width: pixels, more: false });
        }
        let mut rows = Scratch::<T>::new(filters * pixels);
        let start = rows.as_mut_ptr();
        self.tiles(simd, layout, weight, Rows { start, pitch: pixels, count: 0, width: pixels, more: false });
        for (c, rows) in rows.chunks_exact(pixels).enumerate() {
            for (r, row) in rows.chunks_exact(across).enumerate() {
                let at = c * pitch + plane + (first[1] + (part.row + r) * step[1]) * width + first[2];
                for (q, &value) in row.iter().enumerate() {
                    // SAFETY: the places lie inside the planes, and belong to this part alone.
                    unsafe { *y.add(at + q * step[2]) = value };
                }
            }
        }
    }

    #[inline(always)]
    fn tiles<S: Simd>(&self, simd: S, layout: &[T], weight: &[T], y: Rows<T>) {
        match self.panels.rows {
            1 => self.tiles_of::<S, 1>(simd, layout, weight, y),
            8 if many_registers::<S>() => self.tiles_of::<S, 8>(simd, layout, weight, y),
            _ => self.tiles_of::<S, 4>(simd, layout, weight, y),
        }
    }

    /// All filters for one stretch of results before the next one.
    #[inline(always)]
    fn tiles_of<S: Simd, const M: usize>(&self, simd: S, layout: &[T], weight: &[T], y: Rows<T>) {
        let (n, offsets, filters) = (lanes::<S, T>(), self.panels.offsets, self.panels.filters);
        let mut from = 0;
        while from < y.width {
            let left = (y.width - from).div_ceil(n);
            // Two and two instead of three and one.
            let vectors = if left == 4 { 2 } else { left.min(3) };
            let width = (vectors * n).min(y.width - from);
            for block in (0..offsets.len()).step_by(DEEP) {
                let deep = block..(block + DEEP).min(offsets.len());
                for (panel, weight) in weight.as_chunks::<M>().0.chunks_exact(offsets.len()).enumerate() {
                    let first = panel * M;
                    let (offsets, weight) = (&offsets[deep.clone()], &weight[deep.clone()]);
                    // SAFETY: the offsets lead into the layout, behind which is slack for a vector; the rows are those of filters that
                    // there are, and have the width.
                    unsafe {
                        let x = layout.as_ptr().add(from);
                        let start = y.start.add(first * y.pitch + from);
                        let rows =
                            Rows { start, pitch: y.pitch, count: M.min(filters - first), width, more: block > 0 };
                        match vectors {
                            1 => tile::results::<S, T, M, 1>(simd, x, offsets, weight, rows),
                            2 => tile::results::<S, T, M, 2>(simd, x, offsets, weight, rows),
                            _ => tile::results::<S, T, M, 3>(simd, x, offsets, weight, rows),
                        }
                    }
                }
            }
            from += width;
        }
    }
}
