//! `alpha_dropout`: dropout that keeps mean and variance, for networks of SELUs.

use super::dropout::probability;
use crate::error::Error;
use crate::ops::prelude::*;
use crate::tensor::Key;

/// The limit of SELU at minus infinity, `−λα`, with the constants of the paper in double precision.
const SATURATION: f64 = -1.758_099_340_847_376_6;

impl<T: Real> Var<T> {
    /// Each element set with probability `p` to where SELU saturates, then all scaled and shifted so that mean zero and variance one stay what
    /// they are.
    ///
    /// `y = a · (x where the key says so, else α') + b` with `α' = −1.7581`, `a = ((1 − p)(1 + p·α'²))^(−1/2)`, `b = −a·p·α'`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = a · dy` where `x` was kept, else 0; composed of other ops, which save the mask.
    ///
    /// # Edge cases
    /// With `p = 0` nothing changes, with `p = 1` all is zero. What is dropped leaks nowhere.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Key, Tensor, Var};
    /// let x = Var::leaf(Tensor::<f64>::zeros([1000]));
    /// let y = x.alpha_dropout(0.5, Key::seed(1));
    /// let (kept, dropped) = (0.7791939, -0.7791939); // ±a·α'/2 at x = 0
    /// assert!(y.to_vec().iter().all(|y: &f64| (y - kept).abs() < 1e-6 || (y - dropped).abs() < 1e-6));
    /// let dx = y.sum().backward().get(&x).unwrap().to_vec();
    /// assert!(dx.iter().all(|dx| *dx == 0.0 || (dx - 0.8864053).abs() < 1e-6));
    /// ```
    ///
    /// Klambauer, Unterthiner, Mayr, Hochreiter 2017, "Self-Normalizing Neural Networks", section 2.
    ///
    /// # Panics
    /// If `p` is not a probability.
    #[track_caller]
    #[must_use]
    pub fn alpha_dropout(&self, p: f64, key: Key) -> Self {
        if let Err(why) = probability(p) {
            Error::refused("alpha_dropout", "[..] -> [..]", why, &[], [self.shape()].into_iter()).raise();
        }
        if p == 1.0 {
            return self.masked_fill(&Tensor::full(self.shape(), true), T::zero());
        }
        let a = ((1.0 - p) * (1.0 + p * SATURATION * SATURATION)).sqrt().recip();
        let dropped = Tensor::bernoulli(self.shape(), 1.0 - p, key).not();
        self.masked_fill(&dropped, T::of(SATURATION)) * T::of(a) + T::of(-a * p * SATURATION)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{gradcheck, gradgradcheck};
    use crate::{Generator, Key, Tensor, Var};

    #[test]
    fn mean_zero_and_variance_one_stay() {
        let x = Tensor::<f64>::normal([100_000], 0.0, 1.0, &mut Generator::seed(3));
        for p in [0.0, 0.1, 0.5, 0.9] {
            let y = Var::constant(&x).alpha_dropout(p, Key::seed(9).at(1));
            let (mean, square) = (y.mean().item(), y.square().mean().item());
            // The fourth moment of the result is at most about 17: four standard deviations of a mean of 100,000.
            assert!(mean.abs() < 0.02 && (square - 1.0).abs() < 0.05, "{p}: {mean} {square}");
        }
    }

    #[test]
    fn its_gradients_are_right_and_dropped_elements_leak_nowhere() {
        let x = Tensor::from([[0.5, -1.0, 2.0], [0.25, 1.5, -0.75]]);
        gradcheck(|x| x[0].alpha_dropout(0.4, Key::seed(2)), std::slice::from_ref(&x)).unwrap();
        gradgradcheck(|x| x[0].alpha_dropout(0.4, Key::seed(2)).square(), &[x]).unwrap();
        let x = Var::leaf([f64::NAN, f64::INFINITY]);
        let y = x.alpha_dropout(1.0, Key::seed(0));
        assert_eq!(y.to_vec(), [0.0, 0.0]);
        assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 0.0]);
    }

    #[test]
    #[should_panic(expected = "alpha_dropout: p is -1, a probability lies from 0 to 1")]
    fn what_is_no_probability_is_refused() {
        let _ = Var::constant(1.0).alpha_dropout(-1.0, Key::seed(0));
    }
}
