//! The door to the threads: what decides a result is cut by shape only, never by the number of threads, so that it has the same bits on any.

use crate::team;

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
    let (len, base) = (out.len(), Shared(out.as_mut_ptr()));
    spread(len.div_ceil(chunk), len.saturating_mul(cost), &|i| {
        let start = i * chunk;
        // SAFETY: the chunks of different pieces do not overlap and lie inside `out`, which is borrowed mutably until all are done; each
        // piece is worked on once.
        let part = unsafe { std::slice::from_raw_parts_mut(base.at(start), chunk.min(len - start)) };
        f(start, part);
    });
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
