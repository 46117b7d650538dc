//! `soft_margin_loss`: the logistic loss with signs for yes and no.

use super::checks::{accept, signs};
use super::reduction::Reduction;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The logistic loss of scores with a sign for each, 1 for yes and −1 for no.
    ///
    /// `loss = log(1 + exp(−target · x))`
    ///
    /// # Shape
    /// `[..] -> []` for signs `[..]`, or `[..]` without a reduction
    ///
    /// # Gradient
    /// `dx = −dy · target · σ(−target · x)` with σ the sigmoid. Saves the products.
    ///
    /// # Edge cases
    /// No score is too large. Signs other than 1 and −1 are refused.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Reduction};
    /// let x = Var::leaf([0.0, 800.0]);
    /// let loss = x.soft_margin_loss(&[1, -1].into(), Reduction::Sum);
    /// assert_eq!(loss.item(), 2f64.ln() + 800.0);
    /// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-0.5, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "logistic_loss")]
    pub fn soft_margin_loss(&self, target: &Tensor<i64>, reduction: Reduction) -> Self {
        let rule = "[..] -> [..] for signs [..]";
        accept("soft_margin_loss", rule, &[("x", self.shape())], signs(target, self.shape()));
        let against = self * Var::constant(target.map(|sign| T::of(-sign as f64)));
        reduction.of(against.softplus())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn value_and_gradients() {
        let (x, target): (Tensor<f64>, Tensor<i64>) = ([0.5, -1.0, 2.0, 0.0].into(), [1, 1, -1, -1].into());
        let losses = Var::constant(&x).soft_margin_loss(&target, Reduction::None).to_vec();
        for (found, exponent) in losses.into_iter().zip([-0.5f64, 1.0, 2.0, 0.0]) {
            assert!((found - exponent.exp().ln_1p()).abs() < 1e-15);
        }
        gradcheck(|x| x[0].soft_margin_loss(&target, Reduction::Mean), std::slice::from_ref(&x)).unwrap();
        gradgradcheck(|x| x[0].soft_margin_loss(&target, Reduction::None), &[x]).unwrap();
    }

    #[test]
    #[should_panic(expected = "soft_margin_loss: sign 0 at [1] is neither 1 nor -1")]
    fn other_signs_are_refused() {
        let _ = Var::leaf([0.0, 1.0]).soft_margin_loss(&[1, 0].into(), Reduction::Mean);
    }
}
