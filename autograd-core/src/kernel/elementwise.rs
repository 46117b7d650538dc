//! One function for each element: `map` over one operand, `zip` over two, `zip3` over three.

use super::threads;
use super::view::{View, Walk};
use crate::tensor::Real;

/// Elements per chunk: four pages of f32, so that a chunk and its operands stay in the first-level cache.
const CHUNK: usize = 1 << 13;

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

/// `out ← f(x)`, row-major; `cost` is the work of `f` in cheap operations.
pub fn map<X: Copy + Sync, Y: Copy + Send>(x: View<'_, X>, out: &mut [Y], cost: usize, f: impl Fn(X) -> Y + Sync) {
    if let Some(x) = x.flat() {
        return threads::chunks(out, CHUNK, cost, |start, out| {
            let x = &x[start..start + out.len()];
            for (y, &x) in out.iter_mut().zip(x) {
                *y = f(x);
            }
        });
    }
    let strides = x.strides();
    let walk = Walk::new(x.shape, [x.offset], [&strides]);
    runs(&walk, out, cost, |out, [at]| {
        let [step] = walk.steps;
        match step {
            0 => out.fill(f(x.data[at])),
            1 => out.iter_mut().zip(&x.data[at..]).for_each(|(y, &x)| *y = f(x)),
            _ => out.iter_mut().enumerate().for_each(|(i, y)| *y = f(x.data[ahead(at, i, step)])),
        }
    });
}

/// `out ← f(a, b)` for operands of one shape, row-major; `cost` is the work of `f` in cheap operations.
pub fn zip<A: Copy + Sync, B: Copy + Sync, Y: Copy + Send>(
    a: View<'_, A>,
    b: View<'_, B>,
    out: &mut [Y],
    cost: usize,
    f: impl Fn(A, B) -> Y + Sync,
) {
    if let (Some(a), Some(b)) = (a.flat(), b.flat()) {
        return threads::chunks(out, CHUNK, cost, |start, out| {
            let (a, b) = (&a[start..start + out.len()], &b[start..start + out.len()]);
            for ((y, &a), &b) in out.iter_mut().zip(a).zip(b) {
                *y = f(a, b);
            }
        });
    }
    let strides = (a.strides(), b.strides());
    let walk = Walk::new(a.shape, [a.offset, b.offset], [&strides.0, &strides.1]);
    runs(&walk, out, cost, |out, [i, j]| match walk.steps {
        [1, 1] => out.iter_mut().zip(&a.data[i..]).zip(&b.data[j..]).for_each(|((y, &a), &b)| *y = f(a, b)),
        [1, 0] => out.iter_mut().zip(&a.data[i..]).for_each(|(y, &a)| *y = f(a, b.data[j])),
        [0, 1] => out.iter_mut().zip(&b.data[j..]).for_each(|(y, &b)| *y = f(a.data[i], b)),
        [s, t] => out.iter_mut().enumerate().for_each(|(n, y)| *y = f(a.data[ahead(i, n, s)], b.data[ahead(j, n, t)])),
    });
}

/// `out ← f(a, b, c)` for operands of one shape, row-major; `cost` is the work of `f` in cheap operations.
pub fn zip3<A: Copy + Sync, B: Copy + Sync, C: Copy + Sync, Y: Copy + Send>(
    a: View<'_, A>,
    b: View<'_, B>,
    c: View<'_, C>,
    out: &mut [Y],
    cost: usize,
    f: impl Fn(A, B, C) -> Y + Sync,
) {
    let strides = (a.strides(), b.strides(), c.strides());
    let walk = Walk::new(a.shape, [a.offset, b.offset, c.offset], [&strides.0, &strides.1, &strides.2]);
    runs(&walk, out, cost, |out, [i, j, k]| match walk.steps {
        [1, 1, 1] => {
            let operands = a.data[i..].iter().zip(&b.data[j..]).zip(&c.data[k..]);
            out.iter_mut().zip(operands).for_each(|(y, ((&a, &b), &c))| *y = f(a, b, c));
        }
        [s, t, u] => out.iter_mut().enumerate().for_each(|(n, y)| {
            *y = f(a.data[ahead(i, n, s)], b.data[ahead(j, n, t)], c.data[ahead(k, n, u)]);
        }),
    });
}

/// The position `n` steps from `at`.
#[inline]
pub(super) fn ahead(at: usize, n: usize, step: isize) -> usize {
    (at as isize + n as isize * step) as usize
}

/// Spreads the runs of a walk, whole or in pieces, over the threads: `f` gets the results of a piece and where its operands begin.
pub(super) fn runs<const N: usize, Y: Send>(
    walk: &Walk<N>,
    out: &mut [Y],
    cost: usize,
    f: impl Fn(&mut [Y], [usize; N]) + Sync,
) {
    if walk.run == 0 {
        return;
    }
    // A chunk is a number of whole runs, so that its place follows from the shape alone.
    let chunk = CHUNK.div_ceil(walk.run) * walk.run;
    if walk.run >= 4 * CHUNK {
        return pieces(walk, out, cost, f);
    }
    threads::chunks(out, chunk, cost, |start, out| {
        let mut rest = out;
        walk.each(start / walk.run, rest.len() / walk.run, |at| {
            let (now, later) = std::mem::take(&mut rest).split_at_mut(walk.run);
            f(now, at);
            rest = later;
        });
    });
}

/// Long runs are cut, so that one run feeds several threads.
fn pieces<const N: usize, Y: Send>(
    walk: &Walk<N>,
    out: &mut [Y],
    cost: usize,
    f: impl Fn(&mut [Y], [usize; N]) + Sync,
) {
    for (number, run) in out.chunks_mut(walk.run).enumerate() {
        let mut begin = [0; N];
        walk.each(number, 1, |at| begin = at);
        threads::chunks(run, CHUNK, cost, |start, out| {
            f(out, std::array::from_fn(|i| ahead(begin[i], start, walk.steps[i])));
        });
    }
}
