//! Folds along one axis of a `[outer, n, inner]` block, in an order that the shape alone decides.

use super::elementwise::max;
pub use super::fold::BLOCK;
use super::fold::{LANES, fold_rows, sum_rows};
pub use super::fold::{fold_slice, sum_by, sum_slice};
use super::isa::{self, NullaryFnOnce};
use super::threads::{self, Shared};
use super::transpose;
use crate::element::Real;
use crate::list::List;

/// Rows added up before the next level of the tree begins, where columns are summed.
const ROWS: usize = 256;

/// What a row costs beside its elements, in cheap operations.
const A_ROW: usize = 8;

/// A `[outer, n, inner]` block whose middle axis is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Number of independent blocks.
    pub outer: usize,
    /// Number of elements in a fold.
    pub n: usize,
    /// Number of neighbouring folds.
    pub inner: usize,
}

/// `out[o, i] ← Σⱼ x[o, j, i]`.
#[inline(never)]
pub fn sum<T: Real>(x: &[T], Fold { outer, n, inner }: Fold, out: &mut [T]) {
    debug_assert_eq!((x.len(), out.len()), (outer * n * inner, outer * inner));
    if inner == 1 && outer == 1 && n > BLOCK {
        // One long sum: its blocks are spread, then their sums are summed.
        let mut partial = List::filled(T::zero(), n.div_ceil(BLOCK));
        threads::chunks(&mut partial, 1, BLOCK, |i, p| p[0] = sum_slice(&x[i * BLOCK..((i + 1) * BLOCK).min(n)]));
        out[0] = sum_slice(&partial);
    } else if inner == 1 {
        threads::chunks(out, (BLOCK / n.max(1)).max(1), n + A_ROW, |start, out| {
            let x = &x[start * n..][..out.len() * n];
            match n {
                1..=BLOCK => sum_rows(x, n, out),
                _ => out.iter_mut().enumerate().for_each(|(i, y)| *y = sum_slice(&x[i * n..(i + 1) * n])),
            }
        });
    } else {
        columns::<T, false>(x, Fold { outer, n, inner }, out);
    }
}

/// `out[o, i] ← Σⱼ |x[o, j, i]|`.
#[inline(never)]
pub fn sum_sizes<T: Real>(x: &[T], fold: Fold, out: &mut [T]) {
    // Of narrow blocks it takes less time to lay the columns out as rows.
    match fold.inner >= 8 {
        true => columns::<T, true>(x, fold, out),
        false => each_row(x, fold, out, |row| sum_by(row, T::abs)),
    }
}

/// Sums of neighbouring columns, with `SIZES` of the sizes of their elements: rows are added to a row of sums, `ROWS` at a time, and such sums to the result.
fn columns<T: Real, const SIZES: bool>(x: &[T], Fold { outer, n, inner }: Fold, out: &mut [T]) {
    if outer == 1 && n > 2 * ROWS && inner < 64 && inner > 0 {
        // A tall block has too few columns for several threads: its groups of rows are spread.
        let mut partial = List::filled(T::zero(), n.div_ceil(ROWS) * inner);
        threads::chunks(&mut partial, inner, ROWS, |start, sums| {
            let first = start / inner * ROWS;
            let rows = &x[first * inner..(first + ROWS).min(n) * inner];
            isa::dispatch(AddRows::<T, SIZES> { rows, stride: inner, sums });
        });
        out.fill(T::zero());
        return isa::dispatch(AddRows::<T, false> { rows: &partial, stride: inner, sums: out });
    }
    // Stripes of columns narrow enough that a single large block feeds several threads; small blocks go together.
    let chunk = if inner * n >= BLOCK {
        inner.min(if n > ROWS { 64 } else { BLOCK })
    } else {
        BLOCK / (n * inner).max(1) * inner
    };
    threads::chunks(out, chunk.max(1), n, |start, out| {
        let mut partial = List::filled(T::zero(), out.len().min(inner));
        let mut done = 0;
        while done < out.len() {
            let (block, column) = ((start + done) / inner, (start + done) % inner);
            let width = (inner - column).min(out.len() - done);
            let sums = &mut out[done..done + width];
            sums.fill(T::zero());
            for first in (0..n).step_by(ROWS) {
                let partial = &mut partial[..width];
                partial.fill(T::zero());
                let (from, to) = (block * n + first, block * n + (first + ROWS).min(n));
                let rows = &x[from * inner + column..(to - 1) * inner + column + width];
                isa::dispatch(AddRows::<T, SIZES> { rows, stride: inner, sums: partial });
                sums.iter_mut().zip(partial).for_each(|(s, p)| *s += *p);
            }
            done += width;
        }
    });
}

