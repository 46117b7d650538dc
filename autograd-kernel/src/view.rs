//! `View`: a strided window on a slice, and `walk`, the loop over several of them at once.

use super::threads;
use smallvec::SmallVec;

/// A strided window on a slice: element `[i, j, ..]` is at `offset + i·strides[0] + j·strides[1] + ..`.
///
/// Without strides the elements lie in row-major order from `offset` on.
#[derive(Clone, Copy)]
pub struct View<'a, T> {
    /// The elements that the window looks at, and others.
    pub data: &'a [T],
    /// Position of the first element.
    pub offset: usize,
    /// The sizes of the axes.
    pub shape: &'a [usize],
    /// Distance of neighbours along each axis; `None` for row-major order.
    pub strides: Option<&'a [isize]>,
}

impl<'a, T: Copy> View<'a, T> {
    /// The number of elements.
    pub fn numel(&self) -> usize {
        self.shape.iter().product()
    }

    /// The elements as one slice, if they lie in row-major order.
    #[inline]
    pub fn flat(&self) -> Option<&'a [T]> {
        self.strides.is_none().then(|| &self.data[self.offset..self.offset + self.numel()])
    }

    /// The strides, also those of row-major order.
    pub fn strides(&self) -> Strides {
        self.strides.map_or_else(|| row_major(self.shape), SmallVec::from_slice)
    }

    /// Copies the elements in row-major order.
    #[inline(never)]
    pub fn copy_to(&self, out: &mut [T])
    where
        T: Send + Sync,
    {
        let reader = Reader::new(*self);
        match reader.walk.as_ref().and_then(|walk| Some((walk, walk.beside()?))) {
            Some((walk, beside)) => transposed(self.data, walk, beside, out),
            None => threads::chunks(out, CHUNK, 1, |start, out| reader.copy(start, out)),
        }
    }
}

/// Elements per chunk.
const CHUNK: usize = 1 << 13;
/// Elements of a run that are copied one by one.
const FEW: usize = 8;
/// Bytes that one call copies. For more, some libraries take an instruction (`rep movsb`) that is many times slower where both sides lie
/// differently within a cache line.
const COPIED: usize = 2048;
/// Elements of a run that is repeated, up to which its copies are copied in turn.
const SHORT: usize = 128;
/// Runs side by side that are copied at once: the elements of a cache line.
const TILE: usize = 16;

/// Copies elements.
#[inline]
pub(crate) fn copy<T: Copy>(from: &[T], to: &mut [T]) {
    let piece = (COPIED / size_of::<T>().max(1)).max(1);
    if to.len() <= piece || (from.as_ptr().addr() ^ to.as_ptr().addr()).is_multiple_of(64) {
        return to.copy_from_slice(from);
    }
    to.chunks_mut(piece).zip(from.chunks(piece)).for_each(|(to, from)| to.copy_from_slice(from));
}

/// Copies runs of which `beside` each begin side by side, as the columns of a matrix: square by square, so that each cache line is fetched once for
/// all its elements.
fn transposed<T: Copy + Send + Sync>(data: &[T], walk: &Walk<1>, beside: usize, out: &mut [T]) {
    let (run, [step]) = (walk.run, walk.steps);
    threads::chunks(out, (CHUNK / run).next_multiple_of(TILE).max(TILE) * run, 2, |start, mut out| {
        let mut tile = [data[0]; TILE * TILE];
        let mut first = start / run;
        while !out.is_empty() {
            let width = TILE.min(beside - first % beside).min(out.len() / run);
            let (now, later) = out.split_at_mut(width * run);
            walk.each(first, 1, |[at]| {
                for top in (0..run).step_by(TILE) {
                    let height = TILE.min(run - top);
                    for j in 0..height {
                        let at = (at as isize + (top + j) as isize * step) as usize;
                        data[at..at + width].iter().enumerate().for_each(|(i, &x)| tile[i * TILE + j] = x);
                    }
                    for (row, tile) in now.chunks_exact_mut(run).zip(tile.chunks_exact(TILE)) {
                        row[top..top + height].copy_from_slice(&tile[..height]);
                    }
                }
            });
            (first, out) = (first + width, later);
        }
    });
}

/// A view read in row-major order from any place, piece by piece.
pub struct Reader<'a, T> {
    view: View<'a, T>,
    /// `None` where the elements lie in row-major order already.
    walk: Option<Walk<1>>,
}

