//! `BceWithLogitsLoss`: the loss of yes or no, straight from scores.

use super::Reduction;
use crate::layers::prelude::*;

/// The cross entropy of scores (logits) with what happened, yes (1), no (0) or a share between: the sigmoid is within.
///
/// `weight · (pos_weight · target · softplus(−x) + (1 − target) · softplus(x))` with `softplus(x) = log(1 + eˣ)`. No score is too large.
///
/// # Shape
/// `[..] x [..] -> []`, or `[..]` without a reduction; the shapes are the same, both weights broadcast to them
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::BceWithLogitsLoss;
/// let (x, target) = (Var::leaf([0.0, 800.0]), Var::constant([1.0, 0.0]));
/// let loss = BceWithLogitsLoss::default().pos_weight(3.0).forward(&x, &target);
/// assert_eq!(loss.item(), (3.0 * 2f64.ln() + 800.0) / 2.0);
/// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-0.75, 0.5]);
/// ```
#[derive(Debug, Module)]
#[doc(alias = "BCEWithLogitsLoss")]
#[doc(alias = "sigmoid_cross_entropy")]
pub struct BceWithLogitsLoss<T: Real = f32> {
    /// How much each element counts; each 1 if there is none.
    pub weight: Option<Buffer<T>>,
    /// How much a yes counts against a no: above 1 where few things happen and none should be missed.
    pub pos_weight: Option<Buffer<T>>,
    /// What is made of the losses of the elements.
    #[module(skip)]
    pub reduction: Reduction,
}

impl<T: Real> Default for BceWithLogitsLoss<T> {
    /// Elements that all count 1, and the mean.
    fn default() -> Self {
        BceWithLogitsLoss { weight: None, pos_weight: None, reduction: Reduction::Mean }
    }
}

impl<T: Real> BceWithLogitsLoss<T> {
    /// With elements that count so much; it broadcasts.
    #[must_use]
    pub fn weight(self, weight: impl Into<Tensor<T>>) -> Self {
        BceWithLogitsLoss { weight: Some(Buffer::new(weight)), ..self }
    }

    /// With a yes that counts so much; it broadcasts, so that a vector has one for each class of the last axis.
    #[must_use]
    pub fn pos_weight(self, pos_weight: impl Into<Tensor<T>>) -> Self {
        BceWithLogitsLoss { pos_weight: Some(Buffer::new(pos_weight)), ..self }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        BceWithLogitsLoss { reduction, ..self }
    }

    /// The loss of the scores `x` against `target`.
    #[track_caller]
    pub fn forward(&self, x: &Var<T>, target: &Var<T>) -> Var<T> {
        let double = |weight: &Buffer<T>| weight.value().cast::<f64>();
        let options = ops::BinaryCrossEntropyOptions {
            weight: self.weight.as_ref().map(double),
            pos_weight: self.pos_weight.as_ref().map(double),
            reduction: self.reduction,
        };
        report(self, x.binary_cross_entropy_with_logits(target, options))
    }
}

#[cfg(test)]
impl Checked for BceWithLogitsLoss<f64> {
    fn cases() -> Cases<Self> {
        let call = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &x[1])];
        let weighted = |_: &mut Generator| {
            let loss = BceWithLogitsLoss::default().weight([[0.5], [2.0]]).pos_weight([1.0, 3.0, 2.0]);
            loss.reduction(Reduction::None)
        };
        let operands = |case: Case<Self>| case.input([2, 3]).input_between([2, 3], 0.0, 1.0);
        Cases::new(operands(Case::new("mean", |_| BceWithLogitsLoss::default(), call)).output([]))
            .case(
                operands(Case::new("weighted", weighted, call))
                    .output([2, 3])
                    .state(["weight [2, 1]", "pos_weight [3]"]),
            )
            .rejects("binary_cross_entropy_with_logits: ", |_| {
                let loss = BceWithLogitsLoss::default().pos_weight([1.0, 2.0, 3.0]);
                let _ = loss.forward(&Var::constant([0.5; 2]), &Var::constant([0.5; 2]));
            })
    }
}
