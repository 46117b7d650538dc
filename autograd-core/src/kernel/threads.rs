//! The door to the threads: work is cut by shape only, never by the number of threads, so that the result has the same bits on any.

use rayon::prelude::*;

/// Cheap operations (about a nanosecond each) below which a call stays on its own thread: handing over costs some ten microseconds.
pub const SERIAL: usize = 1 << 16;

/// Runs `f(start, chunk)` over `out` in chunks of `chunk` elements; `cost` is the work per element in cheap operations.
#[inline]
pub fn chunks<T: Send>(out: &mut [T], chunk: usize, cost: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    if out.len() <= chunk && !out.is_empty() {
        return f(0, out);
    }
    spread(out, chunk, cost, &f);
}

/// `chunks` without the type of `f`: what spreads work is compiled once for each element type.
fn spread<T: Send>(out: &mut [T], chunk: usize, cost: usize, f: &(dyn Fn(usize, &mut [T]) + Sync)) {
    if chunk == 0 || out.is_empty() {
        return;
    }
    if out.len().saturating_mul(cost) < SERIAL || rayon::current_num_threads() == 1 {
        for (i, part) in out.chunks_mut(chunk).enumerate() {
            f(i * chunk, part);
        }
    } else {
        // While it waits, this thread may be given other work of its pool, which must not find the modes of this one.
        crate::parallel::fresh(|| out.par_chunks_mut(chunk).enumerate().for_each(|(i, part)| f(i * chunk, part)));
    }
}
