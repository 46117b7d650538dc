//! Where the largest and the smallest elements stand along one axis of a `[outer, n, inner]` block.

use super::elementwise::{max, min};
use super::fold::LANES;
use super::isa::{self, NullaryFnOnce};
use super::reduce::{BLOCK, Fold, fold_slice};
use super::side::{self, SIDE};
use super::threads;
use crate::element::Real;
use crate::list::List;

/// Elements per chunk.
const CHUNK: usize = 1 << 13;
/// Elements that are compared with the best of their row at a time.
const PART: usize = 32;
/// Columns that are searched side by side.
const WIDE: usize = 128;
/// What a row costs beside its elements, in cheap operations.
const A_ROW: usize = 16;

/// `out[o, i] ← j` with `x[o, j, i]` the largest, or the smallest, along the axis: the first of several, and the first NaN before all numbers.
///
/// `n` is at least 1.
#[inline(never)]
pub fn positions<T: Real, const LARGEST: bool>(x: &[T], fold: Fold, out: &mut [i64]) {
    let Fold { outer, n, inner } = fold;
    debug_assert_eq!((x.len(), out.len()), (outer * n * inner, outer * inner));
    if n <= BLOCK {
        return blocks::<T, i64, LARGEST>(x, fold, out, |_, at| at as i64);
    }
    // A long fold is searched in blocks, which keeps threads busy where there are few folds; then the best of the blocks is.
    let count = n.div_ceil(BLOCK);
    let mut best = List::filled((T::zero(), 0), outer * count * inner);
    blocks::<T, (T, usize), LARGEST>(x, fold, &mut best, |x, at| (x, at));
    for (i, y) in out.iter_mut().enumerate() {
        let of = |block: usize| {
            let (x, at) = best[(i / inner * count + block) * inner + i % inner];
            (x, block * BLOCK + at)
        };
        let first_best = |a: (T, usize), b: (T, usize)| if before::<T, LARGEST>(b.0, a.0) { b } else { a };
        *y = (1..count).map(of).fold(of(0), first_best).1 as i64;
    }
}

/// Whether `x`, which stands behind the best so far, takes its place.
#[inline(always)]
fn before<T: Real, const LARGEST: bool>(x: T, best: T) -> bool {
    let better = if LARGEST { x > best } else { x < best };
    // Without branches, as vectors need it.
    (better | x.is_nan()) & !best.is_nan()
}

/// `out[o, block, i] ←` what `put` makes of the best of each block of the axis and its place there.
fn blocks<T: Real, P: Send, const LARGEST: bool>(
    x: &[T],
    fold: Fold,
    out: &mut [P],
    put: impl Fn(T, usize) -> P + Sync,
) {
    let size = fold.n.clamp(1, BLOCK);
    let chunk = (CHUNK / size).max(WIDE.min(fold.inner));
    threads::chunks(out, chunk, size + A_ROW, |start, out| {
        if fold.inner > 1 || side::pays(fold.n, out.len()) {
            return isa::dispatch(Blocks::<T, P, _, LARGEST> { x, fold, start, out, put: &put });
        }
        for (block, y) in (start..).zip(out) {
            let (first, rows) = fold_of(block, fold.n);
            let (best, at) = row::<T, LARGEST>(&x[first..first + rows]);
            *y = put(best, at);
        }
    });
}

/// Where a block of folds of `n` elements begins, and how many it has.
#[inline(always)]
fn fold_of(block: usize, n: usize) -> (usize, usize) {
    let count = n.div_ceil(BLOCK);
    let first = block % count * BLOCK;
    (block / count * n + first, BLOCK.min(n - first))
}

/// Some neighbouring results of [`blocks`], from `start` on.
struct Blocks<'a, T, P, F, const LARGEST: bool> {
    x: &'a [T],
    fold: Fold,
    start: usize,
    out: &'a mut [P],
    put: &'a F,
}

