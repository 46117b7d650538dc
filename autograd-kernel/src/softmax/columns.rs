//! Rows that lie side by side, along an axis that is not the last: many at a time, to the bits of single ones.

use super::LogSum;
use crate::element::Real;
use crate::elementwise::max;
use crate::fold::{BLOCK, LANES};
use crate::isa::NullaryFnOnce;
use crate::math;
use crate::reduce::Fold;
use crate::side::{self, SIDE};
use crate::threads::{self, Parted};

/// Some neighbouring rows: element `j` of row `r` is `x[j * inner + r]`.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a, T> {
    x: &'a [T],
    /// Elements of a row, at most [`BLOCK`].
    n: usize,
    inner: usize,
    /// How many rows there are, at most [`SIDE`].
    width: usize,
}

/// A number for each row.
type Each<T> = [T; SIDE];

impl<'a, T: Real> Columns<'a, T> {
    /// The rows from the `row`-th on, of which there are `count`, as far as they are neighbours.
    pub fn from(x: &'a [T], row: usize, count: usize, Fold { n, inner, .. }: Fold) -> Self {
        let (block, first) = (row / inner, row % inner);
        let width = SIDE.min(inner - first).min(count);
        assert!(n <= BLOCK);
        Columns { x: &x[block * n * inner + first..], n, inner, width }
    }

    pub fn width(&self) -> usize {
        self.width
    }

    /// Elements of a row.
    #[inline(always)]
    pub fn n(&self) -> usize {
        self.n
    }

    /// The `j`-th element of each row.
    #[inline(always)]
    pub fn at(&self, j: usize) -> &'a [T] {
        &self.x[j * self.inner..][..self.width]
    }

    /// The largest element of each row.
    #[inline(always)]
    fn largest(&self) -> Each<T> {
        let mut largest = [T::neg_infinity(); SIDE];
        for j in 0..self.n {
            for (largest, &x) in largest.iter_mut().zip(self.at(j)) {
                *largest = max(*largest, x);
            }
        }
        largest
    }

    /// The largest element of each row, the sum of exponentials above it, and its logarithm.
    #[inline(always)]
    fn sums(&self) -> [Each<T>; 3] {
        let largest = self.largest();
        let mut lanes = [[T::zero(); SIDE]; LANES];
        for j in 0..self.n {
            for ((sum, &x), &largest) in lanes[j % LANES].iter_mut().zip(self.at(j)).zip(&largest) {
                *sum += math::exp(x - largest);
            }
        }
        side::join(&mut lanes[..self.n.min(LANES)], &|a, b| a + b);
        let mut log = [T::zero(); SIDE];
        for (log, &sum) in log.iter_mut().zip(&lanes[0]) {
            *log = math::log(sum);
        }
        [largest, lanes[0], log]
    }
}

/// Calls `f` for all rows with some of each block `x` at a time, and where the results of these begin.
pub(super) fn each<T: Real, const N: usize>(
    x: [&[T]; N],
    fold: Fold,
    out: &mut [T],
    f: impl Fn([Columns<'_, T>; N], Results<'_, T>) + Sync,
) {
    let Fold { outer, n, inner } = fold;
    assert!(out.len() == outer * n * inner && x.iter().all(|x| x.len() == out.len()));
    let (rows, together, work) = (outer * inner, (BLOCK / n).next_multiple_of(SIDE), out.len().saturating_mul(16));
    let out = Parted::new(out);
    threads::pieces(rows.div_ceil(together), work, |piece| {
        let (mut row, until) = (piece * together, rows.min((piece + 1) * together));
        while row < until {
            let columns = x.map(|x| Columns::from(x, row, until - row, fold));
            let width = columns[0].width;
            let first = row / inner * n * inner + row % inner;
            f(columns, Results { out: &out, first, n, inner, width });
            row += width;
        }
    });
}

/// Where the results of some rows go, in the layout of the rows, by whoever has them alone.
pub(super) struct Results<'a, T> {
    out: &'a Parted<'a, T>,
    first: usize,
    n: usize,
    inner: usize,
    width: usize,
}

impl<T> Results<'_, T> {
    /// The `j`-th element of each row.
    #[inline(always)]
    pub fn at(&mut self, j: usize) -> &mut [T] {
        assert!(j < self.n);
        // SAFETY: `each` gives nobody else these rows.
        unsafe { self.out.part(self.first + j * self.inner, self.width) }
    }
}

/// The sums of rows.
pub(super) struct Sums<'a, T> {
    pub columns: Columns<'a, T>,
    pub sums: &'a mut [LogSum<T>],
}

impl<T: Real> NullaryFnOnce for Sums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let [largest, sums, log] = self.columns.sums();
        for (((to, &largest), &sum), &log) in self.sums.iter_mut().zip(&largest).zip(&sums).zip(&log) {
            *to = LogSum { largest, sum, log };
        }
    }
}

/// The softmax of rows.
pub(super) struct Shares<'a, T> {
    pub columns: Columns<'a, T>,
    pub y: Results<'a, T>,
}

impl<T: Real> NullaryFnOnce for Shares<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Shares { columns, mut y } = self;
        let largest = columns.largest();
        let mut lanes = [[T::zero(); SIDE]; LANES];
        for j in 0..columns.n {
            let lane = &mut lanes[j % LANES];
            for (((y, sum), &x), &largest) in y.at(j).iter_mut().zip(lane).zip(columns.at(j)).zip(&largest) {
                *y = math::exp(x - largest);
                *sum += *y;
            }
        }
        side::join(&mut lanes[..columns.n.min(LANES)], &|a, b| a + b);
        for j in 0..columns.n {
            for (y, &sum) in y.at(j).iter_mut().zip(&lanes[0]) {
                *y /= sum;
            }
        }
    }
}

/// The logarithms of the softmax of rows.
pub(super) struct Logs<'a, T> {
    pub columns: Columns<'a, T>,
    pub y: Results<'a, T>,
}

impl<T: Real> NullaryFnOnce for Logs<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Logs { columns, mut y } = self;
        let [largest, _, log] = columns.sums();
        for j in 0..columns.n {
            for (((y, &x), &largest), &log) in y.at(j).iter_mut().zip(columns.at(j)).zip(&largest).zip(&log) {
                *y = x - largest - log;
            }
        }
    }
}