impl<'a, T: Copy> Reader<'a, T> {
    /// A reader of `view`.
    pub fn new(view: View<'a, T>) -> Self {
        let walk = view.strides.map(|strides| Walk::new(view.shape, [view.offset], [strides]));
        Reader { view, walk }
    }

    /// The `n` elements from the `start`-th on, if they lie side by side.
    #[inline(always)]
    pub fn part(&self, start: usize, n: usize) -> Option<&'a [T]> {
        let first = self.view.offset + start;
        self.walk.is_none().then(|| &self.view.data[first..first + n])
    }

    /// Whether it is one element, repeated.
    #[inline]
    pub fn is_constant(&self) -> bool {
        self.walk.as_ref().is_some_and(|walk| walk.outer.is_empty() && walk.steps == [0])
    }

    /// The `n` elements from the `start`-th on; in `scratch` if they do not lie side by side.
    #[inline]
    pub fn read<'s>(&'s self, start: usize, n: usize, scratch: &'s mut Vec<T>) -> &'s [T]
    where
        T: Default,
    {
        if let Some(part) = self.part(start, n) {
            return part;
        }
        scratch.resize(n.max(scratch.len()), T::default());
        self.copy(start, &mut scratch[..n]);
        &scratch[..n]
    }

    /// Copies the elements from the `start`-th on, as many as `out` holds.
    #[inline(never)]
    pub fn copy(&self, start: usize, out: &mut [T]) {
        let Some(walk) = &self.walk else {
            return out.copy_from_slice(&self.view.data[self.view.offset + start..][..out.len()]);
        };
        let Some(period) = walk.repeated() else { return self.copy_runs(walk, start, out) };
        let (mut start, mut rest) = (start, out);
        while !rest.is_empty() {
            let n = rest.len().min(period - start % period);
            let (now, later) = rest.split_at_mut(n);
            // One run, perhaps the end of it and its beginning, then what is there, as often as it fits.
            let mut done = walk.run.min(n);
            self.copy_runs(walk, start, &mut now[..done]);
            while done < n {
                let (from, to) = now.split_at_mut(done);
                let more = done.min(to.len());
                to[..more].copy_from_slice(&from[..more]);
                done += more;
            }
            (start, rest) = (start + n, later);
        }
    }

    /// Copies the elements from the `start`-th on, run by run.
    fn copy_runs(&self, walk: &Walk<1>, start: usize, out: &mut [T]) {
        if out.is_empty() {
            return;
        }
        let data = self.view.data;
        let (run, [step]) = (walk.run, walk.steps);
        // The first run may be entered in its middle, the last one left there.
        let mut skip = start % run;
        let mut rest = out;
        let count = (skip + rest.len()).div_ceil(run);
        walk.each(start / run, count, |[at]| {
            let n = (run - skip).min(rest.len());
            let (now, later) = std::mem::take(&mut rest).split_at_mut(n);
            let first = at as isize + skip as isize * step;
            match step {
                0 => now.fill(data[at]),
                // Of a few elements a copy call takes longer than its elements.
                1 if now.len() > FEW => copy(&data[first as usize..first as usize + now.len()], now),
                _ => now.iter_mut().enumerate().for_each(|(i, y)| *y = data[(first + i as isize * step) as usize]),
            }
            (skip, rest) = (0, later);
        });
    }
}

/// Distances between neighbours, one for each axis.
pub type Strides = SmallVec<[isize; 4]>;

/// The strides of row-major order.
pub fn row_major(shape: &[usize]) -> Strides {
    let mut strides: Strides = SmallVec::from_elem(1, shape.len());
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis].max(1) as isize;
    }
    strides
}

/// How `N` views of one shape are walked together, in as few and as long runs as their strides allow.
pub struct Walk<const N: usize> {
    /// Sizes of the outer axes after joining those that all views traverse in one stride.
    outer: SmallVec<[usize; 4]>,
    strides: [Strides; N],
    offsets: [usize; N],
    /// Length of a run and each view's step within it.
    pub run: usize,
    /// Each view's step within a run.
    pub steps: [isize; N],
}

