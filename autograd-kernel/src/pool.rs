//! Windows over images, sliding or adaptive: their maximum, where it is, their mean, and the mean's adjoint.

use super::elementwise::max;
use super::threads;
use crate::element::Real;
use crate::isa;
use crate::list::List;
use pulp::{Simd, WithSimd};
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
    /// Where the windows are.
    pub kind: Kind,
}

/// Where the windows of a pooling are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Windows of one size at equal distances.
    Sliding(Sliding),
    /// Windows that part a plane of any size into as many pieces as there are results: piece `i` of `m` along an axis of size `n` goes
    /// from `⌊i n / m⌋` to `⌈(i + 1) n / m⌉`.
    Adaptive,
}

/// Windows of one size at equal distances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sliding {
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// Distance between neighbouring windows.
    pub stride: [usize; 2],
    /// Places around a plane, on each side.
    pub padding: [usize; 2],
    /// Distance between neighbours in a window.
    pub dilation: [usize; 2],
}

/// What the sum of a window is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Divisor {
    /// The places of the window, those in the padding included, those beyond it not.
    Places,
    /// The places of the window inside the plane.
    Inside,
    /// The same number for each window.
    Fixed(usize),
}

/// A window along one axis.
#[derive(Clone, Copy)]
struct Window {
    /// Its first place inside the plane.
    first: usize,
    /// How many places it has inside the plane.
    count: usize,
    /// How many it has inside the plane and its padding.
    places: usize,
}

impl Sliding {
    /// Window `o` along axis `d` of a plane of this size.
    fn window(&self, d: usize, size: usize, o: usize) -> Window {
        let (padding, dilation, kernel) = (self.padding[d], self.dilation[d], self.kernel[d]);
        let start = o * self.stride[d];
        let skipped = padding.saturating_sub(start).div_ceil(dilation);
        let first = start + skipped * dilation - padding;
        let fit = size.saturating_sub(first).div_ceil(dilation);
        let padded = (size + 2 * padding).saturating_sub(start).div_ceil(dilation);
        Window { first, count: fit.min(kernel.saturating_sub(skipped)), places: padded.min(kernel) }
    }

    /// Whether each window along axis `d` has a place inside a plane of this size, given that none begins behind it.
    pub fn meets_each(&self, d: usize, size: usize, out: usize) -> bool {
        // Only a window that begins in the padding in front can miss the plane: by stepping over it, or because there is none.
        let in_front = (0..out).take_while(|o| o * self.stride[d] < self.padding[d]);
        size >= self.dilation[d] || in_front.map(|o| self.window(d, size, o)).all(|window| window.count > 0)
    }
}

impl Pool {
    /// The pooling that parts planes of `size` into `out` pieces.
    pub fn adaptive(size: [usize; 2], out: [usize; 2]) -> Self {
        // Pieces of one size slide, which takes longer runs.
        let equal = (0..2).all(|d| size[d].is_multiple_of(out[d]));
        let kernel = [size[0] / out[0], size[1] / out[1]];
        let sliding = Sliding { kernel, stride: kernel, padding: [0, 0], dilation: [1, 1] };
        Pool { size, out, kind: if equal { Kind::Sliding(sliding) } else { Kind::Adaptive } }
    }

    fn window(&self, d: usize, o: usize) -> Window {
        match &self.kind {
            Kind::Sliding(sliding) => sliding.window(d, self.size[d], o),
            Kind::Adaptive => {
                // In whole numbers without the product i·n, which could overflow.
                let (n, m) = (self.size[d] as u128, self.out[d] as u128);
                let first = (o as u128 * n / m) as usize;
                let count = ((o as u128 + 1) * n).div_ceil(m) as usize - first;
                Window { first, count, places: count }
            }
        }
    }

    fn plane(&self) -> usize {
        self.size[0] * self.size[1]
    }

    fn pixels(&self) -> usize {
        self.out[0] * self.out[1]
    }

    /// Calls `f` for each plane of `out`, of `block` elements, with its number and the windows.
    fn planes<Y: Send>(&self, out: &mut [Y], block: usize, f: impl Fn(usize, &Windows, &mut [Y]) + Sync) {
        if out.is_empty() {
            return;
        }
        let windows = Windows::new(self);
        let cost = windows.visits().div_ceil(block);
        threads::chunks(out, (CHUNK / block).max(1) * block, 1 + cost, |start, out| {
            (start / block..).zip(out.chunks_exact_mut(block)).for_each(|(number, out)| f(number, &windows, out));
        });
    }

