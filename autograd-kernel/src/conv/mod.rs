//! Convolution over up to three spatial axes, as matrix products with columns of patches, a tile of the result at a time.

mod columns;
mod depthwise;

use super::gemm::Matrix;
use super::reduce::{self, Fold};
use super::threads;
use crate::element::Real;
use columns::Tile;
use std::ops::Range;

/// Pieces into which a batch is cut.
const PIECES: usize = 16;
/// Elements of the partial weight gradients held at once.
const PARTIAL: usize = 1 << 20;

/// The sizes of a convolution from images `[images, channels, size]` to `[images, filters, out]` with a weight
/// `[filters, channels / groups, kernel]`.
///
/// There are always three spatial axes: depth, height and width. Signals and images have a depth, and signals a height, of 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The number of images.
    pub images: usize,
    /// Channels of an image, all groups together.
    pub channels: usize,
    /// Depth, height and width of an image.
    pub size: [usize; 3],
    /// Channels of a result, all groups together.
    pub filters: usize,
    /// Depth, height and width of a result.
    pub out: [usize; 3],
    /// Depth, height and width of the kernel.
    pub kernel: [usize; 3],
    /// Distance between neighbouring patches.
    pub stride: [usize; 3],
    /// Zeros before an image; those behind it are as many as the result reads.
    pub padding: [usize; 3],
    /// Distance between neighbours in a patch.
    pub dilation: [usize; 3],
    /// Groups of channels that have nothing to do with each other.
    pub groups: usize,
}

impl Sizes {
    /// Elements of an image in one group.
    fn image(&self) -> usize {
        self.channels / self.groups * self.size.iter().product::<usize>()
    }

    /// Elements of a patch in one group.
    fn patch(&self) -> usize {
        self.channels / self.groups * self.kernel.iter().product::<usize>()
    }

    /// Elements of one channel of a result.
    fn pixels(&self) -> usize {
        self.out.iter().product()
    }

    /// Whether an image is its own columns.
    fn pointwise(&self) -> bool {
        self.kernel == [1; 3] && self.stride == [1; 3] && self.padding == [0; 3] && self.out == self.size
    }

    /// Images that go together: as many as the batch decides, whatever the number of threads.
    fn together(&self, pieces: usize) -> usize {
        self.images.div_ceil(pieces).max(1)
    }

    /// `y ← x * weight`.
    pub fn forward<T: Real>(&self, x: &[T], weight: &[T], y: &mut [T]) {
        let (patch, pixels, filters) = (self.patch(), self.pixels(), self.filters / self.groups);
        let block = filters * pixels;
        threads::chunks(y, self.together(PIECES) * self.groups * block, 1 + patch / 8, |start, y| {
            let (mut columns, mut product) = (Vec::new(), Vec::new());
            // One block for each image and group.
            for (i, y) in (start / block..).zip(y.chunks_exact_mut(block)) {
                let x = &x[i * self.image()..(i + 1) * self.image()];
                let weight = &weight[i % self.groups * filters * patch..][..filters * patch];
                if self.depthwise(weight) {
                    self.depthwise_forward(x, weight, y);
                    continue;
                }
                let weight = Matrix::row_major(weight, 0, [filters, patch]);
                if self.pointwise() {
                    T::gemm(weight, Matrix::row_major(x, 0, [patch, pixels]), T::zero(), y);
                    continue;
                }
                for tile in self.tiles() {
                    let (width, columns) = (columns::len(&tile), self.room(&tile, &mut columns));
                    self.unfold(x, &tile, columns);
                    let columns = Matrix::row_major(columns, 0, [patch, width]);
                    if width == pixels {
                        T::gemm(weight, columns, T::zero(), y);
                        continue;
                    }
                    product.resize(filters * width, T::zero());
                    T::gemm(weight, columns, T::zero(), &mut product);
                    let at = self.start(&tile);
                    for (y, product) in y.chunks_exact_mut(pixels).zip(product.chunks_exact(width)) {
                        y[at..at + width].copy_from_slice(product);
                    }
                }
            }
        });
    }

