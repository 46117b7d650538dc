//! Exponentials of a row that sum to 1, and their logarithms.

mod adjoint;
mod change;
mod columns;
mod tiles;

use super::elementwise;
use super::fold::{self, BLOCK, LANES};
use super::isa::{self, NullaryFnOnce};
use super::math;
use super::reduce::{self, Fold};
use super::side::{self, SIDE};
use super::threads;
use crate::element::Real;
use crate::list::List;
pub use adjoint::{log_softmax_adjoint, softmax_adjoint};
use change::{Above, Change, Each, LogShare, Share, whole_lanes};
use columns::Columns;

/// The sum of the exponentials of a row, in a form that does not overflow.
///
/// Small numbers are not made as differences of large ones: `x` is taken off the largest element first, for costs and for shares.
#[derive(Clone, Copy, Debug)]
pub struct LogSum<T> {
    /// The largest element.
    pub largest: T,
    /// The sum of the exponentials of what each element is above the largest.
    pub sum: T,
    /// The logarithm of that sum.
    pub log: T,
}

impl<T: Real> LogSum<T> {
    /// That of a row.
    #[inline(never)]
    pub fn of(row: &[T]) -> Self {
        if row.len() <= BLOCK {
            return isa::dispatch(Row { x: row, n: row.len() });
        }
        let largest = fold::fold_slice(row, T::neg_infinity(), &elementwise::max);
        let sum = fold::sum_exp(row, largest);
        LogSum { largest, sum, log: math::log(sum) }
    }

    /// That of a single zero, which stands where none is known yet.
    fn of_zero() -> Self {
        LogSum { largest: T::zero(), sum: T::one(), log: T::zero() }
    }

    /// `ln Σ eˣ - x`.
    #[inline]
    pub fn cost(self, x: T) -> T {
        self.largest - x + self.log
    }

    /// `eˣ / Σ eˣ`.
    #[inline(always)]
    pub fn share(self, x: T) -> T {
        math::exp(x - self.largest) / self.sum
    }
}

/// The sum of the first `n` elements, no more than [`BLOCK`].
struct Row<'a, T> {
    x: &'a [T],
    n: usize,
}

impl<T: Real> NullaryFnOnce for Row<'_, T> {
    type Output = LogSum<T>;

    #[inline(always)]
    fn call(self) -> LogSum<T> {
        let Row { x, n } = self;
        let largest = fold::largest_of_first(x, n);
        let sum = fold::sum_exp_of_first(x, n, largest);
        LogSum { largest, sum, log: math::log(sum) }
    }
}

/// `out[o, .., i] ←` the softmax of the row `x[o, .., i]`.
#[inline(never)]
pub fn softmax_rows<T: Real>(x: &[T], fold: Fold, out: &mut [T]) {
    match Way::of(fold) {
        Way::Columns => columns::each([x], fold, out, |[columns], y| isa::dispatch(columns::Shares { columns, y })),
        Way::Tiles => tiles::each([x], fold.n, out, |[tile]| isa::dispatch(tiles::Shares { tile })),
        Way::Rows => rows(x, fold.n, out, |x, y| isa::dispatch(Shares { x, n: fold.n, y })),
        Way::Long => reduce::rows(x, fold, out, softmax),
    }
}

/// `out[o, .., i] ←` the logarithm of the softmax of the row `x[o, .., i]`.
#[inline(never)]
pub fn log_softmax_rows<T: Real>(x: &[T], fold: Fold, out: &mut [T]) {
    match Way::of(fold) {
        Way::Columns => columns::each([x], fold, out, |[columns], y| isa::dispatch(columns::Logs { columns, y })),
        Way::Tiles => tiles::each([x], fold.n, out, |[tile]| isa::dispatch(tiles::Logs { tile })),
        Way::Rows => rows(x, fold.n, out, |x, y| isa::dispatch(Logs { x, n: fold.n, y })),
        Way::Long => reduce::rows(x, fold, out, log_softmax),
    }
}

