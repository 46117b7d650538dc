//! How a step is timed and its memory counted.

use crate::meter;
use std::time::{Duration, Instant};

/// Fewer steps than this are never timed.
const LEAST: usize = 5;

/// What is found out about a step; times in seconds.
pub struct Figures {
    pub median: f64,
    pub shortest: f64,
    /// Bytes.
    pub peak: usize,
    pub allocations: usize,
}

/// Times a step, which runs on so many threads, for so many seconds. Memory is counted before and after, so that counting takes no part in the times.
pub fn measure(step: &mut dyn FnMut(), threads: usize, seconds: f64) -> Figures {
    let first = meter::count(threads, || {
        step();
        step();
    });
    let (mut times, start) = (Vec::new(), Instant::now());
    while times.len() < LEAST || start.elapsed().as_secs_f64() < seconds {
        let begin = Instant::now();
        step();
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    let last = meter::count(threads, step);
    Figures {
        median: times[times.len() / 2].as_secs_f64(),
        shortest: times.first().map_or(0.0, Duration::as_secs_f64),
        peak: first.peak,
        allocations: last.allocations,
    }
}
