//! Exponentials of a row that sum to 1, and their logarithms.

use super::elementwise;
use super::fold::{self, BLOCK, LANES};
use super::isa::{self, NullaryFnOnce};
use super::math;
use super::reduce::{self, Fold};
use super::side::{self, Rows, SIDE, Tile};
use super::threads::{self, Shared};
use crate::element::Real;

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
            return isa::dispatch(Row { row });
        }
        let largest = fold::fold_slice(row, T::neg_infinity(), &elementwise::max);
        let sum = fold::sum_exp(row, largest);
        LogSum { largest, sum, log: math::log(sum) }
    }

    /// That of a single zero, which stands where none is known yet.
    pub(crate) fn of_zero() -> Self {
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

/// The sum of a row of no more than [`BLOCK`] elements.
struct Row<'a, T> {
    row: &'a [T],
}

impl<T: Real> NullaryFnOnce for Row<'_, T> {
    type Output = LogSum<T>;

    #[inline(always)]
    fn call(self) -> LogSum<T> {
        let largest = fold::largest_in_block(self.row);
        let sum = fold::sum_exp_in_block(self.row, largest);
        LogSum { largest, sum, log: math::log(sum) }
    }
}

/// The sums of up to [`SIDE`] rows of no more than [`LANES`] elements, to the bits of [`LogSum::of`]: element `j` of row `r` is `tile[j][r]`, which
/// is scratch afterwards.
pub(crate) fn side_by_side<T: Real>(tile: &mut Tile<T>, sums: &mut [LogSum<T>]) {
    let (mut largest, mut log) = ([T::zero(); SIDE], [T::zero(); SIDE]);
    isa::dispatch(Side { tile, largest: &mut largest, log: &mut log });
    for (((row, &largest), &sum), &log) in sums.iter_mut().zip(&largest).zip(&tile[0]).zip(&log) {
        *row = LogSum { largest, sum, log };
    }
}

/// The largest element of each row, and the logarithm of the sum of exponentials, which is in the first elements of the rows afterwards.
struct Side<'a, T> {
    tile: &'a mut Tile<T>,
    largest: &'a mut [T; SIDE],
    log: &'a mut [T; SIDE],
}

impl<T: Real> NullaryFnOnce for Side<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        *self.largest = exponentials(self.tile);
        side::join(self.tile, &|a, b| a + b);
        for (log, &sum) in self.log.iter_mut().zip(&self.tile[0]) {
            *log = math::log(sum);
        }
    }
}

/// The logarithms of the softmax of each row of a tile, in its place.
struct Logs<'a, T> {
    tile: &'a mut Tile<T>,
}

impl<T: Real> NullaryFnOnce for Logs<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let mut work = [[T::zero(); SIDE]; LANES];
        let work = &mut work[..self.tile.len()];
        work.copy_from_slice(self.tile);
        let (mut largest, mut log) = ([T::zero(); SIDE], [T::zero(); SIDE]);
        Side { tile: work, largest: &mut largest, log: &mut log }.call();
        for x in self.tile {
            for ((x, &largest), &log) in x.iter_mut().zip(&largest).zip(&log) {
                *x = *x - largest - log;
            }
        }
    }
}

/// Replaces each element by the exponential of what it is above the largest one of its row; gives these.
#[inline(always)]
fn exponentials<T: Real>(tile: &mut Tile<T>) -> [T; SIDE] {
    let mut largest = [T::neg_infinity(); SIDE];
    for x in &*tile {
        for (largest, &x) in largest.iter_mut().zip(x) {
            *largest = elementwise::max(*largest, x);
        }
    }
    for x in tile {
        for (x, &largest) in x.iter_mut().zip(&largest) {
            *x = math::exp(*x - largest);
        }
    }
    largest
}

/// `out[o, .., i] ←` the softmax of the row `x[o, .., i]`.
#[inline(never)]
pub fn softmax_rows<T: Real>(x: &[T], fold: Fold, out: &mut [T]) {
    if !side::pays(fold.n, fold.outer * fold.inner) {
        return reduce::rows(x, fold, out, softmax);
    }
    short_rows(x, fold, out, |tile| isa::dispatch(Shares { tile }));
}

