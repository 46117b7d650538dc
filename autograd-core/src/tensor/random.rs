//! `Generator` and `Key`: seeded random numbers, the same on each machine and for any number of threads.

use super::{Real, Shape, Tensor};
use crate::error::{Error, Mismatch};
use crate::kernel::threads;
use rand::{Rng, RngExt, SeedableRng, TryRng};
use rand_chacha::ChaCha8Rng;
use std::convert::Infallible;

/// Numbers that one piece of work draws.
const CHUNK: usize = 1 << 13;

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

    /// All that the numbers to come depend on, in 14 numbers: what a checkpoint keeps.
    ///
    /// ```
    /// use autograd_core::Generator;
    /// let mut a = Generator::seed(3);
    /// a.unit();
    /// let mut b = Generator::from_state(a.state());
    /// assert_eq!(a.unit(), b.unit());
    /// ```
    pub fn state(&self) -> [u32; 14] {
        let (seed, stream, position) = (self.0.get_seed(), self.0.get_stream(), self.0.get_word_pos());
        let mut state = [0; 14];
        for (word, bytes) in state.iter_mut().zip(seed.chunks_exact(4)) {
            *word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        let halves = |x: u128| [x as u32, (x >> 32) as u32, (x >> 64) as u32, (x >> 96) as u32];
        state[8..10].copy_from_slice(&halves(u128::from(stream))[..2]);
        state[10..].copy_from_slice(&halves(position));
        state
    }

    /// The generator that goes on from a [state](Generator::state).
    pub fn from_state(state: [u32; 14]) -> Self {
        let mut seed = [0; 32];
        for (bytes, word) in seed.chunks_exact_mut(4).zip(state) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        let joined = |words: &[u32]| words.iter().rev().fold(0u128, |x, &word| x << 32 | u128::from(word));
        let mut generator = ChaCha8Rng::from_seed(seed);
        generator.set_stream(joined(&state[8..10]) as u64);
        generator.set_word_pos(joined(&state[10..]));
        Generator(generator)
    }

    /// A number equally likely anywhere in `[0, 1)`, with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        self.0.random::<f64>()
    }

    /// A number of the normal distribution with mean 0 and variance 1.
    pub fn standard_normal(&mut self) -> f64 {
        self.0.sample(rand_distr::StandardNormal)
    }

    /// `out ← f` of a number as [`unit`](Generator::unit) gives it, for each element in turn.
    pub(super) fn units<T: Real>(&mut self, out: &mut [T], f: impl Fn(f64) -> T + Sync) {
        // Each takes two words of the stream, so that any thread knows where its own begin.
        let start = self.0.get_word_pos();
        threads::chunks(out, CHUNK, 4, |first, out| {
            let mut numbers = self.0.clone();
            numbers.set_word_pos(start + 2 * first as u128);
            let mut numbers = Buffered::new(&mut numbers);
            out.iter_mut().for_each(|y| *y = f(numbers.random::<f64>()));
        });
        self.0.set_word_pos(start + 2 * out.len() as u128);
    }

    /// `out ← f` of a number as [`standard_normal`](Generator::standard_normal) gives it, for each element in turn.
    pub(super) fn standard_normals<T: Real>(&mut self, out: &mut [T], f: impl Fn(f64) -> T) {
        let start = self.0.get_word_pos();
        let mut numbers = Buffered::new(&mut self.0);
        out.iter_mut().for_each(|y| *y = f(numbers.sample(rand_distr::StandardNormal)));
        let drawn = numbers.drawn;
        self.0.set_word_pos(start + 2 * u128::from(drawn));
    }

    /// A whole number equally likely in `0..n`.
    ///
    /// # Panics
    /// If `n` is 0.
    #[track_caller]
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 {
            Error::new("below", Mismatch::new("there is no whole number below 0")).raise();
        }
        self.0.random_range(0..n as u64) as usize
    }

    /// The generator of a [`Key`]: for noise that can be drawn again, of a layer with a stream of keys.
    ///
    /// ```
    /// use autograd_core::{Generator, Key, Tensor};
    /// let key = Key::seed(7).at(3);
    /// let noise = || Tensor::<f32>::normal([2, 3], 0.0, 1.0, &mut Generator::from_key(key));
    /// assert_eq!(noise(), noise());
    /// ```
    pub fn from_key(key: Key) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(key.seed);
        generator.set_stream(key.step);
        Generator(generator)
    }

    /// A place in `weights`, each as likely as its weight says; they need not sum to 1.
    ///
    /// ```
    /// use autograd_core::{Generator, Var};
    /// let mut generator = Generator::seed(0);
    /// assert_eq!(generator.categorical(&[0.0, 3.0, 0.0]), 1);
    /// // A class drawn from scores.
    /// let shares = Var::constant([2.0, 0.5, -1.0]).softmax(0).to_vec();
    /// assert!(generator.categorical(&shares) < 3);
    /// ```
    ///
    /// # Panics
    /// If a weight is negative or not finite, or none is positive.
    #[doc(alias = "multinomial")]
    #[doc(alias = "choice")]
    #[track_caller]
    pub fn categorical<T: Real>(&mut self, weights: &[T]) -> usize {
        let valid = weights.iter().all(|weight| weight.is_finite() && *weight >= T::zero());
        let sum: f64 = weights.iter().map(|weight| weight.as_f64()).sum();
        if !valid || sum <= 0.0 {
            let why = format!("the {} weights are not all finite and at least 0, or none is positive", weights.len());
            Error::new("categorical", Mismatch::new(why)).raise();
        }
        let mut left = self.unit() * sum;
        let passed = |weight: &T| {
            left -= weight.as_f64();
            left < 0.0
        };
        // Roundings may leave a little of the last one.
        let last = || weights.iter().rposition(|weight| *weight > T::zero());
        weights.iter().position(passed).or_else(last).expect("one is positive")
    }

    /// Brings `items` into a random order, each equally likely (Fisher and Yates 1938).
    pub fn shuffle<X>(&mut self, items: &mut [X]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// The numbers of a generator, many fetched at once: the generator runs ahead of what is drawn.
struct Buffered<'a> {
    generator: &'a mut ChaCha8Rng,
    bytes: [[u8; 8]; Buffered::LEN],
    /// How many numbers of 64 bits have been drawn.
    drawn: u64,
}

