//! Rows put in order, or searched: which positions come first.

use super::isa::{self, NullaryFnOnce};
use super::threads;
use crate::element::Real;
use std::cmp::Ordering;

/// Elements per chunk.
const CHUNK: usize = 1 << 13;

/// Rising order, NaN behind all numbers.
#[inline]
pub fn rising<T: Real>(a: T, b: T) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// For each row of `n` elements of `x`, the first `k` positions that `order` brings to the front: it gets the elements, each with its position.
#[inline(never)]
pub fn pick<T: Real>(x: &[T], n: usize, k: usize, out: &mut [i64], order: impl Fn(&mut [(T, i64)]) + Sync) {
    // A sort looks at each element some ten times.
    let cost = 16 * n.div_ceil(k.max(1));
    threads::chunks(out, (CHUNK / n.max(1)).max(1) * k, cost, |start, out| {
        let mut row = Vec::with_capacity(n);
        for (i, out) in (start / k..).zip(out.chunks_exact_mut(k)) {
            row.clear();
            row.extend(x[i * n..(i + 1) * n].iter().copied().zip(0..));
            order(&mut row);
            out.iter_mut().zip(&row).for_each(|(at, &(_, position))| *at = position);
        }
    });
}

/// Brings the first `k` in rising or falling order to the front, in order; among equals, the first comes first.
#[inline(never)]
pub fn first<T: Real>(row: &mut [(T, i64)], k: usize, descending: bool) {
    let by_value = |a: &(T, i64), b: &(T, i64)| match descending {
        true => rising(b.0, a.0),
        false => rising(a.0, b.0),
    };
    let by_value_and_position = |a: &(T, i64), b: &(T, i64)| by_value(a, b).then(a.1.cmp(&b.1));
    match k {
        0 => {}
        k if k == row.len() => row.sort_by(by_value),
        k => {
            let (before, _, _) = row.select_nth_unstable_by(k - 1, by_value_and_position);
            before.sort_unstable_by(by_value_and_position);
        }
    }
}

/// Elements up to which [`first_few`] pays.
pub const FEW: usize = 16;
/// Elements that are compared with the last one kept at a time.
const LANES: usize = 32;

/// For each row of `n` elements of `x`, the positions of the first `k` in rising or falling order, in order; among equals, the first comes first.
///
/// `k` is from 1 to `n` and at most [`FEW`].
#[inline(never)]
pub fn first_few<T: Real>(x: &[T], n: usize, k: usize, descending: bool, out: &mut [i64]) {
    threads::chunks(out, (CHUNK / n.max(1)).max(1) * k, 2 * n.div_ceil(k.max(1)), |start, out| {
        let x = &x[start / k * n..];
        match descending {
            true => isa::dispatch(Few::<_, true> { x, n, k, out }),
            false => isa::dispatch(Few::<_, false> { x, n, k, out }),
        }
    });
}

/// The rows of [`first_few`]. The first `k` so far are kept in order; what comes before the last of them is rare soon, and looked for many
/// elements at a time.
struct Few<'a, T, const DESCENDING: bool> {
    x: &'a [T],
    n: usize,
    k: usize,
    out: &'a mut [i64],
}

impl<T: Real, const DESCENDING: bool> NullaryFnOnce for Few<'_, T, DESCENDING> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Few { x, n, k, out } = self;
        for (row, out) in x.chunks_exact(n).zip(out.chunks_exact_mut(k)) {
            let mut kept = [(row[0], 0); FEW];
            let kept = &mut kept[..k];
            for (i, &x) in row[..k].iter().enumerate().skip(1) {
                kept[i] = (x, i as i64);
                sink::<T, DESCENDING>(&mut kept[..=i]);
            }
            for (part, first) in row[k..].chunks(LANES).zip((k..).step_by(LANES)) {
                let last = kept[k - 1].0;
                let mut any = false;
                for &x in part {
                    any |= comes_before::<T, DESCENDING>(x, last);
                }
                if !any {
                    continue;
                }
                for (i, &x) in (first as i64..).zip(part) {
                    if comes_before::<T, DESCENDING>(x, kept[k - 1].0) {
                        kept[k - 1] = (x, i);
                        sink::<T, DESCENDING>(kept);
                    }
                }
            }
            out.iter_mut().zip(&*kept).for_each(|(at, &(_, position))| *at = position);
        }
    }
}

/// Whether `a` comes before `b` in rising or falling order, NaN behind or before all numbers.
#[inline(always)]
fn comes_before<T: Real, const DESCENDING: bool>(a: T, b: T) -> bool {
    // Without branches, as vectors need it.
    match DESCENDING {
        true => ((a > b) | a.is_nan()) & !b.is_nan(),
        false => ((a < b) | b.is_nan()) & !a.is_nan(),
    }
}

/// Moves the last element to the front as far as it comes before others, which are in order.
#[inline(always)]
fn sink<T: Real, const DESCENDING: bool>(kept: &mut [(T, i64)]) {
    let mut i = kept.len() - 1;
    while i > 0 && comes_before::<T, DESCENDING>(kept[i].0, kept[i - 1].0) {
        kept.swap(i - 1, i);
        i -= 1;
    }
}

/// Brings to the front what stands at place `i` in rising order; the first NaN if there is one.
#[inline(never)]
pub fn nth<T: Real>(row: &mut [(T, i64)], i: usize) {
    let place = row.iter().position(|(x, _)| x.is_nan()).unwrap_or_else(|| {
        row.select_nth_unstable_by(i, |a, b| rising(a.0, b.0).then(a.1.cmp(&b.1)));
        i
    });
    row.swap(0, place);
}

/// Brings to the front what stands at the places `i` and `i + 1` in rising order; the first NaN twice if there is one.
#[inline(never)]
pub fn nth_and_next<T: Real>(row: &mut [(T, i64)], i: usize) {
    nth(row, i);
    let next = row[i + 1..].iter().copied().min_by(|a, b| rising(a.0, b.0).then(a.1.cmp(&b.1)));
    row[1] = next.filter(|_| !row[0].0.is_nan()).unwrap_or(row[0]);
}

/// Replaces each element by the best up to it: the last of several, and NaN before all numbers.
#[inline(never)]
pub fn running_best<T: Real>(row: &mut [(T, i64)], better: impl Fn(T, T) -> bool) {
    let Some(mut best) = row.first().copied() else { return };
    for x in row {
        if x.0.is_nan() || better(x.0, best.0) || x.0 == best.0 {
            best = *x;
        }
        *x = best;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_few_are_those_of_a_stable_sort() {
        for n in [1, 2, 7, 60] {
            for descending in [false, true] {
                let value = |i: i64| if i % 11 == 3 { f64::NAN } else { (i * 7 % 5) as f64 };
                let row: Vec<(f64, i64)> = (0..n).map(|i| (value(i), i)).collect();
                let positions = |k: usize| {
                    let mut row = row.clone();
                    first(&mut row, k, descending);
                    row[..k].iter().map(|pair| pair.1).collect::<Vec<_>>()
                };
                let sorted = positions(n as usize);
                (0..n as usize).for_each(|k| assert_eq!(positions(k), sorted[..k], "{k} of {n}"));
            }
        }
    }
}
