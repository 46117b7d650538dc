//! `multi_margin_loss`: the multi-class hinge loss, averaged over classes.

use super::checks::accept;
use super::classes::Targets;
use super::multiclass_hinge_loss::{RULE, trespass};
use super::reduction::Reduction;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The multi-class hinge loss, averaged over classes: each wrong class should score less than the right one by `margin`.
    ///
    /// `loss[i] = weight[target[i]] · Σ_j max(0, x[i, j] − x[i, target[i]] + margin)ᵖ / c` over the wrong classes `j`. The mean is over
    /// examples, whatever their weights are. See [`multiclass_hinge_loss`](Var::multiclass_hinge_loss), which does not divide.
    ///
    /// # Shape
    /// `[n, c, ..] -> []` for targets `[n, ..]`, or `[n, ..]` without a reduction
    ///
    /// # Gradient
    /// For each wrong class that comes too close `dx[i, j] = dy[i] · weight[target[i]] / c`, times twice the margin's rest with `p = 2`, and
    /// minus their sum for the right class. Saves the margins.
    ///
    /// # Edge cases
    /// A wrong class that keeps exactly the margin has gradient 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::MultiMarginLossOptions};
    /// let x = Var::leaf([[1.0, 1.5, -3.0, 0.25]]);
    /// let loss = x.multi_margin_loss(&[0].into(), MultiMarginLossOptions::new());
    /// assert_eq!(loss.item(), (1.5 + 0.25) / 4.0);
    /// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-0.5, 0.25, 0.0, 0.25]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn multi_margin_loss(&self, targets: &Tensor<i64>, options: MultiMarginLossOptions) -> Self {
        let MultiMarginLossOptions { p, margin, weight, reduction } = options;
        let targets = Targets { classes: targets, weight: weight.as_deref(), ignored: None };
        let accepted = match p {
            1 | 2 => targets.rows(self.shape()),
            _ => Err(Mismatch::new(format!("the power is {p}, neither 1 nor 2"))),
        };
        accept("multi_margin_loss", RULE, &[("x", self.shape())], accepted);
        let mut costs = trespass(self, &targets, T::of(margin));
        if p == 2 {
            costs = costs.square();
        }
        reduction.of(targets.weigh(costs.mean_axes(1, false)))
    }
}

/// How [`Var::multi_margin_loss`] measures. By default the margin is 1, margins count as they are, and the mean is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct MultiMarginLossOptions {
    /// The power of what lacks in a margin, 1 or 2.
    pub p: u32,
    /// By how much the right class should win.
    pub margin: f64,
    /// How much an example of each class counts; each 1 if `None`.
    pub weight: Option<Vec<f64>>,
    /// What is made of the losses of the examples.
    pub reduction: Reduction,
}

impl Default for MultiMarginLossOptions {
    fn default() -> Self {
        MultiMarginLossOptions { p: 1, margin: 1.0, weight: None, reduction: Reduction::Mean }
    }
}

impl MultiMarginLossOptions {
    /// A margin of 1 that counts as it is, and the mean over examples.
    pub fn new() -> Self {
        Self::default()
    }

    /// With this power of what lacks, 1 or 2.
    #[must_use]
    pub fn p(self, p: u32) -> Self {
        Self { p, ..self }
    }

    /// With another margin.
    #[must_use]
    pub fn margin(self, margin: f64) -> Self {
        Self { margin, ..self }
    }

    /// With examples that count as their class does.
    #[must_use]
    pub fn weight(self, weight: impl Into<Vec<f64>>) -> Self {
        Self { weight: Some(weight.into()), ..self }
    }

    /// With another reduction.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        Self { reduction, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn powers_and_weights() {
        let x = Var::leaf([[1.0, 1.5, -3.0, 0.25], [0.0, 2.0, 0.0, 0.0]]);
        let options = MultiMarginLossOptions::new().p(2).margin(0.5).weight([2.0, 0.0, 1.0, 1.0]);
        let losses = x.multi_margin_loss(&[0, 1].into(), options.clone().reduction(Reduction::None));
        assert_eq!(losses.to_vec(), [2.0 * 1.0 / 4.0, 0.0]);
        assert_eq!(x.multi_margin_loss(&[0, 1].into(), options).item(), 0.25, "the mean is over both examples");
    }

    #[test]
    fn gradients() {
        let x = [Tensor::from_fn([3, 4], |i| (i * 7 % 12) as f64 / 4.0)];
        for p in [1, 2] {
            let options = MultiMarginLossOptions::new().p(p).margin(0.9).weight([2.0, 1.0, 0.5, 1.0]);
            let loss = |x: &[Var<f64>]| x[0].multi_margin_loss(&[3, 0, 1].into(), options.clone());
            gradcheck(loss, &x).unwrap();
            gradgradcheck(loss, &x).unwrap();
        }
    }

    #[test]
    #[should_panic(expected = "multi_margin_loss: the power is 3, neither 1 nor 2")]
    fn other_powers_are_refused() {
        let _ = Var::leaf([[0.0, 1.0]]).multi_margin_loss(&[0].into(), MultiMarginLossOptions::new().p(3));
    }

    #[test]
    #[should_panic(expected = "multi_margin_loss: class 2 at [0] is none of the 2")]
    fn a_class_that_is_none_is_refused() {
        let _ = Var::leaf([[0.0, 1.0]]).multi_margin_loss(&[2].into(), MultiMarginLossOptions::new());
    }
}
