//! Windows that slide over images: their maximum, where it is, their mean, and the mean's adjoint.

use super::elementwise::max;
use super::threads;
use crate::tensor::Real;
use std::ops::Range;

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

    /// Calls `f` for each plane of `out`, of `block` elements, with its number and the windows.
    fn planes<Y: Send>(&self, out: &mut [Y], block: usize, f: impl Fn(usize, &Windows, &mut [Y]) + Sync) {
        let windows = Windows::new(*self);
        let cost = (self.kernel[0] * self.kernel[1] * self.pixels()).div_ceil(block.max(1));
        threads::chunks(out, (CHUNK / block.max(1)).max(1) * block, 1 + cost, |start, out| {
            (start / block..).zip(out.chunks_exact_mut(block)).for_each(|(number, out)| f(number, &windows, out));
        });
    }

    /// `y ←` the largest element of each window; NaN counts as larger than each number.
    pub fn max<T: Real>(&self, x: &[T], y: &mut [T]) {
        let step = self.stride[1];
        self.planes(y, self.pixels(), |number, windows, y| {
            let x = &x[number * self.plane()..(number + 1) * self.plane()];
            for (o, y) in y.chunks_exact_mut(self.out[1]).enumerate() {
                y.fill(T::neg_infinity());
                windows.each_run(o, |p, from| match step {
                    1 => y[p].iter_mut().zip(&x[from..]).for_each(|(y, &x)| *y = max(*y, x)),
                    _ => y[p].iter_mut().enumerate().for_each(|(i, y)| *y = max(*y, x[from + i * step])),
                });
            }
        });
    }

    /// `at ←` where in its plane the largest element of each window is: the first of several, and the first NaN before each number.
    pub fn argmax<T: Real>(&self, x: &[T], at: &mut [i64]) {
        let step = self.stride[1];
        self.planes(at, self.pixels(), |number, windows, at| {
            let x = &x[number * self.plane()..(number + 1) * self.plane()];
            let mut largest = vec![T::zero(); self.out[1]];
            for (o, at) in at.chunks_exact_mut(self.out[1]).enumerate() {
                windows.each_first(o, |p, first| (at[p], largest[p]) = (first as i64, x[first]));
                windows.each_run(o, |p, from| {
                    for (i, (at, largest)) in at[p.clone()].iter_mut().zip(&mut largest[p]).enumerate() {
                        let place = from + i * step;
                        let x = x[place];
                        // Without a branch, which noise would send the wrong way half of the time.
                        let wins = (x > *largest) | (x.is_nan() & !largest.is_nan());
                        *at = std::hint::select_unpredictable(wins, place as i64, *at);
                        *largest = max(*largest, x);
                    }
                });
            }
        });
    }

    /// `y ←` the mean of each window.
    pub fn mean<T: Real>(&self, x: &[T], count_padding: bool, y: &mut [T]) {
        let step = self.stride[1];
        self.planes(y, self.pixels(), |number, windows, y| {
            let x = &x[number * self.plane()..(number + 1) * self.plane()];
            for (o, y) in y.chunks_exact_mut(self.out[1]).enumerate() {
                y.fill(T::zero());
                windows.each_run(o, |p, from| match step {
                    1 => y[p].iter_mut().zip(&x[from..]).for_each(|(y, &x)| *y += x),
                    _ => y[p].iter_mut().enumerate().for_each(|(i, y)| *y += x[from + i * step]),
                });
                y.iter_mut().enumerate().for_each(|(p, y)| *y /= windows.divisor(o, p, count_padding));
            }
        });
    }

    /// `x ←` the sum, over the windows that an element lies in, of their share of `y`: the adjoint of [`mean`](Pool::mean).
    pub fn spread<T: Real>(&self, y: &[T], count_padding: bool, x: &mut [T]) {
        let step = self.stride[1];
        self.planes(x, self.plane(), |number, windows, x| {
            let y = &y[number * self.pixels()..(number + 1) * self.pixels()];
            let mut shares = vec![T::zero(); self.out[1]];
            x.fill(T::zero());
            for (o, y) in y.chunks_exact(self.out[1]).enumerate() {
                let share = |(p, &y): (usize, &T)| y / windows.divisor(o, p, count_padding);
                shares.iter_mut().zip(y.iter().enumerate().map(share)).for_each(|(share, y)| *share = y);
                windows.each_run(o, |p, from| match step {
                    1 => x[from..].iter_mut().zip(&shares[p]).for_each(|(x, &share)| *x += share),
                    _ => shares[p].iter().enumerate().for_each(|(i, &share)| x[from + i * step] += share),
                });
            }
        });
    }
}

/// Where the windows of a pooling lie.
struct Windows {
    pool: Pool,
    rows: Vec<(usize, usize)>,
    columns: Vec<(usize, usize)>,
    /// Those that lie inside the plane, along the width, as a whole.
    whole: Range<usize>,
}

impl Windows {
    fn new(pool: Pool) -> Self {
        let (rows, columns) = (pool.windows(0), pool.windows(1));
        let whole = |&(_, count): &(usize, usize)| count == pool.kernel[1];
        let begin = columns.iter().position(whole).unwrap_or(columns.len());
        let end = columns.iter().rposition(whole).map_or(begin, |last| last + 1);
        Windows { pool, rows, columns, whole: begin..end }
    }

    /// Calls `f` for runs of neighbouring windows in row `o` and a place in them, from the first place on: with the windows, and the
    /// element of the plane that the first of them has there; the others follow at the stride.
    #[inline]
    fn each_run(&self, o: usize, mut f: impl FnMut(Range<usize>, usize)) {
        let Pool { size: [_, width], kernel, dilation, .. } = self.pool;
        let (first, count) = self.rows[o];
        for row in (0..count).map(|i| (first + i * dilation[0]) * width) {
            for p in (0..self.whole.start).chain(self.whole.end..self.columns.len()) {
                let (first, count) = self.columns[p];
                (0..count).for_each(|j| f(p..p + 1, row + first + j * dilation[1]));
            }
            if !self.whole.is_empty() {
                let first = self.columns[self.whole.start].0;
                (0..kernel[1]).for_each(|j| f(self.whole.clone(), row + first + j * dilation[1]));
            }
        }
    }

    /// Calls `f` for each window in row `o` with its first element.
    fn each_first(&self, o: usize, mut f: impl FnMut(usize, usize)) {
        let row = self.rows[o].0 * self.pool.size[1];
        self.columns.iter().enumerate().for_each(|(p, &(column, _))| f(p, row + column));
    }

    /// What the sum of window `[o, p]` is divided by: its places, those in the padding counted or not.
    fn divisor<T: Real>(&self, o: usize, p: usize, count_padding: bool) -> T {
        let inside = self.rows[o].1 * self.columns[p].1;
        T::of(if count_padding { self.pool.kernel[0] * self.pool.kernel[1] } else { inside } as f64)
    }
}
