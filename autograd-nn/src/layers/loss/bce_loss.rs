//! `BceLoss`: the loss of yes or no, from probabilities.

use super::Reduction;
use super::shared::reduced;
use crate::layers::prelude::*;

/// The cross entropy of probabilities with what happened, yes (1), no (0) or a share between.
///
/// `weight · (−target · log x − (1 − target) · log(1 − x))`, each logarithm at least −100. From scores,
/// [`BceWithLogitsLoss`](super::BceWithLogitsLoss) is exact where a probability rounds to 0 or 1.
///
/// # Shape
/// `[..] x [..] -> []`, or `[..]` without a reduction; the shapes are the same, the weight broadcasts to them
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{BceLoss, Reduction};
/// let (x, target) = (Var::leaf([0.25, 0.5]), Var::constant([1.0, 0.0]));
/// let loss = BceLoss::default().weight([1.0, 3.0]).reduction(Reduction::Sum).forward(&x, &target);
/// assert_eq!(loss.item(), 4f64.ln() + 3.0 * 2f64.ln());
/// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-4.0, 6.0]);
/// ```
#[derive(Debug, Module)]
#[doc(alias = "BCELoss")]
#[doc(alias = "BinaryCrossentropy")]
pub struct BceLoss<T: Real = f32> {
    /// How much each element counts; each 1 if there is none.
    pub weight: Option<Buffer<T>>,
    /// What is made of the losses of the elements.
    #[module(skip)]
    pub reduction: Reduction,
}

impl<T: Real> Default for BceLoss<T> {
    /// Elements that all count 1, and the mean.
    fn default() -> Self {
        BceLoss { weight: None, reduction: Reduction::Mean }
    }
}

impl<T: Real> BceLoss<T> {
    /// With elements that count so much; it broadcasts.
    #[must_use]
    pub fn weight(self, weight: impl Into<Tensor<T>>) -> Self {
        BceLoss { weight: Some(Buffer::new(weight)), ..self }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        BceLoss { reduction, ..self }
    }

    /// The loss of the probabilities `x` against `target`.
    ///
    /// # Panics
    /// If the shapes differ, or the weight does not broadcast to them.
    #[track_caller]
    pub fn forward(&self, x: &Var<T>, target: &Var<T>) -> Var<T> {
        let Some(weight) = &self.weight else {
            return report(self, x.binary_cross_entropy(target, self.reduction));
        };
        let losses = x.binary_cross_entropy(target, Reduction::None);
        let (weight, shape) = (weight.value(), losses.shape());
        let fits = weight.shape().broadcast(shape).is_ok_and(|common| common == *shape);
        require!(fits, "BceLoss: the weight has shape {}, it does not broadcast to {shape}", weight.shape());
        report(self, reduced(losses * Var::constant(weight), self.reduction))
    }
}

#[cfg(test)]
impl Checked for BceLoss<f64> {
    fn cases() -> Cases<Self> {
        let call = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &x[1])];
        let operands = |case: Case<Self>| case.input_between([2, 3], 0.1, 0.9).input_between([2, 3], 0.0, 1.0);
        let weighted = |_: &mut Generator| BceLoss::default().weight([0.5, 2.0, 1.0]).reduction(Reduction::BatchMean);
        Cases::new(operands(Case::new("mean", |_| BceLoss::default(), call)).output([]))
            .case(operands(Case::new("weighted", weighted, call)).output([]).state(["weight [3]"]))
            .rejects("binary_cross_entropy: shapes differ", |_| {
                let _ = BceLoss::default().forward(&Var::constant([0.5; 2]), &Var::constant([0.5]));
            })
            .rejects("BceLoss: the weight has shape [2, 1], it does not broadcast to [2]", |_| {
                let loss = BceLoss::default().weight([[1.0], [2.0]]);
                let _ = loss.forward(&Var::constant([0.5; 2]), &Var::constant([0.5; 2]));
            })
    }
}
