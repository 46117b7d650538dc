//! Pointwise convolutions: kernels of a single place without padding, so that each image is a matrix and all is products of matrices. With a
//! stride the pixels that take part are brought together first.

use super::reading::SLACK;
use super::rows::Rows;
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
    size: [usize; 3],
    out: [usize; 3],
    stride: [usize; 3],
    /// Pixels that take part.
    pixels: usize,
}

impl Pointwise {
    /// A convolution, if it is pointwise, with channels enough for a product of matrices.
    pub fn of(sizes: &Sizes) -> Option<Self> {
        let Sizes { images, channels, size, filters, out, kernel, stride, padding, groups, .. } = *sizes;
        let all = (0..3).all(|d| out[d] == size[d].div_ceil(stride[d]));
        let simple = (kernel, padding) == ([1; 3], [0; 3]) && all;
        let (channels, filters) = (channels / groups, filters / groups);
        let pixels = out.iter().product();
        let some = channels > 1 && filters > 1 && images > 0 && pixels > 0;
        (simple && some).then_some(Pointwise { images, groups, channels, filters, size, out, stride, pixels })
    }

    fn is_strided(&self) -> bool {
        self.size != self.out
    }

    /// The pixels of a block's channels that take part, one after another: those of `x`, or brought together in `room`.
    fn gathered<'a, T: Real>(&self, x: &'a [T], block: usize, room: &'a mut [T]) -> &'a [T] {
        let volume = self.size.iter().product::<usize>();
        let x = &x[block * self.channels * volume..][..self.channels * volume];
        if !self.is_strided() {
            return x;
        }
        isa::dispatch(Gather { of: self, x, to: room });
        &room[..self.channels * self.pixels]
    }

    /// The opposite of [`gathered`](Pointwise::gathered), with zeros between.
    fn scatter<T: Real>(&self, from: &[T], dx: &mut [T]) {
        let ([deep, down, wide], [_, height, width]) = (self.stride, self.size);
        dx.fill(T::zero());
        let mut from = from.chunks_exact(self.out[2]);
        for plane in dx.chunks_exact_mut(self.size.iter().product()) {
            for slab in plane.chunks_mut(height * width).step_by(deep) {
                for (row, from) in slab.chunks_mut(width).step_by(down).zip(&mut from) {
                    row.iter_mut().step_by(wide).zip(from).for_each(|(x, &from)| *x = from);
                }
            }
        }
    }

    /// Room for the pixels of a block's channels, and whole vectors behind them, if they are to be brought together.
    fn room<T: Real>(&self) -> Scratch<T> {
        Scratch::new(if self.is_strided() { self.channels * self.pixels + SLACK } else { 0 })
    }

    /// `y ← x * weight`: for each block the matrix of the group's weight times that of the image.
    pub fn forward<T: Real>(&self, x: &[T], weight: &[T], y: &mut [T]) {
        self.each_block(y, self.filters * self.pixels, self.channels, |block, y| {
            let mut room = self.room::<T>();
            self.multiply(self.gathered(x, block, &mut room), weight, block, [self.filters, self.channels], y);
        });
    }

    /// `dx ←` the gradient of the images: the same with the transposed weight.
    pub fn input<T: Real>(&self, dy: &[T], weight: &[T], dx: &mut [T]) {
        let size = [self.filters, self.channels];
        let mut columns = Scratch::<T>::new(weight.len());
        let each = self.filters * self.channels;
        for (from, to) in weight.chunks_exact(each).zip(columns.chunks_exact_mut(each)) {
            isa::dispatch(Transposed { from, size, to });
        }
        let (read, written) = (self.filters * self.pixels, self.channels * self.size.iter().product::<usize>());
        let columns = &columns[..];
        self.each_block(dx, written, self.filters, |block, dx| {
            let (dy, size) = (&dy[block * read..][..read], [self.channels, self.filters]);
            if !self.is_strided() {
                return self.multiply(dy, columns, block, size, dx);
            }
            let mut room = self.room::<T>();
            let room = &mut room[..self.channels * self.pixels];
            self.multiply(dy, columns, block, size, room);
            self.scatter(room, dx);
        });
    }

    /// Runs `f` on the part of `y` of each block, so many elements, each a sum of so many terms.
    fn each_block<T: Real>(&self, y: &mut [T], part: usize, terms: usize, f: impl Fn(usize, &mut [T]) + Sync) {
        if self.images * self.groups < BLOCKS {
            y.chunks_exact_mut(part).enumerate().for_each(|(block, y)| f(block, y));
        } else {
            threads::chunks(y, part, terms / 8 + 1, |start, y| f(start / part, y));
        }
    }

    /// `y ←` the matrix of a block's weight times that of what is read.
    fn multiply<T: Real>(&self, x: &[T], weight: &[T], block: usize, [outs, ins]: [usize; 2], y: &mut [T]) {
        let a = Matrix::row_major(weight, block % self.groups * outs * ins, [outs, ins]);
        let b = Matrix::row_major(x, 0, [ins, self.pixels]);
        T::product(a, b.into(), T::zero(), Bias::None, MatrixMut::new(y, [outs, self.pixels], self.pixels));
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
        let mut room = self.room::<T>();
        for (group, dw) in dw.chunks_exact_mut(size[0] * size[1]).enumerate() {
            let block = image * self.groups + group;
            let a = Matrix::row_major(dy, block * self.filters * self.pixels, [self.filters, self.pixels]);
            let b = Matrix::row_major(self.gathered(x, block, &mut room), 0, [self.channels, self.pixels]);
            let beta = if first { T::zero() } else { T::one() };
            T::product(a, b.transposed().into(), beta, Bias::None, MatrixMut::new(dw, size, size[1]));
        }
    }
}

/// `to ←` the pixels of the channels of `x` that take part, and up to a vector more.
struct Gather<'a, T> {
    of: &'a Pointwise,
    x: &'a [T],
    to: &'a mut [T],
}

impl<T: Real> WithSimd for Gather<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Gather { of: &Pointwise { channels, size, out, stride, .. }, x, to } = self;
        let [depth, height, width] = size;
        let mut at = 0;
        for channel in 0..channels {
            for t in 0..out[0] {
                let from = ((channel * depth + t * stride[0]) * height * width) as isize;
                let rows = Rows { count: out[1], down: stride[1] * width, step: stride[2], from };
                rows.copy(simd, x, 0..out[2], out[2], &mut to[at..]);
                at += out[1] * out[2];
            }
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
