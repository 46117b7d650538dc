//! Pointwise convolutions: kernels of a single place without a stride or padding, so that each image is a matrix and all is products of matrices.

use super::scratch::Scratch;
use super::{Sizes, together};
use crate::element::Real;
use crate::gemm::{Bias, Matrix, MatrixMut};
use crate::isa;
use crate::reduce::{self, Fold};
use crate::threads;
use crate::transpose::transpose;
use pulp::{Simd, WithSimd};

/// Blocks, of an image and a group, from which on threads take one each; fewer are taken in turn, each by all threads.
const BLOCKS: usize = 16;

/// A pointwise convolution; channels and filters are those of a group.
pub(super) struct Pointwise {
    images: usize,
    groups: usize,
    channels: usize,
    filters: usize,
    pixels: usize,
}

impl Pointwise {
    /// A convolution, if it is pointwise, with channels enough for a product of matrices.
    pub fn of(sizes: &Sizes) -> Option<Self> {
        let Sizes { images, channels, size, filters, kernel, stride, padding, groups, .. } = *sizes;
        let simple = (kernel, stride, padding) == ([1; 3], [1; 3], [0; 3]) && sizes.out == size;
        let (channels, filters) = (channels / groups, filters / groups);
        let pixels = size.iter().product();
        let some = channels > 1 && filters > 1 && images > 0 && pixels > 0;
        (simple && some).then_some(Pointwise { images, groups, channels, filters, pixels })
    }

    /// `y ← x * weight`: for each block the matrix of the group's weight times that of the image.
    pub fn forward<T: Real>(&self, x: &[T], weight: &[T], y: &mut [T]) {
        self.multiply(x, weight, [self.filters, self.channels], y);
    }

    /// `dx ←` the gradient of the images: the same with the transposed weight.
    pub fn input<T: Real>(&self, dy: &[T], weight: &[T], dx: &mut [T]) {
        let size = [self.filters, self.channels];
        let mut columns = Scratch::<T>::new(weight.len());
        let each = self.filters * self.channels;
        for (from, to) in weight.chunks_exact(each).zip(columns.chunks_exact_mut(each)) {
            isa::dispatch(Transposed { from, size, to });
        }
        self.multiply(dy, &columns, [self.channels, self.filters], dx);
    }

    /// For each block, a matrix of the group's weight times what is read.
    fn multiply<T: Real>(&self, x: &[T], weight: &[T], [outs, ins]: [usize; 2], y: &mut [T]) {
        let (read, written) = (ins * self.pixels, outs * self.pixels);
        let block = |number: usize, y: &mut [T]| {
            let a = Matrix::row_major(weight, number % self.groups * outs * ins, [outs, ins]);
            let b = Matrix::row_major(x, number * read, [ins, self.pixels]);
            T::product(a, b.into(), T::zero(), Bias::None, MatrixMut::new(y, [outs, self.pixels], self.pixels));
        };
        if self.images * self.groups < BLOCKS {
            y.chunks_exact_mut(written).enumerate().for_each(|(number, y)| block(number, y));
        } else {
            threads::chunks(y, written, ins / 8 + 1, |start, y| block(start / written, y));
        }
    }

    /// `dw ←` the gradient of the weight: a sum over the images, in chunks that the batch decides.
    pub fn weight<T: Real>(&self, x: &[T], dy: &[T], dw: &mut [T]) {
        let together = together(self.images, dw.len());
        let chunks = self.images.div_ceil(together);
        let chunk = |chunk: usize, dw: &mut [T]| {
            for image in chunk * together..((chunk + 1) * together).min(self.images) {
                self.add_image(x, dy, image, image == chunk * together, dw);
            }
        };
        if chunks == 1 {
            return chunk(0, dw);
        }
        let (each, cost) = (dw.len(), together * self.pixels / 8 + 1);
        let mut partial = Scratch::<T>::new(chunks * each);
        threads::chunks(&mut partial, each, cost, |start, dw| chunk(start / each, dw));
        reduce::sum(&partial, Fold { outer: 1, n: chunks, inner: each }, dw);
    }

    /// Adds what an image gives of the gradient of the weight to that of those before, if it is not the `first`.
    fn add_image<T: Real>(&self, x: &[T], dy: &[T], image: usize, first: bool, dw: &mut [T]) {
        let size = [self.filters, self.channels];
        for (group, dw) in dw.chunks_exact_mut(size[0] * size[1]).enumerate() {
            let block = image * self.groups + group;
            let [a, b] = [(dy, self.filters), (x, self.channels)]
                .map(|(of, rows)| Matrix::row_major(of, block * rows * self.pixels, [rows, self.pixels]));
            let beta = if first { T::zero() } else { T::one() };
            T::product(a, b.transposed().into(), beta, Bias::None, MatrixMut::new(dw, size, size[1]));
        }
    }
}

/// `to ←` the transpose of a matrix of this size, row by row.
struct Transposed<'a, T> {
    from: &'a [T],
    size: [usize; 2],
    to: &'a mut [T],
}

impl<T: Real> WithSimd for Transposed<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Transposed { from, size: [rows, columns], to } = self;
        transpose(simd, from, columns, [rows, columns], rows, to);
    }
}
