//! `Generator`: seeded random numbers, the same on each machine.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A generator of random numbers, made from a seed; nothing in this library draws from a hidden one.
///
/// ChaCha with 8 rounds (Bernstein 2008): the same seed gives the same numbers on each machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generator(ChaCha8Rng);

impl Generator {
    /// The generator of a seed.
    pub fn seed(seed: u64) -> Self {
        Generator(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number equally likely anywhere in `[0, 1)`, with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        self.0.random::<f64>()
    }

    /// A number of the normal distribution with mean 0 and variance 1.
    pub fn standard_normal(&mut self) -> f64 {
        self.0.sample(rand_distr::StandardNormal)
    }

    /// A whole number equally likely in `0..n`.
    ///
    /// # Panics
    /// If `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n as u64) as usize
    }

    /// Brings `items` into a random order, each equally likely (Fisher and Yates 1938).
    pub fn shuffle<X>(&mut self, items: &mut [X]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}
