//! The gradient of the kernels: at each point a product along the tiles.

use super::tiles::{Points, whole};
use super::transform::{KERNEL, POINTS, SIDE, TAPS, apply, kernel_adjoint};
use super::{PIECES, Winograd};
use crate::conv::finite;
use crate::conv::scratch::Scratch;
use crate::element::Real;
use crate::gemm::{Bias, MatrixMut};
use crate::isa;
use crate::reduce::{self, Fold};
use crate::threads::{self, Shared};
use crate::transpose::transpose;
use pulp::{Simd, WithSimd};
use std::array::from_fn;
use std::ops::Range;

/// Channels, and filters, of a piece: what they give at all points stays in the second-level cache with the sums.
const CHANNELS: usize = 64;
/// Tiles of a block, about.
const TILES: usize = 128;

impl Winograd {
    /// `dw ←` the gradient of the weight of a convolution, given `dy`. If it holds a number that is not finite, `dw` means nothing, and the
    /// answer is false.
    pub fn weight<T: Real>(&self, x: &[T], dy: &[T], dw: &mut [T]) -> bool {
        let blocks = [self.outs.div_ceil(CHANNELS), self.ins.div_ceil(CHANNELS)];
        let rows = self.tiles.rows(self.images);
        // The batch in chunks, of at least some tiles, that the shape decides: enough pieces for any number of threads.
        let least = TILES.div_ceil(self.tiles.across());
        let chunks = PIECES.div_ceil(blocks[0] * blocks[1]).min(rows.div_ceil(least));
        let chunk = rows.div_ceil(chunks);
        let chunks = rows.div_ceil(chunk);
        let mut partial = Scratch::<T>::new(chunks * dw.len());
        let work = dy.len().saturating_mul(self.ins * KERNEL);
        let all = Shared(partial.as_mut_ptr());
        threads::pieces(chunks * blocks[0] * blocks[1], work / 16, |piece| {
            let (piece, number) = (piece / chunks, piece % chunks);
            let [outs, ins] = [(piece / blocks[1], self.outs), (piece % blocks[1], self.ins)]
                .map(|(block, end)| block * CHANNELS..((block + 1) * CHANNELS).min(end));
            let rows = number * chunk..((number + 1) * chunk).min(rows);
            let part = Part { product: self, rows, outs, ins };
            part.run(x, dy, &all, number * dw.len());
        });
        reduce::sum(&partial, Fold { outer: 1, n: chunks, inner: dw.len() }, dw);
        finite(dw)
    }
}

/// What some rows of tiles give of the gradient of some kernels.
struct Part<'a> {
    product: &'a Winograd,
    rows: Range<usize>,
    outs: Range<usize>,
    ins: Range<usize>,
}

impl Part<'_> {
    /// Writes the gradient of its kernels to the weight that begins at `start`.
    fn run<T: Real>(&self, x: &[T], dy: &[T], to: &Shared<T>, start: usize) {
        let Winograd { tiles, ins, .. } = self.product;
        let [outs, channels] = [self.outs.len(), self.ins.len()];
        let together = (TILES / tiles.across()).max(1);
        let pitch = whole::<T>(channels);
        let mut sums = Scratch::<T>::new(POINTS * outs * pitch);
        for first in self.rows.clone().step_by(together) {
            let rows = first..(first + together).min(self.rows.end);
            let count = rows.len() * tiles.across();
            let (mut gradient, mut source) = (Points::<T>::new(count, outs), Points::<T>::new(count, channels));
            isa::dispatch(Read { part: self, rows, x, dy, source: &mut source, gradient: &mut gradient });
            for (point, sums) in sums.chunks_exact_mut(outs * pitch).enumerate() {
                let (a, b) = (gradient.matrix(point).transposed(), source.matrix(point));
                let beta = if first == self.rows.start { T::zero() } else { T::one() };
                T::product(a, b.into(), beta, Bias::None, MatrixMut::new(sums, [outs, channels], pitch));
            }
        }
        for out in 0..outs {
            let first = (self.outs.start + out) * ins + self.ins.start;
            // SAFETY: the weight has these kernels, and those of a part are its own.
            let kernels = unsafe { std::slice::from_raw_parts_mut(to.at(start + first * KERNEL), channels * KERNEL) };
            isa::dispatch(Kernels { sums: &sums, out, outs, channels, kernels });
        }
    }
}

/// The source and the gradient of the results of some rows of tiles, at all points.
struct Read<'a, T> {
    part: &'a Part<'a>,
    rows: Range<usize>,
    x: &'a [T],
    dy: &'a [T],
    source: &'a mut Points<T>,
    gradient: &'a mut Points<T>,
}

impl<T: Real> WithSimd for Read<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Part { product: Winograd { tiles, ins, outs, .. }, .. } = self.part;
        let [source, result] = [tiles.source, tiles.out].map(|[height, width]| height * width);
        for band in tiles.bands(self.rows) {
            tiles.read(simd, &self.x[(band.image * ins + self.part.ins.start) * source..], &band, self.source);
            let dy = &self.dy[(band.image * outs + self.part.outs.start) * result..];
            tiles.write_adjoint(simd, dy, &band, self.gradient);
        }
    }
}

/// `kernels[in][tap] ← Gᵀ sums G` for the kernels of one result, `sums[point][out][in]`.
struct Kernels<'a, T> {
    sums: &'a [T],
    out: usize,
    outs: usize,
    channels: usize,
    kernels: &'a mut [T],
}

impl<T: Real> WithSimd for Kernels<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let pitch = whole::<T>(self.channels);
        let mut taps = Scratch::<T>::new(KERNEL * pitch);
        let sums = |point: usize| self.sums[(point * self.outs + self.out) * pitch..][..pitch].as_ptr().cast_mut();
        let from = from_fn(|i| from_fn(|j| sums(i * SIDE + j)));
        let start = taps.as_mut_ptr();
        let to = from_fn(|i| from_fn(|j| start.wrapping_add((i * TAPS + j) * pitch)));
        // SAFETY: a `pitch` is in whole vectors, and there is one for each point and for each tap.
        unsafe { apply(simd, pitch, from, to, kernel_adjoint::<S, T>) };
        transpose(simd, &taps, pitch, [KERNEL, self.channels], KERNEL, self.kernels);
    }
}