impl<'a> Buffered<'a> {
    /// As many as the generator makes at once.
    const LEN: usize = 32;

    fn new(generator: &'a mut ChaCha8Rng) -> Self {
        Buffered { generator, bytes: [[0; 8]; Buffered::LEN], drawn: 0 }
    }
}

impl TryRng for Buffered<'_> {
    type Error = Infallible;

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let place = self.drawn as usize % Buffered::LEN;
        if place == 0 {
            self.generator.fill_bytes(self.bytes.as_flattened_mut());
        }
        self.drawn += 1;
        Ok(u64::from_le_bytes(self.bytes[place]))
    }

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("what is drawn here consists of numbers of 64 bits")
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
        unreachable!("what is drawn here consists of numbers of 64 bits")
    }
}

/// Names random numbers that need no generator: those at place `i` follow from the key and `i` alone.
///
/// Whoever has the key can compute them again, in any order and on any number of threads: a dropout mask need not be kept for the backward
/// pass, nor for a step that is recomputed. The numbers are those of ChaCha with 8 rounds (Bernstein 2008), which counts its blocks; the
/// step is its stream.
///
/// ```
/// use autograd_core::{Key, Tensor};
/// let key = Key::seed(7);
/// let mask = Tensor::bernoulli([1000], 0.25, key.at(3));
/// assert_eq!(mask, Tensor::bernoulli([1000], 0.25, Key::seed(7).at(3)));
/// assert_ne!(mask, Tensor::bernoulli([1000], 0.25, key.at(4)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    seed: u64,
    step: u64,
}

impl Key {
    /// The key of a seed, at step 0.
    pub fn seed(seed: u64) -> Self {
        Key { seed, step: 0 }
    }

    /// The key of the same seed at another step: other numbers, as unlike as those of another seed.
    #[must_use]
    pub fn at(self, step: u64) -> Self {
        Key { step, ..self }
    }

    /// A key of a generator's choice.
    pub fn draw(generator: &mut Generator) -> Self {
        Key::seed(generator.0.random::<u64>())
    }

