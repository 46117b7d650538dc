//! One function for each element: `map` over one operand, `zip` over two, `zip3` over three.
//!
//! A function becomes a tile kernel, a loop over short slices. How operands lie in memory and which thread has which tile is settled
//! outside of it, once for each element type and not once for each op.

use super::threads;
use super::view::{Reader, View};
use crate::element::Real;

/// Elements of a chunk: the unit that threads share.
const CHUNK: usize = 1 << 13;
/// Elements of a tile: small enough that the operands and the result stay in the first-level cache.
const TILE: usize = 1 << 10;

/// The larger of two numbers; NaN wins.
#[inline]
pub fn max<T: Real>(a: T, b: T) -> T {
    if a > b || a.is_nan() { a } else { b }
}

/// The smaller of two numbers; NaN wins.
#[inline]
pub fn min<T: Real>(a: T, b: T) -> T {
    if a < b || a.is_nan() { a } else { b }
}

/// What can be moved between threads and tiles.
pub trait Value: Copy + Default + Send + Sync {}
impl<X: Copy + Default + Send + Sync> Value for X {}

/// `out ← f(x)`, row-major; `cost` is the work of `f` in cheap operations.
pub fn map<X: Value, Y: Value>(x: View<'_, X>, out: &mut [Y], cost: usize, f: impl Fn(X) -> Y + Sync) {
    map_tiles(x, out, cost, &|x, out| {
        for (y, &x) in out.iter_mut().zip(x) {
            *y = f(x);
        }
    });
}

/// `out ← f(a, b)` for operands of one shape, row-major; `cost` is the work of `f` in cheap operations.
pub fn zip<A: Value, B: Value, Y: Value>(
    a: View<'_, A>,
    b: View<'_, B>,
    out: &mut [Y],
    cost: usize,
    f: impl Fn(A, B) -> Y + Sync,
) {
    zip_tiles(a, b, out, cost, &|a, b, out| {
        for ((y, &a), &b) in out.iter_mut().zip(a).zip(b) {
            *y = f(a, b);
        }
    });
}

/// `out ← f(a, b, c)` for operands of one shape, row-major; `cost` is the work of `f` in cheap operations.
pub fn zip3<A: Value, B: Value, C: Value, Y: Value>(
    a: View<'_, A>,
    b: View<'_, B>,
    c: View<'_, C>,
    out: &mut [Y],
    cost: usize,
    f: impl Fn(A, B, C) -> Y + Sync,
) {
    let (a, b, c) = (Reader::new(a), Reader::new(b), Reader::new(c));
    threads::chunks(out, CHUNK, cost, |start, out| {
        let (mut ta, mut tb, mut tc) = (Vec::new(), Vec::new(), Vec::new());
        for (i, out) in out.chunks_mut(TILE).enumerate() {
            let (at, n) = (start + i * TILE, out.len());
            let (a, b, c) = (a.read(at, n, &mut ta), b.read(at, n, &mut tb), c.read(at, n, &mut tc));
            for (((y, &a), &b), &c) in out.iter_mut().zip(a).zip(b).zip(c) {
                *y = f(a, b, c);
            }
        }
    });
}

/// `y ← f(x)` on one tile.
#[inline]
pub fn tile<X: Value, Y: Value>(x: &[X], y: &mut [Y], f: impl Fn(X) -> Y) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = f(x);
    }
}

/// `y ← f(a, b)` on one tile.
#[inline]
pub fn tile2<A: Value, B: Value, Y: Value>(a: &[A], b: &[B], y: &mut [Y], f: impl Fn(A, B) -> Y) {
    for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
        *y = f(a, b);
    }
}

/// `y ← f(a, b, c)` on one tile.
#[inline]
pub fn tile3<A: Value, B: Value, C: Value, Y: Value>(a: &[A], b: &[B], c: &[C], y: &mut [Y], f: impl Fn(A, B, C) -> Y) {
    for (((y, &a), &b), &c) in y.iter_mut().zip(a).zip(b).zip(c) {
        *y = f(a, b, c);
    }
}

fn map_tiles<X: Value, Y: Value>(x: View<'_, X>, out: &mut [Y], cost: usize, tile: &(dyn Fn(&[X], &mut [Y]) + Sync)) {
    if let Some(x) = x.flat() {
        return threads::chunks(out, CHUNK, cost, |start, out| tile(&x[start..start + out.len()], out));
    }
    let x = Reader::new(x);
    threads::chunks(out, CHUNK, cost, |start, out| {
        let mut scratch = Vec::new();
        for (i, out) in out.chunks_mut(TILE).enumerate() {
            tile(x.read(start + i * TILE, out.len(), &mut scratch), out);
        }
    });
}

/// The tile kernel of a function of two operands.
type Tile2<'f, A, B, Y> = dyn Fn(&[A], &[B], &mut [Y]) + Sync + 'f;

fn zip_tiles<A: Value, B: Value, Y: Value>(
    a: View<'_, A>,
    b: View<'_, B>,
    out: &mut [Y],
    cost: usize,
    tile: &Tile2<'_, A, B, Y>,
) {
    if let (Some(a), Some(b)) = (a.flat(), b.flat()) {
        return threads::chunks(out, CHUNK, cost, |start, out| {
            let range = start..start + out.len();
            tile(&a[range.clone()], &b[range], out);
        });
    }
    let (a, b) = (Reader::new(a), Reader::new(b));
    threads::chunks(out, CHUNK, cost, |start, out| {
        let (mut ta, mut tb) = (Vec::new(), Vec::new());
        for (i, out) in out.chunks_mut(TILE).enumerate() {
            let (at, n) = (start + i * TILE, out.len());
            tile(a.read(at, n, &mut ta), b.read(at, n, &mut tb), out);
        }
    });
}
