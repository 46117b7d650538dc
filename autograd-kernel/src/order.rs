//! Rows put in order, or searched: which positions come first.

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

/// Brings to the front what stands at place `i` in rising order; the first NaN if there is one.
#[inline(never)]
pub fn nth<T: Real>(row: &mut [(T, i64)], i: usize) {
    let place = row.iter().position(|(x, _)| x.is_nan()).unwrap_or_else(|| {
        row.select_nth_unstable_by(i, |a, b| rising(a.0, b.0).then(a.1.cmp(&b.1)));
        i
    });
    row.swap(0, place);
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
