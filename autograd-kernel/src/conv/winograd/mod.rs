//! Winograd's F(2×2, 3×3): four results of a 3×3 kernel by 16 products for each channel instead of 36.
//!
//! A tile `d` of 4×4 pixels, a kernel `g` and their 2×2 results are `y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A`: summed over the channels, the products at each
//! of the 16 points are a matrix product. `A` and `B` hold 0 and ±1, `G` halves: on whole numbers of moderate size the results are exact.
//!
//! With `C` channels, `D` the greatest pixel of a tile, `W` the greatest weight and `ε` the distance from 1 to the next number, a result differs from the
//! exact one by no more than `32 C (C + 10) D W ε`; for a direct sum that bound is `41 C² D W ε`, with the greatest pixel under the kernel instead. For the
//! gradient of the kernel it is `18 N (N + 10) D E ε` on `N` tiles, `E` the greatest gradient of a result, instead of `8 N² D E ε`.
//!
//! S. Winograd (1980), "Arithmetic Complexity of Computations"; A. Lavin and S. Gray (2016), "Fast Algorithms for Convolutional Neural Networks",
//! equations 7 and 8. The gradients of the images and of the kernel are of the same form: of the latter, `dg = Gᵀ [(A dy Aᵀ) ⊙ (Bᵀ d B)] G`.

mod tiles;
mod transform;
mod weight;

use super::Sizes;
use super::scratch::Scratch;
use crate::element::Real;
use crate::gemm::{Bias, Matrix, Packed};
use crate::isa;
use crate::threads::{self, Shared};
use crate::transpose::transpose;
use pulp::{Simd, WithSimd};
use smallvec::SmallVec;
use std::array::from_fn;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use tiles::{Points, Tiles, whole};
use transform::{KERNEL, POINTS, SIDE, TAPS, TILE, apply, kernel};

/// Channels of a source and of a result from which on the products outweigh the sums before and after them.
const CHANNELS: usize = 32;
/// Tiles of an image from which on transforming the weight pays, were it for one image alone.
const TILES: usize = 25;
/// Elements of a block, at all points: that of the source and that of the results stay in the second-level cache.
const BLOCK: usize = 1 << 17;
/// Tiles of a block, at least: a product of fewer columns would be slower.
const LEAST: usize = 32;
/// Pieces of work that are enough for any number of threads.
const PIECES: usize = 16;

/// A product of planes with 3×3 kernels: a convolution, or the gradient of its images.
#[derive(Clone, Copy, Debug)]
pub(super) struct Winograd {
    tiles: Tiles,
    images: usize,
    /// Channels that are read, and that are written.
    ins: usize,
    outs: usize,
    /// Elements of the weight from one channel that is read, or written, to the next.
    pitches: [usize; 2],
    /// Whether the kernel is read from its end.
    reversed: bool,
}

impl Winograd {
    /// The results of a convolution, if this is the way to compute them.
    pub fn forward(sizes: &Sizes) -> Option<Self> {
        let Sizes { images, channels, size, filters, out, padding, .. } = *sizes;
        let tiles = Tiles { source: plane(size), padding: plane(padding), out: plane(out) };
        let pitches = [KERNEL, channels * KERNEL];
        suits(sizes).then_some(Winograd { tiles, images, ins: channels, outs: filters, pitches, reversed: false })
    }

    /// The gradient of its images.
    pub fn input(sizes: &Sizes) -> Option<Self> {
        let Winograd { tiles, images, ins, outs, pitches, .. } = Self::forward(sizes)?;
        let Tiles { source, padding, out } = tiles;
        let tiles = Tiles { source: out, padding: padding.map(|padding| TAPS - 1 - padding), out: source };
        let pitches = [pitches[1], pitches[0]];
        Some(Winograd { tiles, images, ins: outs, outs: ins, pitches, reversed: true })
    }

