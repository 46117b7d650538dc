//! Results of a convolution: a product of the weight with what the results read, tile by tile.

use super::reading::{Part, Reading};
use super::scratch::Scratch;
use super::tile::{self, Rows};
use super::vector::lanes;
use crate::element::Real;
use crate::isa;
use crate::threads::{self, Shared};
use pulp::{Simd, WithSimd};

/// A weight in panels of `M` filters: `[group][panel][channel, place][M]`.
pub(super) struct Panels<'a, T> {
    pub weight: &'a [T],
    pub offsets: &'a [usize],
    /// Channels of a result in a group.
    pub filters: usize,
}

/// Where the results of a convolution lie in planes: those of one axis at equal distances.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    pub size: [usize; 3],
    pub first: [usize; 3],
    pub step: [usize; 3],
}

/// Places of the kernel that are gone through for all filters before the next ones: what they read of a tile stays in the first-level
/// cache.
const DEEP: usize = 192;

/// How many filters go into a panel: with that, and three vectors of results, the registers are used up.
pub(super) fn panel() -> usize {
    struct Registers;
    impl WithSimd for Registers {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            if many_registers::<S>() { 8 } else { 4 }
        }
    }
    isa::dispatch(Registers)
}

pub(super) const fn many_registers<S: Simd>() -> bool {
    S::REGISTER_COUNT >= 32
}

/// `panels ←` the weight of `outs` results and `ins` channels for each group; `at(group, out, in)` is where their first place is.
pub(super) fn pack<T: Real>(
    weight: &[T],
    [outs, ins]: [usize; 2],
    numbers: &[usize],
    at: impl Fn(usize, usize, usize) -> usize + Sync,
    panels: &mut [T],
) {
    let (rows, places) = (panel(), numbers.len());
    let each = ins * places * rows;
    threads::chunks(panels, each, 1, |start, panel| {
        let number = start / each;
        let (group, first) = (number / outs.div_ceil(rows), number % outs.div_ceil(rows) * rows);
        panel.fill(T::zero());
        for m in 0..rows.min(outs - first) {
            for c in 0..ins {
                let from = &weight[at(group, first + m, c)..];
                let panel = &mut panel[c * places * rows + m..];
                for (to, &number) in panel.iter_mut().step_by(rows).zip(numbers) {
                    *to = from[number];
                }
            }
        }
    });
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
    let parts = reading.parts();
    let image = reading.channels * reading.size.iter().product::<usize>();
    let plane: usize = places.size.iter().product();
    let work = y.len().saturating_mul(panels.offsets.len()) / 16;
    let each = panels.weight.len() / groups;
    let y = Shared(y.as_mut_ptr());
    threads::pieces(images * groups * parts, work, |number| {
        let (block, part) = (number / parts, reading.part(number % parts));
        let y = Planes {
            // SAFETY: each block has as many planes as filters, and `y` holds all blocks.
            start: unsafe { y.at(block * panels.filters * plane) },
            plane,
            places,
        };
        let weight = &panels.weight[block % groups * each..][..each];
        isa::dispatch(Piece { reading, part, x: &x[block * image..], panels, weight, y });
    });
}

/// The planes of a block of results.
struct Planes<'a, T> {
    start: *mut T,
    /// Elements of a plane.
    plane: usize,
    places: &'a Places,
}

struct Piece<'a, T> {
    reading: &'a Reading,
    part: Part,
    x: &'a [T],
    panels: &'a Panels<'a, T>,
    weight: &'a [T],
    y: Planes<'a, T>,
}

impl<T: Real> WithSimd for Piece<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let mut layout = Scratch::<T>::new(self.reading.len(self.reading.channels));
        self.reading.lay_out(simd, self.x, self.reading.channels, self.part, &mut layout);
        let Places { size, first, step } = *self.y.places;
        let (pixels, [_, height, width]) = (self.part.rows * self.reading.width(), size);
        let dense = size[1..] == [self.reading.axes[1].count, self.reading.axes[2].count];
        let plane = (first[0] + self.part.depth * step[0]) * height * width;
        if dense {
            let start = plane + self.part.row * width;
            // SAFETY: a part lies inside the plane.
            let y = Rows { start: unsafe { self.y.start.add(start) }, pitch: self.y.plane, count: 0, width: pixels, more: false };
            return self.tiles(simd, &layout, y);
        }
        let mut rows = Scratch::<T>::new(self.panels.filters * pixels);
        let y = Rows { start: rows.as_mut_ptr(), pitch: pixels, count: 0, width: pixels, more: false };
        self.tiles(simd, &layout, y);
        for (c, rows) in rows.chunks_exact(pixels).enumerate() {
            for (r, row) in rows.chunks_exact(self.reading.width()).enumerate() {
                let at = c * self.y.plane + plane + (first[1] + (self.part.row + r) * step[1]) * width + first[2];
                // SAFETY: the places lie inside the planes, and belong to this part alone.
                let y = unsafe { self.y.start.add(at) };
                for (q, &x) in row.iter().enumerate() {
                    // SAFETY: as above.
                    unsafe { *y.add(q * step[2]) = x };
                }
            }
        }
    }
}

impl<T: Real> Piece<'_, T> {
    #[inline(always)]
    fn tiles<S: Simd>(&self, simd: S, layout: &[T], y: Rows<T>) {
        match many_registers::<S>() {
            true => self.tiles_of::<S, 8>(simd, layout, y),
            false => self.tiles_of::<S, 4>(simd, layout, y),
        }
    }

    /// All filters for one stretch of results before the next one: the stretch stays in the first-level cache.
    #[inline(always)]
    fn tiles_of<S: Simd, const M: usize>(&self, simd: S, layout: &[T], y: Rows<T>) {
        let (n, offsets, filters) = (lanes::<S, T>(), self.panels.offsets, self.panels.filters);
        let mut from = 0;
        while from < y.width {
            let left = (y.width - from).div_ceil(n);
            // Two and two instead of three and one.
            let vectors = if left == 4 { 2 } else { left.min(3) };
            let width = (vectors * n).min(y.width - from);
            for block in (0..offsets.len()).step_by(DEEP) {
                let deep = block..(block + DEEP).min(offsets.len());
                for (panel, weight) in self.weight.as_chunks::<M>().0.chunks_exact(offsets.len()).enumerate() {
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
