//! `MultiMarginLoss`: the multi-class hinge loss, averaged over classes.

use super::Reduction;
use super::shared::{class_weight, weights};
use crate::layers::prelude::*;

/// The multi-class hinge loss, averaged over classes: each wrong class should score less than the right one by `margin`.
///
/// `loss[i] = weight[target[i]] · Σ_j max(0, x[i, j] − x[i, target[i]] + margin)ᵖ / c` over the wrong classes `j`. The mean is over examples,
/// whatever their weights are.
///
/// # Shape
/// `[n, c, ..] -> []` for targets `[n, ..]`, or `[n, ..]` without a reduction
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::MultiMarginLoss;
/// let x = Var::leaf([[1.0, 1.5, -3.0, 0.25]]);
/// let loss = MultiMarginLoss::default().forward(&x, &[0].into());
/// assert_eq!(loss.item(), (1.5 + 0.25) / 4.0);
/// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-0.5, 0.25, 0.0, 0.25]);
/// ```
#[derive(Debug, Module)]
pub struct MultiMarginLoss<T: Real = f32> {
    /// The power of what lacks in a margin, 1 or 2.
    pub p: u32,
    /// By how much the right class should win.
    pub margin: f64,
    /// How much an example of each class counts, of shape `[c]`; each 1 if there is none.
    pub weight: Option<Buffer<T>>,
    /// What is made of the losses of the examples.
    #[module(skip)]
    pub reduction: Reduction,
}

impl<T: Real> Default for MultiMarginLoss<T> {
    /// A margin of 1 that counts as it is, classes that all count 1, and the mean.
    fn default() -> Self {
        MultiMarginLoss { p: 1, margin: 1.0, weight: None, reduction: Reduction::Mean }
    }
}

impl<T: Real> MultiMarginLoss<T> {
    /// With this power of what lacks in a margin.
    ///
    /// # Panics
    /// If it is neither 1 nor 2.
    #[must_use]
    #[track_caller]
    pub fn p(self, p: u32) -> Self {
        require!(matches!(p, 1 | 2), "MultiMarginLoss: the power is {p}, neither 1 nor 2");
        MultiMarginLoss { p, ..self }
    }

    /// With another margin.
    #[must_use]
    pub fn margin(self, margin: f64) -> Self {
        MultiMarginLoss { margin, ..self }
    }

    /// With classes that count so much.
    ///
    /// # Panics
    /// If the weight is no vector.
    #[must_use]
    #[track_caller]
    pub fn weight(self, weight: impl Into<Tensor<T>>) -> Self {
        MultiMarginLoss { weight: class_weight("MultiMarginLoss", weight), ..self }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        MultiMarginLoss { reduction, ..self }
    }

    /// The loss of the scores `x` against the class of each example.
    #[track_caller]
    pub fn forward(&self, x: &Var<T>, target: &Tensor<i64>) -> Var<T> {
        let options = ops::MultiMarginLossOptions {
            p: self.p,
            margin: self.margin,
            weight: weights(self.weight.as_ref()),
            reduction: self.reduction,
        };
        report(self, x.multi_margin_loss(target, options))
    }
}

#[cfg(test)]
impl Checked for MultiMarginLoss<f64> {
    fn cases() -> Cases<Self> {
        let call = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &[1, 3].into())];
        let squares = |_: &mut Generator| {
            let loss = MultiMarginLoss::default().p(2).margin(2.2).weight([1.0, 0.5, 1.0, 2.0]);
            loss.reduction(Reduction::None)
        };
        Cases::new(Case::new("mean", |_| MultiMarginLoss::default().margin(0.9), call).input([2, 4]).output([]))
            .case(Case::new("squares", squares, call).input([2, 4]).output([2]).state(["weight [4]"]))
            .rejects("MultiMarginLoss: the power is 3, neither 1 nor 2", |_| {
                let _ = MultiMarginLoss::<f64>::default().p(3);
            })
            .rejects("multi_margin_loss: 2 weights for 3 classes", |_| {
                let loss = MultiMarginLoss::default().weight([1.0, 2.0]);
                let _ = loss.forward(&Var::constant([[0.0; 3]]), &[0].into());
            })
    }
}
