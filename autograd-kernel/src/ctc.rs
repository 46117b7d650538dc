//! Connectionist temporal classification: sums, in logarithms, over all ways to spread labels over time steps.

use super::{elementwise, threads};
use crate::element::Real;

/// Work of one place at one step, in cheap operations: four exponentials and a logarithm.
const COST: usize = 64;

/// Log-probabilities and labels of the examples of a batch.
pub struct Batch<'a, T> {
    /// Log-probabilities, `[t, n, c]`.
    pub x: &'a [T],
    /// Steps, examples and classes.
    pub sizes: [usize; 3],
    /// How many steps each example has.
    pub steps: &'a [usize],
    /// The labels of each example with a blank before, between and behind them.
    pub paths: &'a [Vec<usize>],
}

/// Whether place `s` of a path can be reached past the blank before it: not from the same label, or two of it were one.
pub fn skips(path: &[usize], s: usize) -> bool {
    // Blanks are two places from blanks.
    s >= 2 && path[s] != path[s - 2]
}

impl<T: Real> Batch<'_, T> {
    /// The number of places of the longest path.
    fn width(&self) -> usize {
        self.paths.iter().map(Vec::len).max().unwrap_or(1)
    }

    /// The shape of the sums: examples, steps and one before them, places.
    pub fn sums_shape(&self) -> [usize; 3] {
        [self.paths.len(), self.sizes[0] + 1, self.width()]
    }

    /// The log-probability of what stands at place `s`, at step `t` of example `i`.
    fn at(&self, i: usize, t: usize, s: usize) -> T {
        let [_, n, c] = self.sizes;
        self.x[(t * n + i) * c + self.paths[i][s]]
    }

    /// `sums[n, t, s] ←` the logarithm of the probability that `t` steps of an example end at place `s` of its path.
    #[inline(never)]
    pub fn sums(&self, sums: &mut [T]) {
        let [_, rows, width] = self.sums_shape();
        threads::chunks(sums, rows * width, COST, |start, sums| {
            let i = start / (rows * width);
            let path = &self.paths[i];
            sums.fill(T::neg_infinity());
            sums[0] = T::zero();
            for t in 0..self.steps[i] {
                let (before, now) = sums[t * width..(t + 2) * width].split_at_mut(width);
                for s in 0..path.len() {
                    let one = if s >= 1 { before[s - 1] } else { T::neg_infinity() };
                    let two = if skips(path, s) { before[s - 2] } else { T::neg_infinity() };
                    now[s] = log_sum(before[s], one, two) + self.at(i, t, s);
                }
            }
        });
    }

    /// Minus the logarithm of the probability that all steps of example `i` end at its last label or at the blank behind.
    #[inline(never)]
    pub fn loss(&self, i: usize, sums: &[T]) -> T {
        let ([_, rows, width], places) = (self.sums_shape(), self.paths[i].len());
        let last = &sums[(i * rows + self.steps[i]) * width..][..places];
        let label = if places >= 2 { last[places - 2] } else { T::neg_infinity() };
        -log_sum(last[places - 1], label, T::neg_infinity())
    }

    /// `dx[n, t, c] ← −dy[n] ·` the probability, given the labels of the example, that step `t` stands for class `c`.
    #[inline(never)]
    pub fn gradient(&self, sums: &[T], dy: &[T], dx: &mut [T]) {
        let ([_, rows, width], [steps, _, classes]) = (self.sums_shape(), self.sizes);
        threads::chunks(dx, steps * classes, (COST * width / classes.max(1)).max(1), |start, dx| {
            let i = start / (steps * classes);
            let (path, loss) = (&self.paths[i], self.loss(i, sums));
            dx.fill(T::zero());
            if loss == T::infinity() {
                // There is no way, whatever moves a little.
                return;
            }
            // What comes behind a step, from each place: an end at the last two has probability 1.
            let mut rest = vec![T::neg_infinity(); path.len()];
            rest.iter_mut().rev().take(2).for_each(|rest| *rest = T::zero());
            for t in (0..self.steps[i]).rev() {
                let until = &sums[(i * rows + t + 1) * width..];
                for s in 0..path.len() {
                    dx[t * classes + path[s]] -= dy[i] * (until[s] + rest[s] + loss).exp();
                    rest[s] += self.at(i, t, s);
                }
                for s in 0..path.len() {
                    let one = if s + 1 < path.len() { rest[s + 1] } else { T::neg_infinity() };
                    let two = if s + 2 < path.len() && skips(path, s + 2) { rest[s + 2] } else { T::neg_infinity() };
                    rest[s] = log_sum(rest[s], one, two);
                }
            }
        });
    }
}

/// `log(eᵃ + eᵇ + eᶜ)`.
fn log_sum<T: Real>(a: T, b: T, c: T) -> T {
    let largest = elementwise::max(elementwise::max(a, b), c);
    match largest == T::neg_infinity() {
        true => largest,
        false => largest + ((a - largest).exp() + (b - largest).exp() + (c - largest).exp()).ln(),
    }
}
