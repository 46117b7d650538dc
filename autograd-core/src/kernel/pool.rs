//! Windows that slide over images: their maximum, where it is, their mean, and the mean's adjoint.

use super::threads;
use crate::tensor::Real;

/// Elements per chunk.
const CHUNK: usize = 1 << 13;

/// The sizes of a pooling from planes `[planes, size]` to `[planes, out]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Height and width of a plane.
    pub size: [usize; 2],
    /// Height and width of a result.
    pub out: [usize; 2],
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// Distance between neighbouring windows.
    pub stride: [usize; 2],
    /// Places around a plane, on each side.
    pub padding: [usize; 2],
    /// Distance between neighbours in a window.
    pub dilation: [usize; 2],
}

impl Pool {
    /// For each window along axis `d`: its first place inside the plane, and how many there are.
    fn windows(&self, d: usize) -> Vec<(usize, usize)> {
        let (padding, dilation) = (self.padding[d], self.dilation[d]);
        let inside = |o: usize| {
            let start = o * self.stride[d];
            let skipped = padding.saturating_sub(start).div_ceil(dilation);
            let first = start + skipped * dilation - padding;
            let fit = self.size[d].saturating_sub(first).div_ceil(dilation);
            (first, fit.min(self.kernel[d].saturating_sub(skipped)))
        };
        (0..self.out[d]).map(inside).collect()
    }

    /// Whether each window along axis `d` has a place inside the plane.
    pub fn meets_each(&self, d: usize) -> bool {
        self.windows(d).iter().all(|&(_, count)| count > 0)
    }

    fn plane(&self) -> usize {
        self.size[0] * self.size[1]
    }

    fn pixels(&self) -> usize {
        self.out[0] * self.out[1]
    }

    /// Calls `f` for each plane of `out`, of `block` elements, with its number.
    fn planes<Y: Send>(&self, out: &mut [Y], block: usize, f: impl Fn(usize, &mut [Y]) + Sync) {
        let cost = (self.kernel[0] * self.kernel[1] * self.pixels()).div_ceil(block.max(1));
        threads::chunks(out, (CHUNK / block.max(1)).max(1) * block, 1 + cost, |start, out| {
            (start / block..).zip(out.chunks_exact_mut(block)).for_each(|(number, out)| f(number, out));
        });
    }

    /// `y ←` the largest element of each window; NaN counts as larger than each number.
    pub fn max<T: Real>(&self, x: &[T], y: &mut [T]) {
        let (width, rows, columns) = (self.size[1], self.windows(0), self.windows(1));
        // The windows that lie inside the plane, along the width, as a whole.
        let is_whole = |&(_, count): &(usize, usize)| count == self.kernel[1];
        let begin = columns.iter().position(is_whole).unwrap_or(columns.len());
        let whole = begin..columns.iter().rposition(is_whole).map_or(begin, |last| last + 1);
        self.planes(y, self.pixels(), |number, y| {
            let x = &x[number * self.plane()..(number + 1) * self.plane()];
            for (y, &(row, count)) in y.chunks_exact_mut(self.out[1]).zip(&rows) {
                y.fill(T::neg_infinity());
                for row in (0..count).map(|i| row + i * self.dilation[0]) {
                    let x = &x[row * width..(row + 1) * width];
                    for p in (0..whole.start).chain(whole.end..self.out[1]) {
                        let (column, count) = columns[p];
                        for &x in x[column..].iter().step_by(self.dilation[1]).take(count) {
                            y[p] = larger(y[p], x);
                        }
                    }
                    if whole.is_empty() {
                        continue;
                    }
                    // Of the windows inside, first all first elements, then all second ones, and so on.
                    let x = &x[columns[whole.start].0..];
                    for j in 0..self.kernel[1] {
                        let (x, y) = (&x[j * self.dilation[1]..], &mut y[whole.clone()]);
                        match self.stride[1] {
                            1 => y.iter_mut().zip(x).for_each(|(y, &x)| *y = larger(*y, x)),
                            2 => y.iter_mut().zip(x.iter().step_by(2)).for_each(|(y, &x)| *y = larger(*y, x)),
                            step => y.iter_mut().zip(x.iter().step_by(step)).for_each(|(y, &x)| *y = larger(*y, x)),
                        }
                    }
                }
            }
        });
    }

    /// `at ←` where in its plane the largest element of each window is: the first of several, and the first NaN before each number.
    pub fn argmax<T: Real>(&self, x: &[T], at: &mut [i64]) {
        let (width, rows, columns) = (self.size[1], self.windows(0), self.windows(1));
        self.planes(at, self.pixels(), |number, at| {
            let x = &x[number * self.plane()..(number + 1) * self.plane()];
            for (at, &(row, height)) in at.chunks_exact_mut(self.out[1]).zip(&rows) {
                for (at, &(column, count)) in at.iter_mut().zip(&columns) {
                    let mut best = row * width + column;
                    let mut largest = x[best];
                    for i in 0..height {
                        let row = (row + i * self.dilation[0]) * width + column;
                        for place in (0..count).map(|j| row + j * self.dilation[1]) {
                            if x[place] > largest || x[place].is_nan() && !largest.is_nan() {
                                (best, largest) = (place, x[place]);
                            }
                        }
                    }
                    *at = best as i64;
                }
            }
        });
    }

    /// What the sum of a window is divided by: its places, those in the padding counted or not.
    fn divisor<T: Real>(&self, inside: usize, count_padding: bool) -> T {
        T::of(if count_padding { self.kernel[0] * self.kernel[1] } else { inside } as f64)
    }

    /// `y ←` the mean of each window.
    pub fn mean<T: Real>(&self, x: &[T], count_padding: bool, y: &mut [T]) {
        let (width, rows, columns) = (self.size[1], self.windows(0), self.windows(1));
        self.planes(y, self.pixels(), |number, y| {
            let x = &x[number * self.plane()..(number + 1) * self.plane()];
            for (y, &(row, height)) in y.chunks_exact_mut(self.out[1]).zip(&rows) {
                for (y, &(column, count)) in y.iter_mut().zip(&columns) {
                    let mut sum = T::zero();
                    for at in (row..row + height).map(|row| row * width + column) {
                        x[at..at + count].iter().for_each(|&x| sum += x);
                    }
                    *y = sum / self.divisor(height * count, count_padding);
                }
            }
        });
    }

    /// `x ←` the sum, over the windows that an element lies in, of their share of `y`: the adjoint of [`mean`](Pool::mean).
    pub fn spread<T: Real>(&self, y: &[T], count_padding: bool, x: &mut [T]) {
        let (width, rows, columns) = (self.size[1], self.windows(0), self.windows(1));
        self.planes(x, self.plane(), |number, x| {
            let y = &y[number * self.pixels()..(number + 1) * self.pixels()];
            x.fill(T::zero());
            for (y, &(row, height)) in y.chunks_exact(self.out[1]).zip(&rows) {
                for (&y, &(column, count)) in y.iter().zip(&columns) {
                    let share = y / self.divisor(height * count, count_padding);
                    for at in (row..row + height).map(|row| row * width + column) {
                        x[at..at + count].iter_mut().for_each(|x| *x += share);
                    }
                }
            }
        });
    }
}

/// The larger of two numbers; NaN if one of them is.
fn larger<T: Real>(a: T, b: T) -> T {
    if b > a || b.is_nan() { b } else { a }
}
