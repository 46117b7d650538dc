//! `Failure`: which law was broken, where, by how much, and how to see it again.

use std::fmt;

/// A law that an op or function does not satisfy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The op, or `function` for what is none.
    pub op: String,
    /// The law: shape, value, gradient, second gradient, layout, purity, needs, saves, pins, errors, accumulation, f32, threads.
    pub law: &'static str,
    /// What was found.
    pub found: String,
    /// On which operands.
    pub case: String,
    /// The seed of all random numbers.
    pub seed: u64,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { op, law, found, case, seed } = self;
        write!(f, "{op}: the law of {law} is broken\n  {found}\n  case  {case}\n  again AUTOGRAD_SEED={seed}")?;
        // A function that is no op has no test of its name.
        if op == FUNCTION { Ok(()) } else { write!(f, " cargo test {op}") }
    }
}

impl std::error::Error for Failure {}

/// The name of what is no op.
pub(super) const FUNCTION: &str = "function";

/// The seed of the tests: `AUTOGRAD_SEED`, or the same for each run.
pub(super) fn seed() -> u64 {
    match std::env::var("AUTOGRAD_SEED") {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("AUTOGRAD_SEED is {text:?}, it must be a whole number")),
        Err(_) => 231,
    }
}
