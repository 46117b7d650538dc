//! `with_threads`: how many threads the kernels of a piece of work may use.

use crate::graph::mode;

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