/// `out[o, .., i] ←` the logarithm of the softmax of the row `x[o, .., i]`.
#[inline(never)]
pub fn log_softmax_rows<T: Real>(x: &[T], fold: Fold, out: &mut [T]) {
    if !side::pays(fold.n, fold.outer * fold.inner) {
        return reduce::rows(x, fold, out, log_softmax);
    }
    short_rows(x, fold, out, |tile| isa::dispatch(Logs { tile }));
}

/// Rows of no more than [`LANES`] elements, many at a time: `f` gets a tile.
fn short_rows<T: Real>(x: &[T], fold: Fold, out: &mut [T], f: impl Fn(&mut Tile<T>) + Sync) {
    assert_eq!(x.len(), out.len());
    let (count, together) = (fold.outer * fold.inner, (BLOCK / fold.n).next_multiple_of(SIDE));
    let out = Shared(out.as_mut_ptr());
    threads::pieces(count.div_ceil(together), x.len().saturating_mul(8), |piece| {
        let mut tile = [[T::zero(); SIDE]; LANES];
        let tile = &mut tile[..fold.n];
        let (mut row, until) = (piece * together, count.min((piece + 1) * together));
        while row < until {
            let rows = Rows::from(row, until, fold);
            rows.read(x, tile);
            f(tile);
            // SAFETY: the result is borrowed until all pieces, each with rows of its own, are done.
            unsafe { rows.write(tile, out.at(0)) };
            row += rows.width;
        }
    });
}

/// The softmax of each row of a tile, in its place.
struct Shares<'a, T> {
    tile: &'a mut Tile<T>,
}

impl<T: Real> NullaryFnOnce for Shares<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let mut sums = [[T::zero(); SIDE]; LANES];
        let sums = &mut sums[..self.tile.len()];
        exponentials(self.tile);
        sums.copy_from_slice(self.tile);
        side::join(sums, &|a, b| a + b);
        for x in self.tile {
            for (x, &sum) in x.iter_mut().zip(&sums[0]) {
                *x /= sum;
            }
        }
    }
}

/// Replaces each element by its exponential over the sum of all.
fn softmax<T: Real>(row: &mut [T]) {
    if row.len() <= BLOCK {
        return isa::dispatch(RowShares { row });
    }
    let largest = fold::fold_slice(row, T::neg_infinity(), &elementwise::max);
    isa::dispatch(Above { row, largest });
    let sum = fold::sum_slice(row);
    isa::dispatch(Divide { row, by: sum });
}

/// Replaces each element by the logarithm of its softmax.
fn log_softmax<T: Real>(row: &mut [T]) {
    let LogSum { largest, log, .. } = LogSum::of(row);
    row.iter_mut().for_each(|x| *x = *x - largest - log);
}

/// The softmax of a row of no more than [`BLOCK`] elements, in its place.
struct RowShares<'a, T> {
    row: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for RowShares<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let largest = fold::largest_in_block(self.row);
        Above { row: self.row, largest }.call();
        let by = fold::sum_in_block(self.row);
        Divide { row: self.row, by }.call();
    }
}

/// The exponentials of what elements are above a number, in their place.
struct Above<'a, T> {
    row: &'a mut [T],
    largest: T,
}

impl<T: Real> NullaryFnOnce for Above<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for x in self.row {
            *x = math::exp(*x - self.largest);
        }
    }
}

/// Elements divided by a number, in their place.
struct Divide<'a, T> {
    row: &'a mut [T],
    by: T,
}

impl<T: Real> NullaryFnOnce for Divide<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for x in self.row {
            *x /= self.by;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cross_entropy::Classes;
    use crate::isa::Isa;
    use crate::reduce::Fold;

    #[test]
    fn rows_side_by_side_have_the_bits_of_single_ones() {
        for (outer, n, inner) in (1..=17).flat_map(|n| [(150, n, 1), (2, n, 70), (3, n, 2), (0, n, 1), (1, n, 0)]) {
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
    fn sums_side_by_side_have_the_bits_of_single_rows() {
        for (outer, n, inner) in (1..=16).flat_map(|n| [(150, n, 1), (2, n, 70), (3, n, 2)]) {
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
