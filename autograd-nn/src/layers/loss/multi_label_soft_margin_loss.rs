//! `MultiLabelSoftMarginLoss`: a yes or no for each class, averaged over classes.

use super::Reduction;
use super::shared::{class_weight, reduced, same_shape};
use crate::layers::prelude::*;

/// The loss of a yes or no for each class of an example, averaged over the classes.
///
/// `loss[i] = Σ_c weight[c] · (target[i, c] · softplus(−x[i, c]) + (1 − target[i, c]) · softplus(x[i, c])) / c`
///
/// # Shape
/// `[.., c] x [.., c] -> []`, or `[..]` without a reduction; the shapes are the same
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::MultiLabelSoftMarginLoss;
/// let (x, target) = (Var::leaf([[0.0, 800.0]]), Var::constant([[1.0, 0.0]]));
/// let loss = MultiLabelSoftMarginLoss::default().forward(&x, &target);
/// assert_eq!(loss.item(), (2f64.ln() + 800.0) / 2.0);
/// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-0.25, 0.5]);
/// ```
#[derive(Debug, Module)]
pub struct MultiLabelSoftMarginLoss<T: Real = f32> {
    /// How much each class counts, of shape `[c]`; each 1 if there is none.
    pub weight: Option<Buffer<T>>,
    /// What is made of the losses of the examples.
    #[module(skip)]
    pub reduction: Reduction,
}

impl<T: Real> Default for MultiLabelSoftMarginLoss<T> {
    /// Classes that all count 1, and the mean.
    fn default() -> Self {
        MultiLabelSoftMarginLoss { weight: None, reduction: Reduction::Mean }
    }
}

impl<T: Real> MultiLabelSoftMarginLoss<T> {
    /// With classes that count so much.
    ///
    /// # Panics
    /// If the weight is no vector.
    #[must_use]
    #[track_caller]
    pub fn weight(self, weight: impl Into<Tensor<T>>) -> Self {
        MultiLabelSoftMarginLoss { weight: class_weight("MultiLabelSoftMarginLoss", weight), ..self }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        MultiLabelSoftMarginLoss { reduction, ..self }
    }

    /// The loss of the scores `x` against a yes (1) or no (0) for each class.
    ///
    /// # Panics
    /// If the shapes differ, there is no axis of classes, or the weight is not one for each.
    #[track_caller]
    pub fn forward(&self, x: &Var<T>, target: &Var<T>) -> Var<T> {
        same_shape("MultiLabelSoftMarginLoss", x.shape(), target.shape());
        let options = ops::BinaryCrossEntropyOptions {
            weight: self.weight.as_ref().map(|weight| weight.value().cast()),
            pos_weight: None,
            reduction: Reduction::None,
        };
        let losses = x.binary_cross_entropy_with_logits(target, options).mean_axes(-1, false);
        report(self, reduced(losses, self.reduction))
    }
}

#[cfg(test)]
impl Checked for MultiLabelSoftMarginLoss<f64> {
    fn cases() -> Cases<Self> {
        let call = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &x[1])];
        let weighted =
            |_: &mut Generator| MultiLabelSoftMarginLoss::default().weight([0.5, 2.0, 1.0]).reduction(Reduction::None);
        let operands = |case: Case<Self>| case.input([2, 3]).input_between([2, 3], 0.0, 1.0);
        Cases::new(operands(Case::new("mean", |_| MultiLabelSoftMarginLoss::default(), call)).output([]))
            .case(operands(Case::new("weighted", weighted, call)).output([2]).state(["weight [3]"]))
            .rejects("MultiLabelSoftMarginLoss: x has shape [1, 3], the target [1, 2]", |_| {
                let loss = MultiLabelSoftMarginLoss::default();
                let _ = loss.forward(&Var::constant([[0.0; 3]]), &Var::constant([[0.0; 2]]));
            })
    }
}
