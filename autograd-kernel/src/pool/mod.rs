//! Windows over images, sliding or adaptive: their maximum, where it is, their mean, and the mean's adjoint.
//!
//! What windows have in common is taken once: first the rows of those in one row, as vectors, to one row; then the columns of each.

mod joined;
mod max;
mod mean;
mod squares;

use super::threads;
use crate::element::Real;
use crate::list::List;
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

    /// Calls `f` with some planes of `out`, of `block` elements each, the number of the first, and the windows.
    fn planes<Y: Send>(&self, out: &mut [Y], block: usize, f: impl Fn(usize, &Windows, &mut [Y]) + Sync) {
        if out.is_empty() {
            return;
        }
        let windows = Windows::new(self);
        let cost = windows.visits().div_ceil(block);
        threads::chunks(out, (CHUNK / block).max(1) * block, 1 + cost, |start, out| f(start / block, &windows, out));
    }

    /// The planes from one on, as many as there are.
    fn from<'x, T>(&self, x: &'x [T], number: usize) -> &'x [T] {
        &x[number * self.plane()..]
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

    /// Calls `f` with the beginning of each row that the windows in row `o` have.
    #[inline(always)]
    fn each_row(&self, o: usize, mut f: impl FnMut(usize)) {
        let Window { first, count, .. } = self.rows[o];
        for i in 0..count {
            f((first + i * self.dilation[0]) * self.width);
        }
    }

    /// How many runs of neighbouring windows there are along the width.
    #[inline(always)]
    fn runs(&self) -> usize {
        self.columns.len() - self.whole.len() + usize::from(!self.whole.is_empty())
    }

    /// The windows of a run, and the first of them; the others follow at the step.
    // No function that is handed a closure for each run: the compiler would not inline it.
    #[inline(always)]
    fn run(&self, run: usize) -> (Range<usize>, Window) {
        let p = match run {
            p if p < self.whole.start => p..p + 1,
            p if p < self.columns.len() - self.whole.len() => p + self.whole.len()..p + self.whole.len() + 1,
            _ => self.whole.clone(),
        };
        (p.clone(), self.columns[p.start])
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
