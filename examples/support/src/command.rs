//! Commands: what an example does with its arguments, its threads and its errors.

use autograd_core::with_threads;
use clap::builder::RangedU64ValueParser;
use std::fmt::Display;
use std::process::ExitCode;

/// Runs a program on this many threads, or on as many as the machine has, and says in one line why it failed.
pub fn run<E: Display>(program: &str, threads: Option<usize>, body: impl FnOnce() -> Result<(), E> + Send) -> ExitCode {
    // Errors go over the threads' border as text.
    let body = || body().map_err(|error| error.to_string());
    let result = match threads {
        Some(threads) => with_threads(threads, body),
        None => body(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{program}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads a count, 1 or more.
pub fn at_least_one() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..)
}

/// Reads a share of a whole, from 0 to 1 without 1.
///
/// # Errors
/// If the text is not such a number.
pub fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if (0.0..1.0).contains(&share) { Ok(share) } else { Err("it must be at least 0 and below 1".to_owned()) }
}

/// Reads a number above 0 that is finite.
///
/// # Errors
/// If the text is not such a number.
pub fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if number > 0.0 && number.is_finite() { Ok(number) } else { Err("it must be a number above 0".to_owned()) }
}