/// The sums of the rows `x[o, .., i]`; anything for those that `counts` leaves out.
#[inline(never)]
pub fn sums<T: Real>(x: &[T], fold: Fold, counts: &(dyn Fn(usize) -> bool + Sync)) -> List<LogSum<T>> {
    let Fold { outer, n, inner } = fold;
    let mut sums = List::filled(LogSum::of_zero(), outer * inner);
    let some = (BLOCK / n.max(1)).next_multiple_of(SIDE);
    match Way::of(fold) {
        Way::Columns => threads::chunks(&mut sums, some, 16 * n, |start, mut sums| {
            let mut row = start;
            while !sums.is_empty() {
                let columns = Columns::from(x, row, sums.len(), fold);
                let (now, rest) = sums.split_at_mut(columns.width());
                isa::dispatch(columns::Sums { columns, sums: now });
                (sums, row) = (rest, row + columns.width());
            }
        }),
        Way::Tiles => threads::chunks(&mut sums, some, 4 * n, |start, sums| {
            let mut tile = [[T::zero(); SIDE]; LANES];
            let tile = &mut tile[..n];
            let x = &x[start * n..(start + sums.len()) * n];
            for (x, sums) in x.chunks(SIDE * n).zip(sums.chunks_mut(SIDE)) {
                side::read(x, tile);
                tiles::side_by_side(tile, sums);
            }
        }),
        Way::Rows => threads::chunks(&mut sums, (BLOCK / n).max(1), 2 * n, |start, sums| {
            isa::dispatch(Sums { x: &x[start * n..(start + sums.len()) * n], n, start, counts, sums });
        }),
        Way::Long => threads::chunks(&mut sums, 1, n, |row, sums| {
            if !counts(row) {
                return;
            }
            if inner == 1 {
                sums[0] = LogSum::of(&x[row * n..(row + 1) * n]);
            } else if n > 0 {
                let row = x[row / inner * n * inner + row % inner..].iter().step_by(inner).take(n);
                sums[0] = LogSum::of(&row.copied().collect::<List<T>>());
            }
        }),
    }
    sums
}

/// How rows are taken, to the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// One by one, of a block at most.
    Rows,
    /// One by one, longer ones.
    Long,
    /// Many short ones at a time, copied so that they lie side by side.
    Tiles,
    /// Many at a time that lie side by side already.
    Columns,
}

impl Way {
    fn of(Fold { outer, n, inner }: Fold) -> Self {
        match inner {
            1 if side::pays(n, outer) => Way::Tiles,
            1 if (1..=BLOCK).contains(&n) => Way::Rows,
            2.. if (1..=BLOCK).contains(&n) => Way::Columns,
            _ => Way::Long,
        }
    }
}

/// Calls `f` with some rows of `n` elements, and with their results.
fn rows<T: Real>(x: &[T], n: usize, out: &mut [T], f: impl Fn(&[T], &mut [T]) + Sync) {
    threads::chunks(out, (BLOCK / n) * n, 16, |start, out| f(&x[start..start + out.len()], out));
}

/// The softmax of each row of `n` elements, no more than [`BLOCK`].
struct Shares<'a, T> {
    x: &'a [T],
    n: usize,
    y: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for Shares<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Shares { x, n, y } = self;
        for start in (0..y.len()).step_by(n) {
            let range = whole_lanes(start, n, y.len());
            let (x, y) = (&x[range.clone()], &mut y[range]);
            let largest = fold::largest_of_first(x, n);
            Each { x, f: Above { largest }, y }.call();
            let sum = fold::sum_of_first(y, n);
            Change { row: y, f: Share { sum } }.call();
        }
    }
}

/// The logarithms likewise.
struct Logs<'a, T> {
    x: &'a [T],
    n: usize,
    y: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for Logs<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Logs { x, n, y } = self;
        for start in (0..y.len()).step_by(n) {
            let range = whole_lanes(start, n, y.len());
            let (x, y) = (&x[range.clone()], &mut y[range]);
            let LogSum { largest, log, .. } = Row { x, n }.call();
            Each { x, f: LogShare { largest, log }, y }.call();
        }
    }
}

/// The sum of each row of `n` elements, no more than [`BLOCK`], that counts; they are numbered from `start` on.
struct Sums<'a, T> {
    x: &'a [T],
    n: usize,
    start: usize,
    counts: &'a (dyn Fn(usize) -> bool + Sync),
    sums: &'a mut [LogSum<T>],
}

impl<T: Real> NullaryFnOnce for Sums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (i, sum) in self.sums.iter_mut().enumerate() {
            if (self.counts)(self.start + i) {
                *sum = Row { x: &self.x[i * self.n..], n: self.n }.call();
            }
        }
    }
}

/// Replaces each element of a row by its exponential over the sum of all.
fn softmax<T: Real>(row: &mut [T]) {
    let largest = fold::fold_slice(row, T::neg_infinity(), &elementwise::max);
    isa::dispatch(Change { row, f: Above { largest } });
    let sum = fold::sum_slice(row);
    isa::dispatch(Change { row, f: Share { sum } });
}

