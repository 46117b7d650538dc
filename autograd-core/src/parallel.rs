//! `with_threads` and `for_each_part`: how many threads a piece of work may use, and how to spread one's own.

use crate::List;
use crate::graph::mode;
use crate::kernel::threads;

pub(crate) use mode::fresh;

/// Runs `f` with kernels spread over `threads` threads, whatever the machine's default is.
///
/// Results have the same bits for any number of threads. The recording mode of the caller holds inside.
///
/// ```
/// use autograd_core::{Var, with_threads};
/// let sum = |n| with_threads(n, || Var::constant(vec![0.1f32; 100_000]).sum().item());
/// assert_eq!(sum(1).to_bits(), sum(2).to_bits());
/// ```
///
/// # Panics
/// If `threads` is 0 or the system refuses to start them.
pub fn with_threads<R: Send>(threads: usize, f: impl FnOnce() -> R + Send) -> R {
    assert!(threads > 0, "with_threads: the number of threads is 0, it must be at least 1");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("the system starts the threads");
    let mode = mode::current();
    pool.install(|| mode.hold(f))
}

/// Runs `f` on each of `parts`, spread over the threads if `work` (in cheap operations, about a nanosecond each) is worth it.
///
/// Cut the parts by the shape of the data alone, never by the number of threads, and let each write only what is its own: then the result
/// has the same bits for any number.
///
/// ```
/// use autograd_core::for_each_part;
/// let mut squares = vec![0; 1000];
/// for_each_part(squares.chunks_mut(100).enumerate(), 1000, |(k, part)| {
///     part.iter_mut().enumerate().for_each(|(i, y)| *y = (100 * k + i).pow(2));
/// });
/// assert_eq!(squares[999], 998_001);
/// ```
pub fn for_each_part<X: Send>(parts: impl IntoIterator<Item = X>, work: usize, f: impl Fn(X) + Sync) {
    let mut parts: List<Option<X>> = parts.into_iter().map(Some).collect();
    let each = work.div_ceil(parts.len().max(1));
    fresh(|| threads::chunks(&mut parts, 1, each, |_, part| f(part[0].take().expect("each is worked on once"))));
}
