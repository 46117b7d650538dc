//! Convolution as matrix products with columns of patches, a few rows of the result at a time.

use super::gemm::Matrix;
use super::reduce::{self, Fold};
use super::threads;
use crate::tensor::Real;
use smallvec::SmallVec;
use std::ops::Range;

/// Elements of the columns held at once: they stay in the second-level cache.
const COLUMNS: usize = 1 << 17;
/// Columns below which a matrix product is not cut further.
const NARROW: usize = 128;
/// Pieces into which a batch is cut.
const PIECES: usize = 16;
/// Elements of the partial weight gradients held at once.
const PARTIAL: usize = 1 << 20;

/// The sizes of a convolution from images `[images, channels, size]` to `[images, filters, out]` with a weight
/// `[filters, channels / groups, kernel]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv {
    /// The number of images.
    pub images: usize,
    /// Channels of an image, all groups together.
    pub channels: usize,
    /// Height and width of an image.
    pub size: [usize; 2],
    /// Channels of a result, all groups together.
    pub filters: usize,
    /// Height and width of a result.
    pub out: [usize; 2],
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
    /// Distance between neighbouring patches.
    pub stride: [usize; 2],
    /// Zeros around an image, on each side.
    pub padding: [usize; 2],
    /// Distance between neighbours in a patch.
    pub dilation: [usize; 2],
    /// Groups of channels that have nothing to do with each other.
    pub groups: usize,
}

impl Conv {
    /// Elements of an image in one group.
    fn image(&self) -> usize {
        self.channels / self.groups * self.size[0] * self.size[1]
    }

    /// Elements of a patch in one group.
    fn patch(&self) -> usize {
        self.channels / self.groups * self.kernel[0] * self.kernel[1]
    }

    /// Whether an image is its own columns.
    fn pointwise(&self) -> bool {
        self.kernel == [1, 1] && self.stride == [1, 1] && self.padding == [0, 0] && self.out == self.size
    }

    /// Whether each channel has one filter of its own: too little for a matrix product.
    fn depthwise(&self) -> bool {
        self.channels == self.groups && self.filters == self.groups
    }

    /// Rows of the result whose columns are held at once.
    fn tile(&self) -> usize {
        let [rows, width] = self.out;
        let columns = (COLUMNS / self.patch().max(1)).max(NARROW);
        let tiles = rows.div_ceil((columns / width.max(1)).clamp(1, rows.max(1)));
        rows.div_ceil(tiles.max(1))
    }

    fn columns<T: Real>(&self) -> Vec<T> {
        let needed = if self.pointwise() || self.depthwise() { 0 } else { self.patch() * self.tile() * self.out[1] };
        vec![T::zero(); needed]
    }

    /// The tiles: first row, and the columns' number.
    fn tiles(&self) -> impl Iterator<Item = (Range<usize>, usize)> {
        let ([rows, width], tile) = (self.out, self.tile());
        (0..rows).step_by(tile.max(1)).map(move |first| {
            let end = (first + tile).min(rows);
            (first..end, (end - first) * width)
        })
    }

    /// Images that go together: as many as the batch decides, whatever the number of threads.
    fn together(&self, pieces: usize) -> usize {
        self.images.div_ceil(pieces).max(1)
    }

    /// `y ← x * weight`.
    pub fn forward<T: Real>(&self, x: &[T], weight: &[T], y: &mut [T]) {
        let (patch, pixels, filters) = (self.patch(), self.out[0] * self.out[1], self.filters / self.groups);
        let block = filters * pixels;
        threads::chunks(y, self.together(PIECES) * self.groups * block, 1 + patch / 8, |start, y| {
            let mut columns = self.columns();
            let mut product = vec![T::zero(); if self.tile() < self.out[0] { block } else { 0 }];
            // One block for each image and group.
            for (i, y) in (start / block..).zip(y.chunks_exact_mut(block)) {
                let x = &x[i * self.image()..(i + 1) * self.image()];
                if self.depthwise() {
                    let weight = &weight[i % self.groups * patch..];
                    y.fill(T::zero());
                    self.each_row(0..self.out[0], |place, at, from| {
                        add_row(&mut y[at], 1, &x[from..], self.stride[1], weight[place]);
                    });
                    continue;
                }
                let weight = Matrix::row_major(weight, i % self.groups * filters * patch, [filters, patch]);
                if self.pointwise() {
                    T::gemm(weight, Matrix::row_major(x, 0, [patch, pixels]), T::zero(), y);
                    continue;
                }
                for (rows, width) in self.tiles() {
                    self.unfold(x, rows.clone(), &mut columns);
                    let columns = Matrix::row_major(&columns, 0, [patch, width]);
                    if width == pixels {
                        T::gemm(weight, columns, T::zero(), y);
                        continue;
                    }
                    let product = &mut product[..filters * width];
                    T::gemm(weight, columns, T::zero(), product);
                    let at = rows.start * self.out[1];
                    for (y, product) in y.chunks_exact_mut(pixels).zip(product.chunks_exact(width)) {
                        y[at..at + width].copy_from_slice(product);
                    }
                }
            }
        });
    }

