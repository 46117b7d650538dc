//! The door to the threads: what decides a result is cut by shape only, never by the number of threads, so that it has the same bits on any.

use crate::team;
use std::marker::PhantomData;

/// Cheap operations (about a nanosecond each) below which a call stays on its own thread: handing over costs some microseconds.
pub const SERIAL: usize = 1 << 14;

/// How many threads a kernel may use, the caller's included.
pub fn count() -> usize {
    rayon::current_num_threads()
}

/// Runs `f` on each of the pieces `0..count` of some work; `work` is all of it in cheap operations.
///
/// Each piece must write only what is its own.
#[inline]
pub fn pieces(count: usize, work: usize, f: impl Fn(usize) + Sync) {
    if count == 1 {
        return f(0);
    }
    spread(count, work, &f);
}

fn spread(count: usize, work: usize, f: &(dyn Fn(usize) + Sync)) {
    if work < SERIAL {
        (0..count).for_each(f);
    } else {
        team::run(self::count(), count, f);
    }
}

/// Runs `f(start, chunk)` over `out` in chunks of `chunk` elements; `cost` is the work per element in cheap operations.
#[inline]
pub fn chunks<T: Send>(out: &mut [T], chunk: usize, cost: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    if out.len() <= chunk && !out.is_empty() {
        return f(0, out);
    }
    each_chunk(out, chunk, cost, &f);
}

/// `chunks` without the type of `f`: what spreads work is compiled once for each element type.
fn each_chunk<T: Send>(out: &mut [T], chunk: usize, cost: usize, f: &(dyn Fn(usize, &mut [T]) + Sync)) {
    if chunk == 0 || out.is_empty() {
        return;
    }
    let (len, out) = (out.len(), Parted::new(out));
    spread(len.div_ceil(chunk), len.saturating_mul(cost), &|i| {
        let start = i * chunk;
        // SAFETY: the chunks of different pieces do not overlap, and each piece is worked on once.
        f(start, unsafe { out.part(start, chunk.min(len - start)) });
    });
}

/// A slice that several threads write, each its own parts.
pub(crate) struct Parted<'a, T> {
    base: Shared<T>,
    len: usize,
    life: PhantomData<&'a ()>,
}

impl<'a, T> Parted<'a, T> {
    pub fn new(x: &'a mut [T]) -> Self {
        Parted { base: Shared(x.as_mut_ptr()), len: x.len(), life: PhantomData }
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// So many elements from one on.
    ///
    /// # Panics
    /// If they are not there.
    ///
    /// # Safety
    /// Nobody else may have any of them meanwhile.
    #[inline(always)]
    pub unsafe fn part(&self, first: usize, count: usize) -> &'a mut [T] {
        assert!(first <= self.len && count <= self.len - first);
        // SAFETY: they lie in the slice that `self` borrows; that nobody else has them is the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.base.at(first), count) }
    }
}

/// The start of a slice that several threads write, each its own part.
pub(crate) struct Shared<T>(pub *mut T);

// SAFETY: who uses the pointer says why its part is its own.
unsafe impl<T: Send> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Shared<T> {}

impl<T> Shared<T> {
    /// The place of element `i`.
    ///
    /// # Safety
    /// The slice must have it, or end there.
    pub unsafe fn at(&self, i: usize) -> *mut T {
        // SAFETY: the caller's promise.
        unsafe { self.0.add(i) }
    }
}