impl<const N: usize> Walk<N> {
    /// Plans the walk over views of `shape`.
    pub fn new(shape: &[usize], offsets: [usize; N], strides: [&[isize]; N]) -> Self {
        let mut sizes: SmallVec<[usize; 4]> = SmallVec::new();
        let mut joined: [Strides; N] = std::array::from_fn(|_| SmallVec::new());
        for (axis, &size) in shape.iter().enumerate() {
            if size == 1 {
                continue;
            }
            let joins = sizes.last().is_some()
                && (0..N).all(|i| joined[i].last().copied() == Some(strides[i][axis] * size as isize));
            if joins {
                *sizes.last_mut().expect("an axis to join") *= size;
            } else {
                sizes.push(size);
            }
            for i in 0..N {
                if joins {
                    joined[i].pop();
                }
                joined[i].push(strides[i][axis]);
            }
        }
        let run = sizes.pop().unwrap_or(1);
        let steps = std::array::from_fn(|i| joined[i].pop().unwrap_or(0));
        Walk { outer: sizes, strides: joined, offsets, run, steps }
    }

    /// How many runs each begin side by side, if they are worth copying together: neither short nor few.
    fn beside(&self) -> Option<usize> {
        let (beside, strides) = (*self.outer.last()?, &self.strides);
        let columns = (0..N).all(|i| strides[i].last() == Some(&1) && !matches!(self.steps[i], 0 | 1));
        (columns && self.run >= FEW && beside >= FEW).then_some(beside)
    }

    /// The elements after which another run begins, if runs are repeated that are short and many.
    fn repeated(&self) -> Option<usize> {
        let times = *self.outer.last()?;
        let same = (0..N).all(|i| self.strides[i].last() == Some(&0));
        (same && times >= FEW && (1..=SHORT).contains(&self.run)).then(|| times * self.run)
    }

    /// The number of runs.
    pub fn runs(&self) -> usize {
        if self.run == 0 { 0 } else { self.outer.iter().product() }
    }

    /// Calls `f` with the position of each view at the start of each of the `count` runs from `first` on.
    pub fn each(&self, first: usize, count: usize, mut f: impl FnMut([usize; N])) {
        let mut index: SmallVec<[usize; 4]> = SmallVec::from_elem(0, self.outer.len());
        let mut at = self.offsets.map(|offset| offset as isize);
        let mut rest = first;
        for axis in (0..self.outer.len()).rev() {
            index[axis] = rest % self.outer[axis];
            rest /= self.outer[axis];
            self.advance(&mut at, axis, index[axis] as isize);
        }
        let Some(last) = self.outer.len().checked_sub(1) else {
            return (0..count).for_each(|_| f(at.map(|at| at as usize)));
        };
        let mut left = count;
        while left > 0 {
            // All that is left of the last axis, without a look at the others.
            let now = left.min(self.outer[last] - index[last]);
            for _ in 0..now {
                f(at.map(|at| at as usize));
                self.advance(&mut at, last, 1);
            }
            left -= now;
            index[last] += now;
            // Where an axis ends, the one before it goes on.
            for axis in (0..=last).rev() {
                if index[axis] < self.outer[axis] {
                    break;
                }
                self.advance(&mut at, axis, -(self.outer[axis] as isize));
                index[axis] = 0;
                if axis > 0 {
                    index[axis - 1] += 1;
                    self.advance(&mut at, axis - 1, 1);
                }
            }
        }
    }

    /// Moves the position in each view by `count` neighbours along an axis.
    #[inline]
    fn advance(&self, at: &mut [isize; N], axis: usize, count: isize) {
        for (at, strides) in at.iter_mut().zip(&self.strides) {
            *at += count * strides[axis];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_major_walk_is_one_run() {
        let walk = Walk::new(&[2, 3, 4], [0], [&[12, 4, 1]]);
        assert_eq!((walk.outer.len(), walk.run, walk.steps), (0, 24, [1]));
    }

    #[test]
    fn axes_join_only_where_all_views_agree() {
        let walk = Walk::new(&[2, 3, 4], [0, 0], [&[12, 4, 1], &[0, 4, 1]]);
        assert_eq!((&walk.outer[..], walk.run), (&[2][..], 12));
        let mut starts = Vec::new();
        walk.each(0, 2, |at| starts.push(at));
        assert_eq!(starts, [[0, 0], [12, 0]]);
    }

    #[test]
    fn a_walk_can_begin_anywhere_and_strides_can_be_negative() {
        let walk = Walk::new(&[3, 2], [5], [&[-2, -1]]);
        assert_eq!((walk.outer.len(), walk.run, walk.steps), (0, 6, [-1]));
        let walk = Walk::new(&[2, 2, 2], [0], [&[1, 2, 4]]);
        let mut starts = Vec::new();
        walk.each(1, 3, |at| starts.push(at[0]));
        assert_eq!(starts, [2, 1, 3]);
    }
}