    /// `dx ←` the gradient of the images, given `dy`.
    pub fn input<T: Real>(&self, dy: &[T], weight: &[T], dx: &mut [T]) {
        let (patch, pixels, filters) = (self.patch(), self.pixels(), self.filters / self.groups);
        if filters == 0 {
            return dx.fill(T::zero());
        }
        let block = self.image();
        let cost = 1 + filters * self.kernel.iter().product::<usize>() / 8;
        threads::chunks(dx, self.together(PIECES) * self.groups * block, cost, |start, dx| {
            let mut columns = Vec::new();
            for (i, dx) in (start / block..).zip(dx.chunks_exact_mut(block)) {
                let weight = &weight[i % self.groups * filters * patch..][..filters * patch];
                if self.depthwise(weight) {
                    self.depthwise_input(&dy[i * pixels..(i + 1) * pixels], weight, dx);
                    continue;
                }
                let weight = Matrix::row_major(weight, 0, [filters, patch]).transposed();
                if self.pointwise() {
                    T::gemm(weight, Matrix::row_major(dy, i * filters * pixels, [filters, pixels]), T::zero(), dx);
                    continue;
                }
                dx.fill(T::zero());
                for tile in self.tiles() {
                    let columns = self.room(&tile, &mut columns);
                    T::gemm(weight, self.part(dy, i, &tile), T::zero(), columns);
                    self.fold(columns, &tile, dx);
                }
            }
        });
    }

    /// `dw ←` the gradient of the weight, given `dy`: a sum over the images, in parts that the batch decides.
    pub fn weight<T: Real>(&self, x: &[T], dy: &[T], dw: &mut [T]) {
        let pieces = (PARTIAL / dw.len().max(1)).clamp(1, PIECES);
        let together = self.together(pieces);
        if self.images <= together {
            return self.weight_of(0..self.images, x, dy, dw);
        }
        let pieces = self.images.div_ceil(together);
        let mut partial = vec![T::zero(); pieces * dw.len()];
        let cost = 1 + together * self.pixels() / 8;
        threads::chunks(&mut partial, dw.len(), cost, |start, partial| {
            let first = start / dw.len() * together;
            self.weight_of(first..(first + together).min(self.images), x, dy, partial);
        });
        reduce::sum(&partial, Fold { outer: 1, n: pieces, inner: dw.len() }, dw);
    }

    fn weight_of<T: Real>(&self, images: Range<usize>, x: &[T], dy: &[T], dw: &mut [T]) {
        let (patch, pixels, filters) = (self.patch(), self.pixels(), self.filters / self.groups);
        dw.fill(T::zero());
        if filters * patch == 0 {
            return;
        }
        let mut columns = Vec::new();
        for i in images.start * self.groups..images.end * self.groups {
            let dw = &mut dw[i % self.groups * filters * patch..][..filters * patch];
            let x = &x[i * self.image()..(i + 1) * self.image()];
            let block = &dy[i * filters * pixels..(i + 1) * filters * pixels];
            if self.depthwise(block) {
                self.depthwise_weight(x, block, dw);
                continue;
            }
            if self.pointwise() {
                let x = Matrix::row_major(x, 0, [patch, pixels]);
                T::gemm(Matrix::row_major(block, 0, [filters, pixels]), x.transposed(), T::one(), dw);
                continue;
            }
            for tile in self.tiles() {
                let columns = self.room(&tile, &mut columns);
                self.unfold(x, &tile, columns);
                let columns = Matrix::row_major(columns, 0, [patch, columns::len(&tile)]);
                T::gemm(self.part(dy, i, &tile), columns.transposed(), T::one(), dw);
            }
        }
    }

    /// A tile of all filters of block `i` of the results.
    fn part<'a, T: Real>(&self, dy: &'a [T], i: usize, tile: &Tile) -> Matrix<'a, T> {
        let (pixels, filters) = (self.pixels(), self.filters / self.groups);
        let at = i * filters * pixels + self.start(tile);
        Matrix::new(dy, at, [filters, columns::len(tile)], [pixels as isize, 1])
    }
}

#[cfg(test)]
mod tests;