/// Replaces each element of a row by the logarithm of its softmax.
fn log_softmax<T: Real>(row: &mut [T]) {
    let LogSum { largest, log, .. } = LogSum::of(row);
    isa::dispatch(Change { row, f: LogShare { largest, log } });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cross_entropy::Classes;
    use crate::isa::Isa;
    use crate::reduce::Fold;

    #[test]
    fn rows_side_by_side_have_the_bits_of_single_ones() {
        for (outer, n, inner) in
            (1..=17).chain([40]).flat_map(|n| [(150, n, 1), (2, n, 70), (3, n, 2), (0, n, 1), (1, n, 0)])
        {
            let x: Vec<f32> = (0..outer * n * inner).map(|i| (i * 7919 % 1009) as f32 / 100.0 - 5.0).collect();
            for isa in Isa::all() {
                let (mut shares, mut logs) = (vec![f32::NAN; x.len()], vec![f32::NAN; x.len()]);
                let fold = Fold { outer, n, inner };
                isa.hold(|| {
                    softmax_rows(&x, fold, &mut shares);
                    log_softmax_rows(&x, fold, &mut logs);
                });
                for row in 0..outer * inner {
                    let place = |class| (row / inner * n + class) * inner + row % inner;
                    let mut share: Vec<f32> = (0..n).map(|class| x[place(class)]).collect();
                    let mut log = share.clone();
                    softmax(&mut share);
                    log_softmax(&mut log);
                    for class in 0..n {
                        let found = [shares[place(class)], logs[place(class)]].map(f32::to_bits);
                        assert_eq!(found, [share[class], log[class]].map(f32::to_bits), "{} {fold:?}", isa.name);
                    }
                }
            }
        }
    }

    #[test]
    fn what_lies_behind_a_row_does_not_count() {
        for (n, poison) in
            [17, 24, 31, 33, 40].into_iter().flat_map(|n| [f32::NAN, f32::INFINITY, -0.0].map(|x| (n, x)))
        {
            let clean: Vec<f32> = (0..4 * n).map(|i| (i * 7919 % 1009) as f32 / 100.0 - 5.0).collect();
            let mut x = clean.clone();
            x[n..2 * n].fill(poison);
            x[3 * n..].fill(poison);
            for isa in Isa::all() {
                let fold = Fold { outer: 4, n, inner: 1 };
                let all = |x: &[f32]| {
                    let mut found = [vec![0.0; x.len()], vec![0.0; x.len()]];
                    softmax_rows(x, fold, &mut found[0]);
                    log_softmax_rows(x, fold, &mut found[1]);
                    let sums = sums(x, fold, &|_| true);
                    let bits = |row: usize| {
                        found.each_ref().map(|y| y[row * n..][..n].iter().map(|y| y.to_bits()).collect::<Vec<_>>())
                    };
                    [0, 2].map(|row| (bits(row), sums[row].sum.to_bits(), sums[row].largest.to_bits()))
                };
                assert_eq!(isa.hold(|| all(&x)), isa.hold(|| all(&clean)), "{} {n} {poison}", isa.name);
            }
        }
    }

    #[test]
    fn sums_side_by_side_have_the_bits_of_single_rows() {
        for (outer, n, inner) in (1..=17).chain([40]).flat_map(|n| [(150, n, 1), (2, n, 70), (3, n, 2)]) {
            let mut x: Vec<f32> = (0..outer * n * inner).map(|i| (i * 7919 % 1009) as f32 / 100.0 - 5.0).collect();
            x[0] = f32::NEG_INFINITY;
            let targets = vec![0; outer * inner];
            let fold = Fold { outer, n, inner };
            let classes = Classes { targets: &targets, weight: None, smoothing: 0.0, ignored: None, fold };
            for isa in Isa::all() {
                let sums = isa.hold(|| classes.sums(&x));
                for (row, sum) in sums.iter().enumerate() {
                    let at = |class| x[(row / inner * n + class) * inner + row % inner];
                    let row = LogSum::of(&(0..n).map(at).collect::<Vec<_>>());
                    let bits = |sum: LogSum<f32>| [sum.largest, sum.sum, sum.log].map(f32::to_bits);
                    assert_eq!(bits(*sum), bits(row), "{} {outer} {n} {inner}", isa.name);
                }
            }
        }
    }
}