/// Adds rows, with `SIZES` the sizes of their elements, to a row of sums; they begin `stride` apart and are as long as it.
struct AddRows<'a, T, const SIZES: bool> {
    rows: &'a [T],
    stride: usize,
    sums: &'a mut [T],
}

impl<T: Real, const SIZES: bool> NullaryFnOnce for AddRows<'_, T, SIZES> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for row in self.rows.chunks(self.stride) {
            for (sum, &x) in self.sums.iter_mut().zip(row) {
                *sum += if SIZES { x.abs() } else { x };
            }
        }
    }
}

/// `out[o, i] ← fold of f over x[o, .., i]` from `start`: for folds whose order changes the result by roundings at most and that `start` does
/// not change, as max and products.
#[inline(never)]
pub fn fold<T: Real>(x: &[T], Fold { outer, n, inner }: Fold, start: T, out: &mut [T], f: impl Fn(T, T) -> T + Sync) {
    debug_assert_eq!((x.len(), out.len()), (outer * n * inner, outer * inner));
    if inner == 1 && outer == 1 && n > BLOCK {
        // One long fold: its blocks are spread, then their results are folded.
        let mut partial = List::filled(start, n.div_ceil(BLOCK));
        threads::chunks(&mut partial, 1, BLOCK, |i, p| {
            p[0] = fold_slice(&x[i * BLOCK..((i + 1) * BLOCK).min(n)], start, &f);
        });
        out[0] = fold_slice(&partial, start, &f);
    } else if inner == 1 {
        threads::chunks(out, (BLOCK / n.max(1)).max(1), n + A_ROW, |first, out| {
            let x = &x[first * n..][..out.len() * n];
            match n {
                1..=BLOCK => fold_rows(x, n, start, &f, out),
                _ => out.iter_mut().enumerate().for_each(|(i, y)| *y = fold_slice(&x[i * n..(i + 1) * n], start, &f)),
            }
        });
    } else if inner > 0 {
        threads::chunks(out, inner.max(64 / inner * inner), n, |first, out| {
            for (o, row) in out.chunks_mut(inner).enumerate() {
                row.fill(start);
                let block = (first / inner + o) * n * inner;
                for j in 0..n {
                    let x = &x[block + j * inner..block + (j + 1) * inner];
                    row.iter_mut().zip(x).for_each(|(y, &x)| *y = f(*y, x));
                }
            }
        });
    }
}

/// Neighbouring rows along the middle axis of a block, side by side in memory so that a function of rows can have them: each cache line is fetched once.
struct Strip {
    /// The number of the first row.
    row: usize,
    /// Where it begins.
    at: usize,
    /// How many there are.
    width: usize,
}

impl Fold {
    /// Rows taken along the middle axis, [`LANES`] at most at a time: how many strips they make.
    fn strips(self) -> usize {
        self.outer * self.inner.div_ceil(LANES)
    }

    /// The strips that a task has.
    fn together(self) -> usize {
        (BLOCK / (self.n * LANES.min(self.inner)).max(1)).max(1)
    }

    fn strip(self, number: usize) -> Strip {
        let in_block = self.inner.div_ceil(LANES);
        let (block, first) = (number / in_block, number % in_block * LANES);
        let row = block * self.inner + first;
        Strip { row, at: block * self.n * self.inner + first, width: LANES.min(self.inner - first) }
    }

    /// From one row of a tile to the next. Rows a power of two apart would have each element in the same place of the cache.
    fn pitch(self) -> usize {
        self.n + LANES
    }

    /// Room for a strip.
    fn tile<T: Real>(self) -> List<T> {
        List::filled(T::zero(), self.pitch() * LANES.min(self.inner))
    }

