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
use super::panels::many_registers_here;
use super::scratch::Scratch;
use crate::element::Real;
use crate::gemm::{Bias, Packed, Run};
use crate::isa;
use crate::threads::{self, Shared};
use crate::transpose::transpose;
use pulp::{Simd, WithSimd};
use smallvec::SmallVec;
use std::array::from_fn;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use tiles::{Points, Tiles};
use transform::{KERNEL, POINTS, SIDE, TAPS, TILE, apply, kernel};

/// Tiles of all images from which on the gradient of the weight pays.
const TILES: usize = 25;
/// Elements of a block, at all points: that of the source and that of the results stay in the second-level cache.
const BLOCK: usize = 1 << 17;
/// Tiles of a block, at least: a product of fewer columns would be slower.
const LEAST: usize = 32;
/// Channels whose kernels are transformed together.
const TOGETHER: usize = 64;
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
        let worth = Worth::here();
        worth.suits(sizes, worth.channels).then(|| Winograd::new(sizes))
    }

    /// Its gradient of the weight.
    pub fn gradient(sizes: &Sizes) -> Option<Self> {
        let worth = Worth::here();
        let all = worth.suits(sizes, worth.channels_for_weight).then(|| Winograd::new(sizes));
        all.filter(|all| all.tiles.rows(all.images) * all.tiles.across() >= TILES)
    }

    fn new(sizes: &Sizes) -> Self {
        let Sizes { images, channels, size, filters, out, padding, .. } = *sizes;
        let tiles = Tiles { source: plane(size), padding: plane(padding), out: plane(out) };
        let pitches = [KERNEL, channels * KERNEL];
        Winograd { tiles, images, ins: channels, outs: filters, pitches, reversed: false }
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
        let size = [self.ins, self.outs];
        let each = Packed::<T>::len(size);
        let mut panels = Scratch::<T>::new(POINTS * each);
        self.kernels(weight, &mut panels);
        let packed: SmallVec<[Packed<'_, T>; POINTS]> =
            panels.chunks_exact(each).map(|panels| Packed::in_runs(size, panels)).collect();
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

    /// `panels[point][in][out] ← G g Gᵀ`, at each point as a packed matrix lies.
    fn kernels<T: Real>(&self, weight: &[T], panels: &mut [T]) {
        let runs = Packed::<T>::runs([self.ins, self.outs]);
        let groups = self.ins.div_ceil(TOGETHER);
        let (each, work) = (panels.len() / POINTS, panels.len());
        let all = Shared(panels.as_mut_ptr());
        threads::pieces(runs.len() * groups, work, |piece| {
            let (run, first) = (&runs[piece / groups], piece % groups * TOGETHER);
            let channels = first..(first + TOGETHER).min(self.ins);
            isa::dispatch(Kernels { product: self, weight, run, channels, each, panels: &all });
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

/// What makes this way worth it, against the others that the machine has.
struct Worth {
    /// Channels of a source and of a result, at least: the products outweigh the sums before and after them.
    channels: usize,
    /// The same where the result is the gradient of the weight.
    channels_for_weight: usize,
    /// Tiles of an image, at least.
    tiles: usize,
    /// Results that the tiles have, at most, for ten that somebody asks for.
    results: usize,
}

impl Worth {
    /// Narrow images have a way of their own there, so that transforming the weight must pay for one image alone.
    const WITH_MANY_REGISTERS: Worth = Worth { channels: 32, channels_for_weight: 32, tiles: 25, results: 13 };
    /// The direct way loses most where images are small, so that even there one image alone is about as fast.
    const WITH_FEW_REGISTERS: Worth = Worth { channels: 32, channels_for_weight: 16, tiles: 4, results: 14 };

    fn here() -> &'static Worth {
        if many_registers_here() { &Self::WITH_MANY_REGISTERS } else { &Self::WITH_FEW_REGISTERS }
    }

    /// Whether a convolution with so many channels at least is best computed here. This depends on its shape but for the number of images, so that
    /// an image has the same results alone and among others.
    fn suits(&self, sizes: &Sizes, channels: usize) -> bool {
        let Sizes { size, out, kernel, stride, padding, dilation, groups, .. } = *sizes;
        let simple = (kernel, stride, dilation, groups) == ([1, TAPS, TAPS], [1; 3], [1; 3], 1);
        let flat = (size[0], out[0], padding[0]) == (1, 1, 0) && padding.iter().all(|&padding| padding < TAPS);
        let many = sizes.channels.min(sizes.filters) >= channels;
        simple && flat && many && [size, out].iter().all(|&size| self.fits(plane(size)))
    }

    /// Whether an image of this size has enough tiles for one transformed weight, and few results in them that nobody asks for.
    fn fits(&self, size: [usize; 2]) -> bool {
        let [tiles, pixels] = [size.map(|size| size.div_ceil(TILE)), size].map(|[height, width]| height * width);
        tiles >= self.tiles && 10 * TILE * TILE * tiles <= self.results * pixels
    }
}

/// Rows of tiles in a block.
fn block(tiles: &Tiles, rows: usize, channels: usize) -> usize {
    let fits = (BLOCK / (POINTS * channels)).max(LEAST) / tiles.across();
    fits.min(rows.div_ceil(PIECES)).max(LEAST.div_ceil(tiles.across()))
}

/// The kernels of some channels that are read and a run of those that are written, at all points.
struct Kernels<'a, T> {
    product: &'a Winograd,
    weight: &'a [T],
    run: &'a Run,
    channels: Range<usize>,
    /// From one point's panels to the next one's.
    each: usize,
    panels: &'a Shared<T>,
}

impl<T: Real> WithSimd for Kernels<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Winograd { pitches, reversed, .. } = *self.product;
        let Run { columns, start, pitch } = self.run;
        let mut taps = Scratch::<T>::new(KERNEL * pitch);
        for channel in self.channels {
            let weight = &self.weight[channel * pitches[0] + columns.start * pitches[1]..];
            transpose(simd, weight, pitches[1], [columns.len(), KERNEL], *pitch, &mut taps);
            let tap = |i: usize| taps[if reversed { KERNEL - 1 - i } else { i } * pitch..].as_ptr().cast_mut();
            let from = from_fn(|i| from_fn(|j| tap(i * TAPS + j)));
            // SAFETY: there are panels for each point, in which the run has a row of whole vectors for each channel; those of these channels are
            // this piece's own.
            unsafe {
                let row = start + channel * pitch;
                let to = from_fn(|i| from_fn(|j| self.panels.at((i * SIDE + j) * self.each + row)));
                apply(simd, *pitch, from, to, kernel::<S, T>);
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_the_tests_of_its_errors_goes_this_way() {
        let [size, kernel] = [[1, 10, 12], [1, 3, 3]];
        let sizes = Sizes {
            images: 3,
            channels: 48,
            size,
            filters: 40,
            out: size,
            kernel,
            stride: [1; 3],
            padding: [0, 1, 1],
            dilation: [1; 3],
            groups: 1,
        };
        assert!(
            [Winograd::forward(&sizes), Winograd::input(&sizes), Winograd::gradient(&sizes)]
                .iter()
                .all(Option::is_some)
        );
        assert!(Winograd::forward(&Sizes { stride: [1, 2, 2], out: [1, 5, 6], ..sizes }).is_none());
    }
}
