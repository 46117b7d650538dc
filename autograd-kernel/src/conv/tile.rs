//! The two products in registers: a tile of results, and a tile of the gradient of the weight.

use super::vector::{lanes, load, store};
use crate::element::Real;
use pulp::Simd;

/// Where the rows of a tile of results go.
#[derive(Clone, Copy)]
pub(super) struct Rows<T> {
    pub start: *mut T,
    /// Elements between rows.
    pub pitch: usize,
    /// How many rows are wanted, of those that are computed.
    pub count: usize,
    /// Elements of a row.
    pub width: usize,
    /// Whether a first part of the sums is there already.
    pub more: bool,
}

/// `y ← y₀ + Σₖ weights[k][m] · x[offsets[k] + p]`, for `M` filters and `V` vectors of neighbouring results; `y₀` is what is there if
/// there is `more`, else 0.
///
/// # Safety
/// From `x` on, `V` vectors must be readable at each offset; the rows of `y` must be writable, and there be at most `M`, of at most `V`
/// vectors and more than `V - 1`.
#[inline(always)]
pub(super) unsafe fn results<S: Simd, T: Real, const M: usize, const V: usize>(
    simd: S,
    x: *const T,
    offsets: &[usize],
    weights: &[[T; M]],
    y: Rows<T>,
) {
    let n = lanes::<S, T>();
    let mut sums = [[T::splat(simd, T::zero()); V]; M];
    for (&offset, weights) in offsets.iter().zip(weights) {
        // SAFETY: the caller's promise.
        let x: [T::Vector<S>; V] = std::array::from_fn(|v| unsafe { load::<S, T>(x.add(offset + v * n)) });
        for m in 0..M {
            let weight = T::splat(simd, weights[m]);
            for v in 0..V {
                sums[m][v] = T::mul_add_each(simd, weight, x[v], sums[m][v]);
            }
        }
    }
    for (m, sums) in sums.iter().enumerate().take(y.count) {
        for (v, &sum) in sums.iter().enumerate() {
            // SAFETY: the caller's promise: before the last vector, and in it up to the width, the row can be written.
            unsafe {
                let (at, rest) = (y.start.add(m * y.pitch + v * n), y.width - v * n);
                let sum = |there: T::Vector<S>| if y.more { T::add_each(simd, there, sum) } else { sum };
                if rest >= n {
                    store::<S, T>(at, sum(load::<S, T>(at)));
                } else {
                    let mut end = T::splat(simd, T::zero());
                    at.copy_to_nonoverlapping((&raw mut end).cast::<T>(), rest);
                    end = sum(end);
                    (&raw const end).cast::<T>().copy_to_nonoverlapping(at, rest);
                }
            }
        }
    }
}

/// `dw[m] ← dw[m] + Σₚ x[offsets[m] + p] · dy[p]`, for `M` places of the kernel and `V` vectors of filters.
///
/// # Safety
/// From `x` on, `count` elements must be readable at each offset; `dy` must hold `count` times, and `dw` `M` times, `V` vectors.
#[inline(always)]
pub(super) unsafe fn weights<S: Simd, T: Real, const M: usize, const V: usize>(
    simd: S,
    x: *const T,
    offsets: &[usize; M],
    dy: *const T,
    count: usize,
    dw: *mut T,
) {
    let n = lanes::<S, T>();
    let rows: [*const T; M] = offsets.map(|offset| x.wrapping_add(offset));
    // SAFETY: the caller's promise.
    let mut sums: [[T::Vector<S>; V]; M] =
        std::array::from_fn(|m| std::array::from_fn(|v| unsafe { load::<S, T>(dw.add((m * V + v) * n)) }));
    for p in 0..count {
        // SAFETY: the caller's promise.
        let dy: [T::Vector<S>; V] = std::array::from_fn(|v| unsafe { load::<S, T>(dy.add((p * V + v) * n)) });
        for m in 0..M {
            // SAFETY: as above.
            let x = T::splat(simd, unsafe { *rows[m].add(p) });
            for v in 0..V {
                sums[m][v] = T::mul_add_each(simd, x, dy[v], sums[m][v]);
            }
        }
    }
    for (m, sums) in sums.iter().enumerate() {
        for (v, &sum) in sums.iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { store::<S, T>(dw.add((m * V + v) * n), sum) };
        }
    }
}

/// `sums[f][k] ← sums[f][k] + x[offsets[k] + p] · dy[f][p]`, vectors of neighbouring `p`, for `F` filters and `K` places of the kernel.
///
/// # Safety
/// From `x` on, `count` elements must be readable at each offset, and from each `dy` on; there must be `F · K` vectors of sums.
#[inline(always)]
pub(super) unsafe fn dots<S: Simd, T: Real, const F: usize, const K: usize>(
    simd: S,
    x: *const T,
    offsets: &[usize; K],
    dy: &[*const T; F],
    count: usize,
    sums: *mut T,
) {
    let n = lanes::<S, T>();
    // SAFETY: the caller's promise.
    let mut all: [[T::Vector<S>; K]; F] =
        std::array::from_fn(|f| std::array::from_fn(|k| unsafe { load::<S, T>(sums.add((f * K + k) * n)) }));
    let mut add = |dy: [T::Vector<S>; F], x: [T::Vector<S>; K]| {
        for k in 0..K {
            for f in 0..F {
                all[f][k] = T::mul_add_each(simd, x[k], dy[f], all[f][k]);
            }
        }
    };
    let whole = count / n * n;
    for p in (0..whole).step_by(n) {
        // SAFETY: the caller's promise.
        unsafe { add(dy.map(|dy| load::<S, T>(dy.add(p))), offsets.map(|offset| load::<S, T>(x.add(offset + p)))) };
    }
    if whole < count {
        let part = |from: *const T| {
            let mut part = T::splat(simd, T::zero());
            // SAFETY: the caller's promise; less than a vector is copied.
            unsafe { from.add(whole).copy_to_nonoverlapping((&raw mut part).cast::<T>(), count - whole) };
            part
        };
        // SAFETY: the caller's promise.
        add(dy.map(part), offsets.map(|offset| part(unsafe { x.add(offset) })));
    }
    for (f, all) in all.iter().enumerate() {
        for (k, &sum) in all.iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { store::<S, T>(sums.add((f * K + k) * n), sum) };
        }
    }
}