    /// 32 random bits for each element of `out`, the first being that at place `start`.
    fn bits(self, start: usize, out: &mut [bool], f: impl Fn(u32) -> bool) {
        let Generator(mut numbers) = Generator::from_key(self);
        numbers.set_word_pos(start as u128);
        out.iter_mut().for_each(|y| *y = f(numbers.next_u32()));
    }
}

impl Tensor<bool> {
    /// Independent values, each true with probability `p`, to within 2⁻³².
    ///
    /// # Panics
    /// If `p` is not a probability.
    #[track_caller]
    pub fn bernoulli(shape: impl Into<Shape>, p: f64, key: Key) -> Self {
        if !(0.0..=1.0).contains(&p) {
            Error::new("bernoulli", Mismatch::new(format!("p is {p}, a probability lies from 0 to 1"))).raise();
        }
        let below = (p * 2f64.powi(32)).round() as u64;
        Tensor::build(shape.into(), |out| {
            threads::chunks(out, 1 << 13, 4, |start, out| key.bits(start, out, |bits| u64::from(bits) < below));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parallel::with_threads;

    #[test]
    fn a_mask_is_one_stream_however_it_is_computed() {
        let key = Key::seed(1).at(5);
        let mask = Tensor::bernoulli([3, 10_007], 0.3, key);
        let mut in_order = vec![false; mask.numel()];
        key.bits(0, &mut in_order, |bits| f64::from(bits) < 0.3 * 2f64.powi(32));
        assert_eq!(mask.to_vec(), in_order);
        assert_eq!(mask, with_threads(2, || Tensor::bernoulli([3, 10_007], 0.3, key)));
        let share = mask.count() as f64 / mask.numel() as f64;
        // Five standard deviations of a fair draw.
        assert!((share - 0.3).abs() < 5.0 * (0.3 * 0.7 / mask.numel() as f64).sqrt(), "{share}");
    }

    #[test]
    fn tensors_have_the_numbers_that_are_drawn_one_by_one() {
        for n in [0, 1, 31, 32, 33, 3 * CHUNK + 5] {
            let (mut one, mut many) = (Generator::seed(9), Generator::seed(9));
            // From the middle of a block, and from between two numbers of 64 bits.
            let words: [u32; 2] = [one.0.next_u32(), many.0.next_u32()];
            assert_eq!(words[0], words[1]);
            let units = Tensor::<f64>::from_fn(n, |_| 2.0 + 3.0 * one.unit());
            assert_eq!(Tensor::uniform(n, 2.0, 5.0, &mut many), units);
            assert_eq!((many.state(), many.unit()), (one.state(), one.unit()));
            let normals = Tensor::<f64>::from_fn(n, |_| 2.0 + 3.0 * one.standard_normal());
            assert_eq!(Tensor::normal(n, 2.0, 3.0, &mut many), normals);
            assert_eq!((many.state(), many.unit()), (one.state(), one.unit()));
            assert_eq!(one, many);
        }
    }

    #[test]
    fn classes_are_drawn_as_often_as_their_weights_say() {
        let (mut generator, weights, draws) = (Generator::seed(5), [1.0, 0.0, 3.0, 4.0], 8000);
        let mut counts = [0; 4];
        (0..draws).for_each(|_| counts[generator.categorical(&weights)] += 1);
        for (count, weight) in counts.into_iter().zip(weights) {
            let (share, n) = (weight / 8.0, f64::from(draws));
            // Five standard deviations.
            let bound = 5.0 * (n * share * (1.0 - share)).sqrt();
            assert!((f64::from(count) - n * share).abs() <= bound, "{counts:?}");
        }
    }

    #[test]
    #[should_panic(expected = "categorical: the 2 weights are not all finite and at least 0, or none is positive")]
    fn weights_that_are_no_shares_are_refused() {
        let _ = Generator::seed(0).categorical(&[0.5, f32::NAN]);
    }

    #[test]
    fn the_bounds_are_never_and_always() {
        assert!(!Tensor::bernoulli([1000], 0.0, Key::seed(0)).any());
        assert!(Tensor::bernoulli([1000], 1.0, Key::seed(0)).all());
    }

    #[test]
    #[should_panic(expected = "bernoulli: p is NaN, a probability lies from 0 to 1")]
    fn what_is_no_probability_is_refused() {
        let _ = Tensor::bernoulli([1], f64::NAN, Key::seed(0));
    }
}