    /// The rows of a strip, copied to a tile.
    fn read<'a, T: Real>(self, x: &[T], strip: &Strip, tile: &'a mut [T]) -> impl Iterator<Item = &'a mut [T]> {
        let tile = &mut tile[..strip.width * self.pitch()];
        // SAFETY: the tile has a row of `n` elements for each of the strip's.
        unsafe { transpose::copy(&x[strip.at..], self.inner, [self.n, strip.width], tile.as_mut_ptr(), self.pitch()) };
        tile.chunks_mut(self.pitch()).map(move |row| &mut row[..self.n])
    }
}

/// `out[o, j, i] ← f(row)` for rows taken along the middle axis: `f` gets a row to change in place.
#[inline(never)]
pub fn rows<T: Real>(x: &[T], fold: Fold, out: &mut [T], f: impl Fn(&mut [T]) + Sync) {
    let Fold { outer, n, inner } = fold;
    assert_eq!((x.len(), out.len()), (outer * n * inner, outer * n * inner));
    if x.is_empty() {
        return;
    }
    if inner == 1 {
        return threads::chunks(out, (BLOCK / n).max(1) * n, 16, |start, out| {
            out.copy_from_slice(&x[start..start + out.len()]);
            out.chunks_mut(n).for_each(&f);
        });
    }
    let (strips, together, work) = (fold.strips(), fold.together(), x.len().saturating_mul(16));
    let out = Shared(out.as_mut_ptr());
    threads::pieces(strips.div_ceil(together), work, |piece| {
        let mut tile = fold.tile();
        for number in piece * together..strips.min((piece + 1) * together) {
            let strip = fold.strip(number);
            fold.read(x, &strip, &mut tile).for_each(&f);
            // SAFETY: the result has the places of the strip's rows, and is borrowed until all strips, each with rows of its own, are done.
            unsafe { transpose::copy(&tile, fold.pitch(), [strip.width, n], out.at(strip.at), inner) };
        }
    });
}

/// The sum of the squares of what the elements of a row are off their mean; exactly 0 if they are equal.
#[inline(never)]
pub fn squared_deviations<T: Real>(row: &[T]) -> T {
    let n = T::of(row.len() as f64);
    let near = sum_slice(row) / n;
    // The rounding of the first mean is what is left of the elements without it.
    let mean = near + sum_by(row, |x| x - near) / n;
    sum_by(row, |x| (x - mean) * (x - mean))
}

/// The p-norm of a row, `p` from 0 to infinity.
#[inline(never)]
pub fn norm<T: Real>(row: &[T], p: f64) -> T {
    let power = |x: T| if p == 2.0 { x * x } else { x.abs().powf(T::of(p)) };
    let root = |x: T| if p == 2.0 { x.sqrt() } else { x.powf(T::of(p.recip())) };
    match p {
        0.0 => return sum_by(row, |x| if x == T::zero() { T::zero() } else { T::one() }),
        1.0 => return sum_by(row, T::abs),
        f64::INFINITY => return largest_size(row),
        _ => {}
    }
    let sum = sum_by(row, power);
    // Far inside the range of powers nothing of weight was lost at its ends.
    if sum > T::min_positive_value() / T::epsilon() / T::epsilon() && sum.is_finite() {
        return root(sum);
    }
    let largest = largest_size(row);
    match largest.is_finite() && largest > T::zero() {
        true => largest * root(sum_by(row, |x| power(x / largest))),
        false => largest,
    }
}

fn largest_size<T: Real>(row: &[T]) -> T {
    fold_slice(row, T::zero(), &|largest, x| max(largest, x.abs()))
}

