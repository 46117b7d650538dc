//! Results of a depthwise convolution, tile by tile.

use super::{Layout, WORTH};
use crate::conv::product::Places;
use crate::conv::reading::Reading;
use crate::conv::scratch::Scratch;
use crate::conv::vector::{lanes, load, store};
use crate::element::Real;
use crate::isa;
use crate::prefetch::prefetch_at;
use crate::threads::{self, Shared};
use pulp::{Simd, WithSimd};
use smallvec::SmallVec;
use std::ops::Range;

/// Bytes of the next plane that are asked for while one is computed.
const AHEAD: usize = 1 << 12;
/// Rows of results that are computed, tile by tile, before the next ones, so that what they read is still in the first cache: whole tiles of each kind.
const BAND: usize = 24;

/// Some results: how they read, the numbers of the places of the kernel that take part, and where the results go.
pub(in crate::conv) struct Pass {
    layout: Layout,
    numbers: SmallVec<[usize; 32]>,
    places: Places,
}

impl Pass {
    pub fn new(reading: Reading, kernel: [usize; 3], places: Places) -> Self {
        let numbers = reading.numbers(kernel).collect();
        Pass { layout: Layout::new(reading), numbers, places }
    }

    /// Multiplications for a channel.
    fn work(&self) -> usize {
        self.numbers.len() * self.layout.reading.results()
    }
}

/// `y ←` the results of all passes: the sums of what they read of `x`, times the weight of each channel.
pub(in crate::conv) fn product<T: Real>(
    passes: &[Pass],
    [images, channels]: [usize; 2],
    x: &[T],
    weight: &[T],
    y: &mut [T],
) {
    let (planes, each) = (images * channels, passes.iter().map(Pass::work).sum::<usize>());
    if planes == 0 || each == 0 {
        return;
    }
    let together = WORTH.div_ceil(each).min(planes);
    let y = Shared(y.as_mut_ptr());
    threads::pieces(planes.div_ceil(together), planes * each / 8, |piece| {
        let planes = piece * together..((piece + 1) * together).min(planes);
        isa::dispatch(Piece { passes, planes, channels, x, weight, y: &y });
    });
}

/// Some channels, over all images.
struct Piece<'a, T> {
    passes: &'a [Pass],
    planes: Range<usize>,
    channels: usize,
    x: &'a [T],
    weight: &'a [T],
    y: &'a Shared<T>,
}

impl<T: Real> WithSimd for Piece<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let most = |of: fn(&Layout) -> usize| self.passes.iter().map(|pass| of(&pass.layout)).max().unwrap_or(0);
        let mut room = Scratch::<T>::new(most(Layout::len));
        let mut aside = Scratch::<T>::new(most(|layout| layout.reading.axes[1].count * layout.reading.axes[2].count));
        let each = self.weight.len() / self.channels;
        for plane in self.planes.clone() {
            let weight = &self.weight[plane % self.channels * each..][..each];
            // All passes of a plane before the next one, so that it is still near.
            for pass in self.passes {
                self.pass(simd, pass, plane, weight, [&mut room, &mut aside]);
            }
        }
    }
}

impl<T: Real> Piece<'_, T> {
    #[inline(always)]
    fn pass<S: Simd>(&self, simd: S, pass: &Pass, plane: usize, weight: &[T], [room, aside]: [&mut [T]; 2]) {
        let Pass { layout, numbers, places } = pass;
        let ([deep, down, wide], Places { size, first, step }) = (&layout.reading.axes, *places);
        let (source, target): (usize, usize) = (layout.reading.size.iter().product(), size.iter().product());
        let weights: SmallVec<[T; 32]> = numbers.iter().map(|&number| weight[number]).collect();
        let next = &self.x[((plane + 1) * source).min(self.x.len())..];
        for depth in 0..deep.count {
            layout.lay_out(simd, &self.x[plane * source..], depth, room);
            prefetch_at(next.as_ptr(), size_of_val(next).min(AHEAD));
            // SAFETY: `y` has a plane for each of the source.
            let y = unsafe { self.y.at(plane * target + (first[0] + depth * step[0]) * size[1] * size[2]) };
            // Results that are not neighbours are computed side by side first.
            let apart = size[1..] != [down.count, wide.count];
            let results = Results {
                x: room.as_ptr(),
                down: layout.down(),
                offsets: &layout.offsets,
                weights: &weights,
                size: [down.count, wide.count],
                y: if apart { aside.as_mut_ptr() } else { y },
            };
            // SAFETY: the layout has what these results read and slack for a vector; the plane is this piece's alone.
            unsafe { results.compute(simd) };
            if !apart {
                continue;
            }
            for (r, row) in aside.chunks_exact(wide.count).take(down.count).enumerate() {
                let at = (first[1] + r * step[1]) * size[2] + first[2];
                for (q, &value) in row.iter().enumerate() {
                    // SAFETY: the places lie inside the plane.
                    unsafe { *y.add(at + q * step[2]) = value };
                }
            }
        }
    }
}

