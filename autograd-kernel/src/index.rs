//! Elements moved by position: windows placed into a result, rows and elements taken and added up by index.

use super::threads;
use super::view::{Reader, Strides, View, Walk, copy, row_major};
use crate::element::Real;
use smallvec::SmallVec;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

mod add_rows;

pub use add_rows::add_rows;

/// Elements per chunk.
const CHUNK: usize = 1 << 13;

/// A window with its place in a result: element `[i, j, ..]` comes to `[first[0] + i·steps[0], first[1] + j·steps[1], ..]`.
pub struct Part<'a, T> {
    /// The elements.
    pub x: View<'a, T>,
    /// The place of the first element.
    pub first: SmallVec<[usize; 4]>,
    /// The distance of neighbours along each axis of the result; 1 along axes with a single element.
    pub steps: Strides,
}

/// `out ← rest`, if it is given, then each part in its place; `shape` is that of the result.
#[inline(never)]
pub fn place<T: Copy + Send + Sync>(parts: &[Part<'_, T>], rest: Option<T>, shape: &[usize], out: &mut [T]) {
    let row: usize = shape.iter().skip(1).product();
    let strides = row_major(shape);
    // Of many parts one behind the other each piece of the result looks at its own only, or the time would be their product.
    let in_order = parts.is_sorted_by(|a, b| {
        let (a, b) = (a.rows(), b.rows());
        a.start <= b.start && a.end <= b.end
    });
    threads::chunks(out, (CHUNK / row.max(1)).max(1) * row, 1, |start, out| {
        if let Some(rest) = rest {
            out.fill(rest);
        }
        let (low, high) = (start / row, (start + out.len()) / row);
        let own = match in_order {
            true => {
                let begin = parts.partition_point(|part| part.rows().end <= low);
                begin..parts.partition_point(|part| part.rows().start < high).max(begin)
            }
            false => 0..parts.len(),
        };
        parts[own].iter().for_each(|part| part.write(low, row, &strides, out));
    });
}

/// `out[i, k] ← parts[k][i]`: a few slices, an element of each in turn.
#[inline(never)]
pub fn interleave<T: Copy + Send + Sync, const N: usize>(parts: [&[T]; N], out: &mut [T]) {
    assert!(parts.iter().all(|part| part.len() * N == out.len()));
    threads::chunks(out, CHUNK / N * N, 1, |start, out| {
        let parts = parts.map(|part| &part[start / N..][..out.len() / N]);
        for (i, y) in out.as_chunks_mut().0.iter_mut().enumerate() {
            *y = parts.map(|part| part[i]);
        }
    });
}

impl<'a, T: Copy> Part<'a, T> {
    /// The window at the origin of the result, its elements side by side.
    pub fn at_origin(x: View<'a, T>) -> Self {
        let rank = x.shape.len();
        Part { x, first: SmallVec::from_elem(0, rank), steps: SmallVec::from_elem(1, rank) }
    }

    /// The rows of the result from the first that it comes to lie in to the last; a result without axes is one row.
    fn rows(&self) -> Range<usize> {
        let (Some(&count), Some(&first), Some(&step)) = (self.x.shape.first(), self.first.first(), self.steps.first())
        else {
            return 0..1;
        };
        let reach = count.saturating_sub(1) * step.unsigned_abs();
        let first = if step > 0 { first } else { first - reach };
        first..first + if count == 0 { 0 } else { reach + 1 }
    }

    /// Writes what falls into `out`, the rows from `low` on.
    fn write(&self, low: usize, row: usize, out_strides: &[isize], out: &mut [T]) {
        let mut shape: SmallVec<[usize; 4]> = SmallVec::from_slice(self.x.shape);
        let steps: Strides = out_strides.iter().zip(&self.steps).map(|(stride, step)| stride * step).collect();
        let (mut from, x_strides) = (self.x.offset as isize, self.x.strides());
        let mut to: isize = self.first.iter().zip(out_strides).map(|(&first, stride)| first as isize * stride).sum();
        if let (Some(count), Some(&first), Some(&step)) = (shape.first_mut(), self.first.first(), self.steps.first()) {
            // The elements k along the first axis with `low <= first + k·step < low + rows`.
            let (first, low, high) = (first as isize, low as isize, (low + out.len() / row) as isize);
            let floor = |distance: isize| distance.div_euclid(step.abs());
            let (begin, end) = match step > 0 {
                true => (-floor(first - low), -floor(first - high)),
                false => (floor(first - high) + 1, floor(first - low) + 1),
            };
            let (begin, end) = (begin.max(0), end.min(*count as isize));
            *count = (end - begin).max(0) as usize;
            from += begin * x_strides[0];
            to += begin * steps[0] - low * row as isize;
        }
        if shape.contains(&0) {
            return;
        }
        let walk = Walk::new(&shape, [from as usize, to as usize], [&x_strides, &steps]);
        walk.each(0, walk.runs(), |[i, j]| match walk.steps {
            [1, 1] => copy(&self.x.data[i..i + walk.run], &mut out[j..j + walk.run]),
            [s, t] => (0..walk.run).for_each(|n| out[ahead(j, n, t)] = self.x.data[ahead(i, n, s)]),
        });
    }
}

/// `out ← x` within the columns that `keep` gives for a row, and 0 elsewhere; rows are `n` long and counted through all outer axes.
#[inline(never)]
pub fn keep_columns<T: Real>(x: View<'_, T>, n: usize, keep: impl Fn(usize) -> Range<usize> + Sync, out: &mut [T]) {
    let reader = Reader::new(x);
    threads::chunks(out, (CHUNK / n.max(1)).max(1) * n, 1, |start, out| {
        reader.copy(start, out);
        for (row, out) in (start / n..).zip(out.chunks_exact_mut(n)) {
            let kept = keep(row);
            out[..kept.start].fill(T::zero());
            out[kept.end..].fill(T::zero());
        }
    });
}

/// Windows along an axis, whose elements are added up where they overlap.
pub struct Windows {
    /// The number of windows.
    pub count: usize,
    /// The number of elements of a window.
    pub size: usize,
    /// The distance of neighbouring windows.
    pub step: usize,
    /// The number of places that the windows lie on.
    pub n: usize,
    /// The number of neighbouring folds.
    pub inner: usize,
}

impl Windows {
    /// `out[o, i, k] ← Σ x[o, w, k, i − w·step]` over the windows `w` that hold the place `i`, in rising order; `x` is
    /// `[outer, count, inner, size]`, `out` is `[outer, n, inner]`.
    #[inline(never)]
    pub fn add<T: Real>(&self, x: &[T], out: &mut [T]) {
        let Windows { count, size, step, n, inner } = *self;
        if inner == 1 {
            return self.add_whole(x, out);
        }
        threads::chunks(out, (CHUNK / inner.max(1)).max(1) * inner, 1 + size.div_ceil(step), |start, out| {
            for (row, out) in (start / inner..).zip(out.chunks_exact_mut(inner)) {
                let (o, i) = (row / n, row % n);
                out.fill(T::zero());
                for w in (i + 1).saturating_sub(size).div_ceil(step)..(i / step + 1).min(count) {
                    let window = &x[(o * count + w) * inner * size..][..inner * size];
                    let elements = window.iter().skip(i - w * step).step_by(size);
                    out.iter_mut().zip(elements).for_each(|(y, &x)| *y += x);
                }
            }
        });
    }

    /// [`Windows::add`] for a single fold: each window is added as a whole, the part of it that lies within a chunk.
    fn add_whole<T: Real>(&self, x: &[T], out: &mut [T]) {
        let Windows { count, size, step, n, .. } = *self;
        threads::chunks(out, CHUNK, 1 + size.div_ceil(step), |mut start, mut out| {
            while !out.is_empty() {
                let (o, low) = (start / n, start % n);
                let (now, later) = out.split_at_mut(out.len().min(n - low));
                let high = low + now.len();
                now.fill(T::zero());
                for w in (low + 1).saturating_sub(size).div_ceil(step)..((high - 1) / step + 1).min(count) {
                    let (first, window) = (w * step, &x[(o * count + w) * size..][..size]);
                    let (from, to) = (first.max(low), (first + size).min(high));
                    let place = now[from - low..to - low].iter_mut();
                    place.zip(&window[from - first..]).for_each(|(y, &x)| *y += x);
                }
                (start, out) = (start + now.len(), later);
            }
        });
    }
}

/// `out[o, j, i] ← x[o, index[j], i]`, where `x` is `[outer, n, inner]`.
#[inline(never)]
pub fn select<T: Copy + Send + Sync>(x: &[T], n: usize, inner: usize, index: &[i64], out: &mut [T]) {
    if inner == 1 {
        // Single elements, for which a copy call each would take longer than all else.
        return threads::chunks(out, CHUNK, 1, |mut start, mut out| {
            while !out.is_empty() {
                let (o, j) = (start / index.len(), start % index.len());
                let (now, later) = out.split_at_mut(out.len().min(index.len() - j));
                let x = &x[o * n..(o + 1) * n];
                now.iter_mut().zip(&index[j..]).for_each(|(y, &at)| *y = x[at as usize]);
                (start, out) = (start + now.len(), later);
            }
        });
    }
    threads::chunks(out, (CHUNK / inner.max(1)).max(1) * inner, 1, |start, out| {
        let first = start / inner;
        let (mut o, mut j) = (first / index.len(), first % index.len());
        for row in out.chunks_exact_mut(inner) {
            let from = (o * n + index[j] as usize) * inner;
            row.copy_from_slice(&x[from..from + inner]);
            j += 1;
            if j == index.len() {
                (o, j) = (o + 1, 0);
            }
        }
    });
}

/// `out[.., i, ..] ← x[.., index[.., i, ..], ..]` along `axis`; `out` has the shape of `index`.
#[inline(never)]
pub fn gather<T: Copy + Send + Sync>(x: View<'_, T>, axis: usize, index: View<'_, i64>, out: &mut [T]) {
    let mut strides = x.strides();
    let step = std::mem::take(&mut strides[axis]);
    let walk = Walk::new(index.shape, [x.offset, index.offset], [&strides, &index.strides()]);
    if walk.run == 0 {
        return;
    }
    threads::chunks(out, CHUNK, 4, |start, out| {
        let (run, [s, t]) = (walk.run, walk.steps);
        // The first run may be entered in its middle, the last one left there.
        let (mut skip, mut rest) = (start % run, out);
        let count = (skip + rest.len()).div_ceil(run);
        walk.each(start / run, count, |[i, j]| {
            let n = (run - skip).min(rest.len());
            let (now, later) = std::mem::take(&mut rest).split_at_mut(n);
            let (i, j) = (ahead(i, skip, s), ahead(j, skip, t));
            match (s, t, step) {
                // Along the last axis, as is most common: without products.
                (0, 1, 1) => {
                    let x = &x.data[i..];
                    now.iter_mut().zip(&index.data[j..j + n]).for_each(|(y, &row)| *y = x[row as usize]);
                }
                _ => {
                    for (n, y) in now.iter_mut().enumerate() {
                        let row = index.data[ahead(j, n, t)] as usize;
                        *y = x.data[ahead(ahead(i, n, s), row, step)];
                    }
                }
            }
            (skip, rest) = (0, later);
        });
    });
}

/// Where a single chunk, and so one thread, takes all sums: all elements 0, on several threads. Whether that is so.
fn zero_alone<T: Real>(out: &mut [T], chunk: usize) -> bool {
    let alone = out.len() <= chunk;
    if alone {
        threads::chunks(out, CHUNK, 1, |_, out| out.fill(T::zero()));
    }
    alone
}

/// Whether each value of an index is a position of an axis of size `n`.
#[inline(never)]
pub fn within(index: &[i64], n: usize) -> bool {
    let last = i64::try_from(n).unwrap_or(i64::MAX) - 1;
    let all = AtomicBool::new(true);
    threads::pieces(index.len().div_ceil(CHUNK).max(1), index.len(), |i| {
        let part = &index[i * CHUNK..index.len().min((i + 1) * CHUNK)];
        // A sum of signs, without a branch for each value.
        if part.iter().fold(0, |signs, &at| signs | at | last.wrapping_sub(at)) < 0 {
            all.store(false, Ordering::Relaxed);
        }
    });
    all.into_inner()
}

/// `out ←` the places of a mask that are true, of which there are as many as `out` has elements.
#[inline(never)]
pub fn marked(mask: &[bool], out: &mut [i64]) {
    let mut count = 0;
    for (place, &mark) in (0..).zip(mask) {
        // Written in any case, and again by the next mark: a branch for each would be guessed wrong too often.
        if let Some(y) = out.get_mut(count) {
            *y = place;
        }
        count += usize::from(mark);
    }
}

/// The position `n` steps from `at`.
#[inline]
fn ahead(at: usize, n: usize, step: isize) -> usize {
    (at as isize + n as isize * step) as usize
}

/// `out[o, m, i] ← Σ x[o, j, i]` over the `j` with `index[o, j, i] = m`, in rising order; `out` is `[outer, size, inner]`.
#[inline(never)]
pub fn scatter_add<T: Real>(x: &[T], index: &[i64], size: usize, inner: usize, out: &mut [T]) {
    let block = size * inner;
    let taken = x.len() / (out.len() / block.max(1)).max(1);
    let chunk = (CHUNK / block.max(1)).max(1) * block;
    let alone = zero_alone(out, chunk);
    threads::chunks(out, chunk, 1 + taken.div_ceil(block.max(1)), |start, out| {
        if !alone {
            out.fill(T::zero());
        }
        for (o, out) in (start / block..).zip(out.chunks_exact_mut(block)) {
            let (x, index) = (&x[o * taken..(o + 1) * taken], &index[o * taken..(o + 1) * taken]);
            if inner == 1 {
                x.iter().zip(index).for_each(|(&x, &at)| out[at as usize] += x);
                continue;
            }
            for (x, index) in x.chunks_exact(inner).zip(index.chunks_exact(inner)) {
                for (i, (&x, &at)) in x.iter().zip(index).enumerate() {
                    out[at as usize * inner + i] += x;
                }
            }
        }
    });
}

/// `out[o, index[j], i] ← x[o, j, i]`, where `out` is `[outer, size, inner]`; the last of several wins.
#[inline(never)]
pub fn copy_rows<T: Copy + Send + Sync>(x: &[T], index: &[i64], size: usize, inner: usize, out: &mut [T]) {
    let block = size * inner;
    threads::chunks(out, (CHUNK / block.max(1)).max(1) * block, 1, |start, out| {
        for (o, out) in (start / block..).zip(out.chunks_exact_mut(block)) {
            let x = &x[o * index.len() * inner..(o + 1) * index.len() * inner];
            for (x, &at) in x.chunks_exact(inner).zip(index) {
                out[at as usize * inner..][..inner].copy_from_slice(x);
            }
        }
    });
}

/// `out[.., index[.., j, ..], ..] ← x[.., j, ..]` along `axis`, where `x` has the shape of `index` and `out`, of shape `shape`, is in
/// row-major order; the last of several wins.
#[inline(never)]
pub fn scatter<T: Copy>(x: View<'_, T>, axis: usize, index: View<'_, i64>, shape: &[usize], out: &mut [T]) {
    let mut strides = row_major(shape);
    let step = std::mem::take(&mut strides[axis]);
    if index.shape.contains(&0) {
        return;
    }
    let walk = Walk::new(index.shape, [x.offset, index.offset, 0], [&x.strides(), &index.strides(), &strides]);
    let [s, t, u] = walk.steps;
    walk.each(0, walk.runs(), |[i, j, k]| {
        for n in 0..walk.run {
            let row = index.data[ahead(j, n, t)] as usize;
            out[ahead(ahead(k, n, u), row, step)] = x.data[ahead(i, n, s)];
        }
    });
}
