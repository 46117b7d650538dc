//! Elements moved by position: windows placed into a result, rows and elements taken and added up by index.

use super::threads;
use super::view::{Reader, Strides, View, Walk, row_major};
use crate::element::Real;
use smallvec::SmallVec;
use std::ops::Range;

/// Elements per chunk.
const CHUNK: usize = 1 << 13;
/// Pieces into which a single large block is cut.
const PIECES: usize = 8;

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
            [1, 1] => out[j..j + walk.run].copy_from_slice(&self.x.data[i..i + walk.run]),
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
}

/// `out[o, j, i] ← x[o, index[j], i]`, where `x` is `[outer, n, inner]`.
#[inline(never)]
pub fn select<T: Copy + Send + Sync>(x: &[T], n: usize, inner: usize, index: &[i64], out: &mut [T]) {
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

/// `out[o, m, i] ← Σ x[o, j, i]` over the `j` with `index[j] = m`, in rising order; `out` is `[outer, size, inner]`.
#[inline(never)]
pub fn add_rows<T: Real>(x: &[T], index: &[i64], size: usize, inner: usize, out: &mut [T]) {
    let block = size * inner;
    // A single block is cut into rows, of which each piece looks for its own: worth it where rows are longer than the search.
    let chunk = match out.len() == block && inner >= 2 * PIECES {
        true => size.div_ceil(PIECES) * inner,
        false => (CHUNK / block.max(1)).max(1) * block,
    };
    threads::chunks(out, chunk, 1 + index.len().div_ceil(size.max(1)), |start, out| {
        out.fill(T::zero());
        let low = start % block / inner;
        for (o, out) in (start / block..).zip(out.chunks_mut(block)) {
            let rows = out.len() / inner;
            let x = &x[o * index.len() * inner..(o + 1) * index.len() * inner];
            for (x, &at) in x.chunks_exact(inner).zip(index) {
                let at = (at as usize).wrapping_sub(low);
                if at < rows {
                    out[at * inner..(at + 1) * inner].iter_mut().zip(x).for_each(|(y, &x)| *y += x);
                }
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
    // A chunk is a number of whole runs, so that its place follows from the shape alone.
    threads::chunks(out, CHUNK.div_ceil(walk.run) * walk.run, 4, |start, out| {
        let [s, t] = walk.steps;
        let mut rest = out.chunks_exact_mut(walk.run);
        walk.each(start / walk.run, rest.len(), |[i, j]| {
            for (n, y) in rest.next().into_iter().flatten().enumerate() {
                let row = index.data[ahead(j, n, t)] as usize;
                *y = x.data[ahead(ahead(i, n, s), row, step)];
            }
        });
    });
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
    threads::chunks(out, (CHUNK / block.max(1)).max(1) * block, 1 + taken.div_ceil(block.max(1)), |start, out| {
        out.fill(T::zero());
        for (o, out) in (start / block..).zip(out.chunks_exact_mut(block)) {
            let (x, index) = (&x[o * taken..(o + 1) * taken], &index[o * taken..(o + 1) * taken]);
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