    /// `y ←` the product of `x` with the weight. If it holds a number that is not finite, `y` means nothing, and the answer is false.
    pub fn product<T: Real>(&self, x: &[T], weight: &[T], y: &mut [T]) -> bool {
        let pitch = whole::<T>(self.outs);
        let mut kernels = Scratch::<T>::new(POINTS * self.ins * pitch);
        self.kernels(weight, &mut kernels);
        let each = Packed::<T>::len([self.ins, self.outs]);
        let mut panels = Scratch::<T>::new(POINTS * each);
        let packed: SmallVec<[Packed<'_, T>; POINTS]> = panels
            .chunks_exact_mut(each)
            .enumerate()
            .map(|(point, panels)| {
                let start = point * self.ins * pitch;
                Packed::new(Matrix::new(&kernels, start, [self.ins, self.outs], [pitch as isize, 1]), panels)
            })
            .collect();
        let rows = self.tiles.rows(self.images);
        let block = block(&self.tiles, rows, self.ins.max(self.outs));
        let finite = AtomicBool::new(true);
        let work = y.len().saturating_mul(self.ins * KERNEL);
        let y = Shared(y.as_mut_ptr());
        threads::pieces(rows.div_ceil(block), work / 16, |piece| {
            let rows = piece * block..((piece + 1) * block).min(rows);
            if !self.block(rows, x, &packed, &y) {
                finite.store(false, Ordering::Relaxed);
            }
        });
        finite.into_inner()
    }

    /// `kernels[point][in][out] ← G g Gᵀ`
    fn kernels<T: Real>(&self, weight: &[T], kernels: &mut [T]) {
        let all = Shared(kernels.as_mut_ptr());
        threads::pieces(self.ins, kernels.len(), |channel| {
            isa::dispatch(Kernels {
                product: self,
                weight: &weight[channel * self.pitches[0]..],
                channel,
                kernels: &all,
            });
        });
    }

    /// The results of some rows of tiles. Whether they are finite.
    fn block<T: Real>(&self, rows: Range<usize>, x: &[T], kernels: &[Packed<'_, T>], y: &Shared<T>) -> bool {
        let count = rows.len() * self.tiles.across();
        let mut source = Points::<T>::new(count, self.ins);
        let mut products = Points::<T>::new(count, self.outs);
        isa::dispatch(Read { product: self, rows: rows.clone(), x, source: &mut source });
        for (point, kernels) in kernels.iter().enumerate() {
            T::product(source.matrix(point), kernels.into(), T::zero(), Bias::None, products.matrix_mut(point));
        }
        isa::dispatch(Write { product: self, rows, products, y })
    }
}

fn plane([_, height, width]: [usize; 3]) -> [usize; 2] {
    [height, width]
}

/// Whether a convolution is best computed here. This depends on its shape but for the number of images, so that an image has the same
/// results alone and among others.
fn suits(sizes: &Sizes) -> bool {
    let Sizes { channels, size, filters, out, kernel, stride, padding, dilation, groups, .. } = *sizes;
    let simple = (kernel, stride, dilation, groups) == ([1, TAPS, TAPS], [1; 3], [1; 3], 1);
    let flat = (size[0], out[0], padding[0]) == (1, 1, 0) && padding.iter().all(|&padding| padding < TAPS);
    simple && flat && channels.min(filters) >= CHANNELS && [size, out].iter().all(|&size| worth(plane(size)))
}

/// Whether an image of this size has enough tiles for one transformed weight, and few results in them that nobody asks for.
fn worth(size: [usize; 2]) -> bool {
    let [tiles, pixels] = [size.map(|size| size.div_ceil(TILE)), size].map(|[height, width]| height * width);
    tiles >= TILES && 10 * TILE * TILE * tiles <= 13 * pixels
}

/// Rows of tiles in a block.
fn block(tiles: &Tiles, rows: usize, channels: usize) -> usize {
    let fits = (BLOCK / (POINTS * channels)).max(LEAST) / tiles.across();
    fits.min(rows.div_ceil(PIECES)).max(LEAST.div_ceil(tiles.across()))
}

/// The kernels of one channel that is read, at all points.
struct Kernels<'a, T> {
    product: &'a Winograd,
    /// From that channel's on.
    weight: &'a [T],
    channel: usize,
    kernels: &'a Shared<T>,
}

impl<T: Real> WithSimd for Kernels<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Winograd { ins, outs, pitches, reversed, .. } = *self.product;
        let pitch = whole::<T>(outs);
        let mut taps = Scratch::<T>::new(KERNEL * pitch);
        transpose(simd, self.weight, pitches[1], [outs, KERNEL], pitch, &mut taps);
        let tap = |i: usize| taps[if reversed { KERNEL - 1 - i } else { i } * pitch..].as_ptr().cast_mut();
        let from = from_fn(|i| from_fn(|j| tap(i * TAPS + j)));
        // SAFETY: there are kernels for each point and channel, and those of one channel are this piece's own; `pitch` is in whole vectors.
        unsafe {
            let to = from_fn(|i| from_fn(|j| self.kernels.at(((i * SIDE + j) * ins + self.channel) * pitch)));
            apply(simd, pitch, from, to, kernel::<S, T>);
        }
    }
}

/// The source of some rows of tiles at all points.
struct Read<'a, T> {
    product: &'a Winograd,
    rows: Range<usize>,
    x: &'a [T],
    source: &'a mut Points<T>,
}

impl<T: Real> WithSimd for Read<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Winograd { tiles, ins, .. } = self.product;
        let plane = tiles.source[0] * tiles.source[1];
        for band in tiles.bands(self.rows) {
            tiles.read(simd, &self.x[band.image * ins * plane..], &band, self.source);
        }
    }
}

/// The results of some rows of tiles from the products at all points.
struct Write<'a, T> {
    product: &'a Winograd,
    rows: Range<usize>,
    products: Points<T>,
    y: &'a Shared<T>,
}

impl<T: Real> WithSimd for Write<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) -> bool {
        let Winograd { tiles, outs, .. } = self.product;
        let [height, width] = tiles.out;
        let mut finite = true;
        for band in tiles.bands(self.rows) {
            let rows = tiles.results(&band);
            let run = rows.len() * width;
            let mut y = Scratch::<T>::new(outs * run);
            tiles.write(simd, &mut self.products, &band, &mut y);
            finite &= y.iter().fold(true, |finite, y| finite & y.is_finite());
            for (filter, from) in y.chunks_exact(run).enumerate() {
                let start = ((band.image * outs + filter) * height + rows.start) * width;
                // SAFETY: `y` has these rows, and those of a band are the piece's own.
                unsafe { std::slice::from_raw_parts_mut(self.y.at(start), run) }.copy_from_slice(from);
            }
        }
        finite
    }
}