/// A plane of results: `y[r, q] ← Σₖ weights[k] · x[offsets[k] + r·down + q]`.
struct Results<'a, T> {
    x: *const T,
    down: usize,
    offsets: &'a [usize],
    weights: &'a [T],
    /// Rows and columns of the results.
    size: [usize; 2],
    y: *mut T,
}

impl<T: Real> Results<'_, T> {
    /// # Safety
    /// A vector must be readable from each place that a result reads, and all results must be writable.
    #[inline(always)]
    unsafe fn compute<S: Simd>(&self, simd: S) {
        for top in (0..self.size[0]).step_by(BAND) {
            // SAFETY: the caller's promise.
            unsafe { self.band(simd, top..(top + BAND).min(self.size[0])) };
        }
    }

    /// # Safety
    /// As for [`compute`](Results::compute).
    #[inline(always)]
    unsafe fn band<S: Simd>(&self, simd: S, rows: Range<usize>) {
        let (n, width) = (lanes::<S, T>(), self.size[1]);
        let mut from = 0;
        while from < width {
            let left = (width - from).div_ceil(n);
            // A signal has but one row.
            let vectors = if self.size[0] == 1 && left >= 8 { 8 } else { left.min(4) };
            // SAFETY: the caller's promise.
            unsafe {
                match vectors {
                    8 => self.tile::<S, 1, 8>(simd, 0, from),
                    1 => rows.clone().step_by(8).for_each(|top| self.tile::<S, 8, 1>(simd, top, from)),
                    2 => rows.clone().step_by(4).for_each(|top| self.tile::<S, 4, 2>(simd, top, from)),
                    3 => rows.clone().step_by(3).for_each(|top| self.tile::<S, 3, 3>(simd, top, from)),
                    _ => rows.clone().step_by(2).for_each(|top| self.tile::<S, 2, 4>(simd, top, from)),
                }
            }
            from += vectors * n;
        }
    }

    /// `R` rows and `V` vectors from a place on. Below the last row it is computed again, and a vector that would reach beyond a row begins so
    /// much before.
    ///
    /// # Safety
    /// As for [`compute`](Results::compute).
    #[inline(always)]
    unsafe fn tile<S: Simd, const R: usize, const V: usize>(&self, simd: S, top: usize, from: usize) {
        let (n, [height, width]) = (lanes::<S, T>(), self.size);
        // Loops, not `map` or `from_fn`, which are not always inlined.
        let (mut at, mut x) = ([[0; V]; R], [[self.x; V]; R]);
        for r in 0..R {
            let row = (top + r).min(height - 1);
            for v in 0..V {
                let column = (from + v * n).min(width.saturating_sub(n));
                at[r][v] = row * width + column;
                x[r][v] = self.x.wrapping_add(row * self.down + column);
            }
        }
        let mut sums = [[T::splat(simd, T::zero()); V]; R];
        for (&offset, &weight) in self.offsets.iter().zip(self.weights) {
            let weight = T::splat(simd, weight);
            for (sums, x) in sums.iter_mut().zip(x) {
                for (sum, x) in sums.iter_mut().zip(x) {
                    // SAFETY: the caller's promise.
                    *sum = T::mul_add_each(simd, weight, unsafe { load::<S, T>(x.wrapping_add(offset)) }, *sum);
                }
            }
        }
        for (at, sums) in at.into_iter().zip(sums) {
            for (at, sum) in at.into_iter().zip(sums) {
                // SAFETY: the caller's promise; what a narrow row writes of the next one is written over when that has its turn, and behind
                // the last one nothing is written.
                unsafe {
                    if at + n <= height * width {
                        store::<S, T>(self.y.add(at), sum);
                    } else {
                        (&raw const sum).cast::<T>().copy_to_nonoverlapping(self.y.add(at), height * width - at);
                    }
                }
            }
        }
    }
}