/// `out[o, i] ← f(x[o, .., i])`: `f` gets each row along the middle axis.
#[inline(never)]
pub fn each_row<T: Real>(x: &[T], fold: Fold, out: &mut [T], f: impl Fn(&[T]) -> T + Sync) {
    let Fold { outer, n, inner } = fold;
    assert_eq!((x.len(), out.len()), (outer * n * inner, outer * inner));
    if inner <= 1 || n == 0 {
        return threads::chunks(out, (BLOCK / n.max(1)).max(1), n + A_ROW, |start, out| {
            (start..).zip(out).for_each(|(o, y)| *y = f(&x[o * n..(o + 1) * n]));
        });
    }
    let (strips, together, work) = (fold.strips(), fold.together(), x.len().saturating_add(A_ROW * out.len()));
    let out = Shared(out.as_mut_ptr());
    threads::pieces(strips.div_ceil(together), work, |piece| {
        let mut tile = fold.tile();
        for number in piece * together..strips.min((piece + 1) * together) {
            let strip = fold.strip(number);
            for (i, row) in fold.read(x, &strip, &mut tile).enumerate() {
                // SAFETY: the result has a place for each row, and is borrowed until all strips, each with rows of its own, are done.
                unsafe { out.at(strip.row + i).write(f(row)) };
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fold_sees_each_element_once() {
        for (outer, n, inner) in [(1, 10_000, 1), (3, 37, 1), (2, 30, 5), (1, 7, 200), (5, 0, 1), (2, 3, 0)] {
            let x: Vec<f64> = (0..outer * n * inner).map(|i| (i * 7919 % 10_007) as f64).collect();
            let mut out = vec![f64::NAN; outer * inner];
            fold(&x, Fold { outer, n, inner }, -1.0, &mut out, max);
            for (i, &y) in out.iter().enumerate() {
                let column = (0..n).map(|j| x[(i / inner * n + j) * inner + i % inner]);
                assert_eq!(y, column.fold(-1.0, f64::max), "{outer} {n} {inner}");
            }
        }
    }

    #[test]
    fn each_row_is_seen_whole_and_in_order_wherever_it_lies() {
        for (outer, n, inner) in [(1, 9, 1), (300, 37, 1), (2, 30, 5), (3, 7, 200), (5, 0, 1), (2, 0, 3), (2, 3, 0)] {
            let x: Vec<f64> = (0..outer * n * inner).map(|i| (i * 7919 % 10_007) as f64).collect();
            let mut out = vec![f64::NAN; outer * inner];
            let digits = |row: &[f64]| row.iter().fold(1.0, |so_far, x| (so_far * 31.0 + x) % 1_000_003.0);
            each_row(&x, Fold { outer, n, inner }, &mut out, digits);
            for (i, &y) in out.iter().enumerate() {
                let row: Vec<f64> = (0..n).map(|j| x[(i / inner * n + j) * inner + i % inner]).collect();
                assert_eq!(y, digits(&row), "{outer} {n} {inner}");
            }
        }
    }

    #[test]
    fn each_row_is_changed_once_wherever_it_lies() {
        for (outer, n, inner) in [(1, 9, 1), (300, 37, 1), (2, 30, 5), (3, 7, 200), (5, 0, 1), (2, 3, 0)] {
            let x: Vec<f64> = (0..outer * n * inner).map(|i| i as f64).collect();
            let mut out = vec![f64::NAN; x.len()];
            rows(&x, Fold { outer, n, inner }, &mut out, |row| row.reverse());
            for (i, &y) in out.iter().enumerate() {
                let (block, j, column) = (i / (n * inner), i / inner % n, i % inner);
                assert_eq!(y, x[(block * n + n - 1 - j) * inner + column], "{outer} {n} {inner}");
            }
        }
    }

    #[test]
    fn sums_of_rows_and_columns_are_exact_on_small_integers() {
        for (outer, n, inner) in
            [(1, 10_000, 1), (3, 7, 1), (2, 300, 5), (1, 700, 200), (2, 0, 3), (4, 33, 1), (1, 3000, 3)]
        {
            let x: Vec<f64> = (0..outer * n * inner).map(|i| (i % 13) as f64).collect();
            let mut out = vec![f64::NAN; outer * inner];
            sum(&x, Fold { outer, n, inner }, &mut out);
            for (i, &y) in out.iter().enumerate() {
                let (o, i) = (i / inner, i % inner);
                assert_eq!(y, (0..n).map(|j| x[(o * n + j) * inner + i]).sum::<f64>(), "{outer} {n} {inner}");
            }
            let signs: Vec<f64> = x.iter().zip(0..).map(|(x, i)| if i % 3 == 0 { -x } else { *x }).collect();
            let mut sizes = vec![f64::NAN; outer * inner];
            sum_sizes(&signs, Fold { outer, n, inner }, &mut sizes);
            assert_eq!(sizes, out, "{outer} {n} {inner}");
        }
    }
}