impl<T: Real, P, F: Fn(T, usize) -> P, const LARGEST: bool> NullaryFnOnce for Blocks<'_, T, P, F, LARGEST> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Blocks { x, fold: Fold { n, inner, .. }, start, out, put } = self;
        if inner == 1 {
            return side_by_side::<T, P, LARGEST>(&x[start * n..], n, out, put);
        }
        let (mut best, mut at) = ([T::zero(); WIDE], [0; WIDE]);
        let mut done = 0;
        while done < out.len() {
            let (block, column) = ((start + done) / inner, (start + done) % inner);
            let (first, rows) = fold_of(block, n);
            let width = WIDE.min(inner - column).min(out.len() - done);
            let (best, at) = (&mut best[..width], &mut at[..width]);
            columns::<T, LARGEST>(&x[first * inner + column..], inner, rows, best, at);
            for ((y, &x), &at) in out[done..done + width].iter_mut().zip(&*best).zip(&*at) {
                *y = put(x, at as usize);
            }
            done += width;
        }
    }
}

/// The best of a row and its place: the best first, since each lane would have to keep a place beside it.
fn row<T: Real, const LARGEST: bool>(x: &[T]) -> (T, usize) {
    let best = match LARGEST {
        true => fold_slice(x, T::neg_infinity(), &max),
        false => fold_slice(x, T::infinity(), &min),
    };
    let skipped = if x.len() > 2 * PART { isa::dispatch(Skip { x, best }) } else { 0 };
    (best, skipped + x[skipped..].iter().position(|&x| is(x, best)).unwrap_or(0))
}

/// Whether an element is the best of its row; a NaN is there only if it is.
#[inline(always)]
fn is<T: Real>(x: T, best: T) -> bool {
    (x == best) | x.is_nan()
}

/// How many elements are in front of the part of a row in which the best is.
struct Skip<'a, T> {
    x: &'a [T],
    best: T,
}

impl<T: Real> NullaryFnOnce for Skip<'_, T> {
    type Output = usize;

    #[inline(always)]
    fn call(self) -> usize {
        let (parts, _) = self.x.as_chunks::<PART>();
        let mut skipped = 0;
        for part in parts {
            let mut any = false;
            for &x in part {
                any |= is(x, self.best);
            }
            if any {
                break;
            }
            skipped += PART;
        }
        skipped
    }
}

/// The best of each of some columns of `rows` rows, which begin `stride` apart, and its place.
#[inline(always)]
fn columns<T: Real, const LARGEST: bool>(x: &[T], stride: usize, rows: usize, best: &mut [T], at: &mut [u32]) {
    best.copy_from_slice(&x[..best.len()]);
    at.fill(0);
    for j in 1..rows {
        let x = &x[j * stride..][..best.len()];
        for ((best, at), &x) in best.iter_mut().zip(&mut *at).zip(x) {
            let better = before::<T, LARGEST>(x, *best);
            *best = if better { x } else { *best };
            *at = if better { j as u32 } else { *at };
        }
    }
}

/// The best of each short row of `n` elements and its place: rows become columns of a tile.
#[inline(always)]
fn side_by_side<T: Real, P, const LARGEST: bool>(x: &[T], n: usize, out: &mut [P], put: &impl Fn(T, usize) -> P) {
    let mut tile = [[T::zero(); SIDE]; LANES];
    let tile = &mut tile[..n];
    let (mut best, mut at) = ([T::zero(); SIDE], [0; SIDE]);
    for (out, x) in out.chunks_mut(SIDE).zip(x.chunks(SIDE * n)) {
        side::read(&x[..out.len() * n], tile);
        columns::<T, LARGEST>(tile.as_flattened(), SIDE, n, &mut best, &mut at);
        for ((y, &x), &at) in out.iter_mut().zip(&best).zip(&at) {
            *y = put(x, at as usize);
        }
    }
}
