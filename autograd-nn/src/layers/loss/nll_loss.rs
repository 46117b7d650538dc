//! `NllLoss`: minus the log-probability of each example's class.

use super::Reduction;
use super::shared::{class_weight, weights};
use crate::layers::prelude::*;

/// The negative log-likelihood: minus the log-probability of each example's class, as [`LogSoftmax`](crate::LogSoftmax) gives it.
///
/// `loss[i] = −weight[target[i]] · x[i, target[i]]`. The mean divides by the sum of the weights of the targets.
///
/// # Shape
/// `[n, c, ..] -> []` for targets `[n, ..]`, or `[n, ..]` without a reduction
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::NllLoss;
/// let x = Var::leaf([[0.25f64.ln(), 0.75f64.ln()], [0.5f64.ln(), 0.5f64.ln()]]);
/// let loss = NllLoss::default().forward(&x, &[0, 1].into());
/// assert_eq!(loss.item(), -(0.25f64.ln() + 0.5f64.ln()) / 2.0);
/// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-0.5, 0.0, 0.0, -0.5]);
/// ```
#[derive(Debug, Module)]
#[doc(alias = "NLLLoss")]
pub struct NllLoss<T: Real = f32> {
    /// How much each class counts, of shape `[c]`; each 1 if there is none.
    pub weight: Option<Buffer<T>>,
    /// The class of examples that do not count.
    pub ignore_index: i64,
    /// What is made of the losses of the examples.
    #[module(skip)]
    pub reduction: Reduction,
}

impl<T: Real> Default for NllLoss<T> {
    /// Classes that all count 1; examples of class -100 do not count; the mean.
    fn default() -> Self {
        NllLoss { weight: None, ignore_index: -100, reduction: Reduction::Mean }
    }
}

impl<T: Real> NllLoss<T> {
    /// With classes that count so much.
    ///
    /// # Panics
    /// If the weight is no vector.
    #[must_use]
    #[track_caller]
    pub fn weight(self, weight: impl Into<Tensor<T>>) -> Self {
        NllLoss { weight: class_weight("NllLoss", weight), ..self }
    }

    /// Without the examples of this class, which need not be one of the classes.
    #[must_use]
    pub fn ignore_index(self, ignore_index: i64) -> Self {
        NllLoss { ignore_index, ..self }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        NllLoss { reduction, ..self }
    }

    /// The loss of the log-probabilities `x` against the class of each example.
    #[track_caller]
    pub fn forward(&self, x: &Var<T>, target: &Tensor<i64>) -> Var<T> {
        let options = ops::NllLossOptions {
            weight: weights(self.weight.as_ref()),
            ignore_index: Some(self.ignore_index),
            reduction: self.reduction,
        };
        report(self, x.nll_loss(target, options))
    }
}

#[cfg(test)]
impl Checked for NllLoss<f64> {
    fn cases() -> Cases<Self> {
        let call = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &[2, -100, 0].into())];
        let weighted = |_: &mut Generator| NllLoss::default().weight([0.5, 2.0, 1.0]).reduction(Reduction::None);
        Cases::new(Case::new("mean", |_| NllLoss::default(), call).input([3, 3]).output([]))
            .case(Case::new("weighted", weighted, call).input([3, 3]).output([3]).state(["weight [3]"]))
            .rejects("nll_loss: class 3 at [0] is none of the 3", |_| {
                let _ = NllLoss::default().forward(&Var::constant([[0.0; 3]]), &[3].into());
            })
            .rejects("NllLoss: the weight has shape [1, 2], it needs one number for each class", |_| {
                let _ = NllLoss::<f64>::default().weight([[1.0, 2.0]]);
            })
    }
}