    /// Whether the windows are whole squares of four elements, side by side.
    fn quarters(&self) -> bool {
        let squares = Sliding { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1] };
        self.kind == Kind::Sliding(squares) && (0..2).all(|d| self.out[d] <= self.size[d] / 2)
    }

    /// `out ← f` of the four elements of each square, and of the place of the first in its plane.
    fn each_square<T: Real, Y: Send>(&self, x: &[T], out: &mut [Y], f: impl Fn([T; 4], usize) -> Y + Copy + Sync) {
        self.planes(out, self.pixels(), |number, _, out| {
            isa::dispatch(Squares { x: &x[number * self.plane()..], width: self.size[1], across: self.out[1], out, f });
        });
    }

    /// `y ←` the largest element of each window; NaN counts as larger than each number.
    #[inline(never)]
    pub fn max<T: Real>(&self, x: &[T], y: &mut [T]) {
        if self.quarters() {
            return self.each_square(x, y, |[a, b, c, d], _| max(max(max(a, b), c), d));
        }
        self.planes(y, self.pixels(), |number, windows, y| {
            let (x, step) = (&x[number * self.plane()..(number + 1) * self.plane()], windows.step);
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
    #[inline(never)]
    pub fn argmax<T: Real>(&self, x: &[T], at: &mut [i64]) {
        if self.quarters() {
            let width = self.size[1];
            return self.each_square(x, at, |[a, b, c, d], first| {
                let (mut largest, mut at) = (a, 0);
                for (x, place) in [(b, 1), (c, width), (d, width + 1)] {
                    let wins = (x > largest) | (x.is_nan() & !largest.is_nan());
                    (largest, at) = if wins { (x, place) } else { (largest, at) };
                }
                (first + at) as i64
            });
        }
        self.planes(at, self.pixels(), |number, windows, at| {
            let (x, step) = (&x[number * self.plane()..(number + 1) * self.plane()], windows.step);
            let mut largest = List::filled(T::zero(), self.out[1]);
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

    /// `y ←` the sum of each window by its divisor.
    #[inline(never)]
    pub fn mean<T: Real>(&self, x: &[T], divisor: Divisor, y: &mut [T]) {
        self.planes(y, self.pixels(), |number, windows, y| {
            let (x, step) = (&x[number * self.plane()..(number + 1) * self.plane()], windows.step);
            for (o, y) in y.chunks_exact_mut(self.out[1]).enumerate() {
                y.fill(T::zero());
                windows.each_run(o, |p, from| match step {
                    1 => y[p].iter_mut().zip(&x[from..]).for_each(|(y, &x)| *y += x),
                    _ => y[p].iter_mut().enumerate().for_each(|(i, y)| *y += x[from + i * step]),
                });
                y.iter_mut().enumerate().for_each(|(p, y)| *y /= windows.divisor(o, p, divisor));
            }
        });
    }

    /// `x ←` the sum, over the windows that an element lies in, of their share of `y`: the adjoint of [`mean`](Pool::mean).
    #[inline(never)]
    pub fn spread<T: Real>(&self, y: &[T], divisor: Divisor, x: &mut [T]) {
        self.planes(x, self.plane(), |number, windows, x| {
            let (y, step) = (&y[number * self.pixels()..(number + 1) * self.pixels()], windows.step);
            let mut shares = List::filled(T::zero(), self.out[1]);
            x.fill(T::zero());
            for (o, y) in y.chunks_exact(self.out[1]).enumerate() {
                let share = |(p, &y): (usize, &T)| y / windows.divisor(o, p, divisor);
                shares.iter_mut().zip(y.iter().enumerate().map(share)).for_each(|(share, y)| *share = y);
                windows.each_run(o, |p, from| match step {
                    1 => x[from..].iter_mut().zip(&shares[p]).for_each(|(x, &share)| *x += share),
                    _ => shares[p].iter().enumerate().for_each(|(i, &share)| x[from + i * step] += share),
                });
            }
        });
    }
}

/// A plane in squares of four elements.
struct Squares<'a, T, Y, F> {
    x: &'a [T],
    /// Width of the plane.
    width: usize,
    /// Squares in a row.
    across: usize,
    out: &'a mut [Y],
    f: F,
}

impl<T: Real, Y, F: Fn([T; 4], usize) -> Y> WithSimd for Squares<'_, T, Y, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (o, out) in self.out.chunks_exact_mut(self.across).enumerate() {
            let first = 2 * o * self.width;
            let (above, below) =
                (&self.x[first..][..2 * self.across], &self.x[first + self.width..][..2 * self.across]);
            let pairs = above.as_chunks::<2>().0.iter().zip(below.as_chunks::<2>().0);
            for (p, (out, (&[a, b], &[c, d]))) in out.iter_mut().zip(pairs).enumerate() {
                *out = (self.f)([a, b, c, d], first + 2 * p);
            }
        }
    }
}

/// Where the windows of a pooling lie.
struct Windows {
    rows: List<Window>,
    columns: List<Window>,
    /// Distance between neighbours in a window.
    dilation: [usize; 2],
    /// Width of a plane.
    width: usize,
    /// Those of one width at equal distances that lie inside the plane, along its width.
    whole: Range<usize>,
    /// Their distance.
    step: usize,
}

impl Windows {
    fn new(pool: &Pool) -> Self {
        let along = |d: usize| -> List<Window> { (0..pool.out[d]).map(|o| pool.window(d, o)).collect() };
        let (rows, columns, width) = (along(0), along(1), pool.size[1]);
        let Kind::Sliding(sliding) = pool.kind else {
            return Windows { rows, columns, dilation: [1, 1], width, whole: 0..0, step: 1 };
        };
        let whole = |window: &Window| window.count == sliding.kernel[1];
        let begin = columns.iter().position(whole).unwrap_or(columns.len());
        let end = columns.iter().rposition(whole).map_or(begin, |last| last + 1);
        Windows { rows, columns, dilation: sliding.dilation, width, whole: begin..end, step: sliding.stride[1] }
    }

    /// How many elements all windows of a plane look at.
    fn visits(&self) -> usize {
        let count = |windows: &[Window]| windows.iter().map(|window| window.count).sum::<usize>();
        count(&self.rows).saturating_mul(count(&self.columns))
    }

    /// Calls `f` for runs of neighbouring windows in row `o` and a place in them, from the first place on: with the windows, and the
    /// element of the plane that the first of them has there; the others follow at the step.
    #[inline]
    fn each_run(&self, o: usize, mut f: impl FnMut(Range<usize>, usize)) {
        let Window { first, count, .. } = self.rows[o];
        for row in (0..count).map(|i| (first + i * self.dilation[0]) * self.width) {
            for p in (0..self.whole.start).chain(self.whole.end..self.columns.len()) {
                let Window { first, count, .. } = self.columns[p];
                (0..count).for_each(|j| f(p..p + 1, row + first + j * self.dilation[1]));
            }
            if !self.whole.is_empty() {
                let Window { first, count, .. } = self.columns[self.whole.start];
                (0..count).for_each(|j| f(self.whole.clone(), row + first + j * self.dilation[1]));
            }
        }
    }

    /// Calls `f` for each window in row `o` with its first element.
    fn each_first(&self, o: usize, mut f: impl FnMut(usize, usize)) {
        let row = self.rows[o].first * self.width;
        self.columns.iter().enumerate().for_each(|(p, window)| f(p, row + window.first));
    }

    /// What the sum of window `[o, p]` is divided by.
    fn divisor<T: Real>(&self, o: usize, p: usize, divisor: Divisor) -> T {
        let (row, column) = (self.rows[o], self.columns[p]);
        // The padding is as wide as the kernel allows: two axes of it are more than a `usize` can count.
        T::of(match divisor {
            Divisor::Places => row.places as f64 * column.places as f64,
            Divisor::Inside => row.count as f64 * column.count as f64,
            Divisor::Fixed(n) => n as f64,
        })
    }
}

/// `out ←` for each place in planes of `plane` indices whether a later one of its plane has the same index, below `n`.
pub fn overwritten(index: &[i64], plane: usize, n: usize, out: &mut [bool]) {
    threads::chunks(out, plane, 2 + n.div_ceil(plane.max(1)), |start, out| {
        let mut seen = List::filled(false, n);
        for (out, &at) in out.iter_mut().zip(&index[start..]).rev() {
            *out = std::mem::replace(&mut seen[at as usize], true);
        }
    });
}