    /// `dx ←` the gradient of the images, given `dy`.
    pub fn input<T: Real>(&self, dy: &[T], weight: &[T], dx: &mut [T]) {
        let (patch, pixels, filters) = (self.patch(), self.out[0] * self.out[1], self.filters / self.groups);
        let block = self.image();
        let cost = 1 + filters * self.kernel[0] * self.kernel[1] / 8;
        threads::chunks(dx, self.together(PIECES) * self.groups * block, cost, |start, dx| {
            let mut columns = self.columns();
            for (i, dx) in (start / block..).zip(dx.chunks_exact_mut(block)) {
                if self.depthwise() {
                    let (weight, dy) = (&weight[i % self.groups * patch..], &dy[i * pixels..(i + 1) * pixels]);
                    dx.fill(T::zero());
                    self.each_row(0..self.out[0], |place, at, from| {
                        add_row(&mut dx[from..], self.stride[1], &dy[at], 1, weight[place]);
                    });
                    continue;
                }
                let weight =
                    Matrix::row_major(weight, i % self.groups * filters * patch, [filters, patch]).transposed();
                if self.pointwise() {
                    T::gemm(weight, Matrix::row_major(dy, i * filters * pixels, [filters, pixels]), T::zero(), dx);
                    continue;
                }
                dx.fill(T::zero());
                for (rows, width) in self.tiles() {
                    let columns = &mut columns[..patch * width];
                    T::gemm(weight, self.part(dy, i, &rows), T::zero(), columns);
                    self.fold(columns, rows, dx);
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
        let cost = 1 + together * self.out[0] * self.out[1] / 8;
        threads::chunks(&mut partial, dw.len(), cost, |start, partial| {
            let first = start / dw.len() * together;
            self.weight_of(first..(first + together).min(self.images), x, dy, partial);
        });
        reduce::sum(&partial, Fold { outer: 1, n: pieces, inner: dw.len() }, dw);
    }

    fn weight_of<T: Real>(&self, images: Range<usize>, x: &[T], dy: &[T], dw: &mut [T]) {
        let (patch, filters) = (self.patch(), self.filters / self.groups);
        let mut columns = self.columns();
        dw.fill(T::zero());
        if filters * patch == 0 {
            return;
        }
        for i in images.start * self.groups..images.end * self.groups {
            let dw = &mut dw[i % self.groups * filters * patch..][..filters * patch];
            let x = &x[i * self.image()..(i + 1) * self.image()];
            if self.depthwise() {
                let pixels = self.out[0] * self.out[1];
                let dy = &dy[i * pixels..(i + 1) * pixels];
                self.each_row(0..self.out[0], |place, at, from| {
                    dw[place] += dot(&dy[at], &x[from..], self.stride[1]);
                });
                continue;
            }
            if self.pointwise() {
                let x = Matrix::row_major(x, 0, [patch, self.out[0] * self.out[1]]);
                T::gemm(self.part(dy, i, &(0..self.out[0])), x.transposed(), T::one(), dw);
                continue;
            }
            for (rows, width) in self.tiles() {
                self.unfold(x, rows.clone(), &mut columns);
                let columns = Matrix::row_major(&columns, 0, [patch, width]);
                T::gemm(self.part(dy, i, &rows), columns.transposed(), T::one(), dw);
            }
        }
    }

    /// Rows of all filters of block `i` of the results.
    fn part<'a, T: Real>(&self, dy: &'a [T], i: usize, rows: &Range<usize>) -> Matrix<'a, T> {
        let ([height, width], filters) = (self.out, self.filters / self.groups);
        let at = (i * filters * height + rows.start) * width;
        Matrix::new(dy, at, [filters, rows.len() * width], [(height * width) as isize, 1])
    }

    /// `columns ←` the patches of an image that lead to some rows of the result: `[patch, rows · width]`.
    fn unfold<T: Real>(&self, x: &[T], rows: Range<usize>, columns: &mut [T]) {
        let (step, whole) = (self.stride[1], rows.len() * self.out[1]);
        if self.padding != [0, 0] {
            columns.fill(T::zero());
        }
        self.each_row(rows, |place, at, from| {
            let row = &mut columns[place * whole..][at];
            match step {
                1 => copy_row(row, &x[from..from + row.len()]),
                _ => row.iter_mut().zip(x[from..].iter().step_by(step)).for_each(|(y, &x)| *y = x),
            }
        });
    }

    /// `x ← x +` the columns, each element where `unfold` took it.
    fn fold<T: Real>(&self, columns: &[T], rows: Range<usize>, x: &mut [T]) {
        let (step, whole) = (self.stride[1], rows.len() * self.out[1]);
        self.each_row(rows, |place, at, from| {
            add_row(&mut x[from..], step, &columns[place * whole..][at], 1, T::one());
        });
    }

    /// Calls `f` for each place of a patch and each of some rows of the result that reads from inside the image there: with the place, the
    /// elements of those rows that do, and which element the first of them reads.
    fn each_row(&self, rows: Range<usize>, mut f: impl FnMut(usize, Range<usize>, usize)) {
        let ([height, width], [r, s], out) = (self.size, self.kernel, self.out[1]);
        let across: SmallVec<[Range<usize>; 8]> = (0..s).map(|j| self.inside(1, j, 0..out)).collect();
        let down: SmallVec<[Range<usize>; 8]> = (0..r).map(|i| self.inside(0, i, rows.clone())).collect();
        let read = |d: usize, o: usize, i: usize| o * self.stride[d] + i * self.dilation[d] - self.padding[d];
        for c in 0..self.channels / self.groups {
            for (i, j) in (0..r).flat_map(|i| (0..s).map(move |j| (i, j))) {
                let (down, across) = (down[i].clone(), across[j].clone());
                if down.is_empty() || across.is_empty() {
                    continue;
                }
                let place = (c * r + i) * s + j;
                let mut from = (c * height + read(0, down.start, i)) * width + read(1, across.start, j);
                for at in (down.start - rows.start..down.end - rows.start).map(|o| o * out) {
                    f(place, at + across.start..at + across.end, from);
                    from += self.stride[0] * width;
                }
            }
        }
    }

    /// The results `o` among `range` whose place `i` lies inside the image along axis `d`.
    fn inside(&self, d: usize, i: usize, range: Range<usize>) -> Range<usize> {
        let shift = (i * self.dilation[d]) as isize - self.padding[d] as isize;
        // Those with `0 <= o·stride + shift < size`.
        let first = |least: isize| {
            let o = -(shift - least).div_euclid(self.stride[d] as isize);
            o.clamp(range.start as isize, range.end as isize) as usize
        };
        let begin = first(0);
        begin..first(self.size[d] as isize).max(begin)
    }
}

/// `y ← y + c x`, taking each `y_step`-th and `x_step`-th element.
#[inline]
fn add_row<T: Real>(y: &mut [T], y_step: usize, x: &[T], x_step: usize, c: T) {
    match (y_step, x_step) {
        (1, 1) => y.iter_mut().zip(x).for_each(|(y, &x)| *y += c * x),
        _ => y.iter_mut().step_by(y_step).zip(x.iter().step_by(x_step)).for_each(|(y, &x)| *y += c * x),
    }
}

/// `Σ a b`, taking each `b_step`-th element of `b`.
#[inline]
fn dot<T: Real>(a: &[T], b: &[T], b_step: usize) -> T {
    let mut lanes = [T::zero(); 8];
    let (blocks, rest) = a.as_chunks::<8>();
    if b_step == 1 {
        let (b_blocks, _) = b.as_chunks::<8>();
        for (a, b) in blocks.iter().zip(b_blocks) {
            (0..8).for_each(|i| lanes[i] += a[i] * b[i]);
        }
        rest.iter().zip(&b[a.len() - rest.len()..]).zip(&mut lanes).for_each(|((&a, &b), lane)| *lane += a * b);
    } else {
        a.iter().zip(b.iter().step_by(b_step)).for_each(|(&a, &b)| lanes[0] += a * b);
    }
    lanes.into_iter().sum()
}

/// Copies a row. Short ones, of which convolutions have many, are not worth a call.
#[inline]
fn copy_row<T: Real>(y: &mut [T], x: &[T]) {
    match y.len() {
        4..8 => copy_ends::<T, 4>(y, x),
        8..16 => copy_ends::<T, 8>(y, x),
        16..32 => copy_ends::<T, 16>(y, x),
        32..64 => copy_ends::<T, 32>(y, x),
        _ => y.copy_from_slice(x),
    }
}

/// Copies the first and the last `N` elements, which overlap.
#[inline]
fn copy_ends<T: Real, const N: usize>(y: &mut [T], x: &[T]) {
    if let (Some(y), Some(x)) = (y.first_chunk_mut::<N>(), x.first_chunk()) {
        *y = *x;
    }
    if let (Some(y), Some(x)) = (y.last_chunk_mut::<N>(), x.last_chunk()) {
        *y = *x;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Six loops.
    fn textbook(conv: &Conv, x: &[f64], weight: &[f64], mut f: impl FnMut(usize, usize, usize)) {
        let Conv { images, channels, size: [h, w], filters, out: [oh, ow], kernel: [r, s], .. } = *conv;
        let (channels, filters) = (channels / conv.groups, filters / conv.groups);
        assert_eq!((x.len(), weight.len()), (images * conv.groups * channels * h * w, conv.filters * channels * r * s));
        for y in 0..images * conv.groups * filters * oh * ow {
            let (o, block) = (y % (oh * ow), y / (oh * ow) / filters);
            let filter = block % conv.groups * filters + y / (oh * ow) % filters;
            for k in 0..channels * r * s {
                let row = (o / ow * conv.stride[0] + k / s % r * conv.dilation[0]).wrapping_sub(conv.padding[0]);
                let column = (o % ow * conv.stride[1] + k % s * conv.dilation[1]).wrapping_sub(conv.padding[1]);
                if row < h && column < w {
                    f(y, ((block * channels + k / (r * s)) * h + row) * w + column, filter * channels * r * s + k);
                }
            }
        }
    }

    #[test]
    fn results_that_take_several_tiles_and_pieces_are_exact_on_small_integers() {
        let plain = Conv {
            images: 2,
            channels: 70,
            size: [13, 12],
            filters: 3,
            out: [11, 12],
            kernel: [5, 3],
            stride: [1, 1],
            padding: [1, 1],
            dilation: [1, 1],
            groups: 1,
        };
        let grouped = Conv { channels: 140, filters: 6, groups: 2, ..plain };
        let strided = Conv { size: [25, 26], stride: [2, 2], padding: [2, 1], out: [13, 13], ..plain };
        let depthwise = Conv { channels: 7, filters: 7, groups: 7, ..strided };
        let many = Conv { images: 35, channels: 2, groups: 1, ..plain };
        assert!(plain.tiles().count() > 1 && strided.tiles().count() > 1);
        for conv in [plain, grouped, strided, depthwise, Conv { channels: 3, groups: 3, ..plain }, many] {
            let numbers = |n: usize, m: usize| (0..n).map(|i| (i * i % m) as f64).collect::<Vec<_>>();
            let x = numbers(conv.images * conv.groups * conv.image(), 7);
            let weight = numbers(conv.filters * conv.patch(), 5);
            let dy = numbers(conv.images * conv.filters * conv.out[0] * conv.out[1], 11);
            let mut expected = (vec![0.0; dy.len()], vec![0.0; x.len()], vec![0.0; weight.len()]);
            textbook(&conv, &x, &weight, |i, j, k| {
                expected.0[i] += x[j] * weight[k];
                expected.1[j] += dy[i] * weight[k];
                expected.2[k] += dy[i] * x[j];
            });
            let mut found = (vec![f64::NAN; dy.len()], vec![f64::NAN; x.len()], vec![f64::NAN; weight.len()]);
            conv.forward(&x, &weight, &mut found.0);
            conv.input(&dy, &weight, &mut found.1);
            conv.weight(&x, &dy, &mut found.2);
            assert_eq!(found, expected, "{conv:?}");
        }
    }
}
