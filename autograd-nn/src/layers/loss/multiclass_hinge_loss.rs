//! `MulticlassHingeLoss`: the multi-class support vector machine.

use super::Reduction;
use crate::layers::prelude::*;

/// The loss of the multi-class support vector machine: each wrong class should score less than the right one by `margin`.
///
/// `loss[i] = Σ_j max(0, x[i, j] − x[i, target[i]] + margin)` over the wrong classes `j`. [`MultiMarginLoss`](super::MultiMarginLoss) divides
/// by the number of classes.
///
/// # Shape
/// `[n, c, ..] -> []` for targets `[n, ..]`, or `[n, ..]` without a reduction
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::MulticlassHingeLoss;
/// let x = Var::leaf([[3.2f64, 5.1, -1.7]]);
/// let loss = MulticlassHingeLoss::default().forward(&x, &[0].into());
/// assert!((loss.item() - 2.9f64).abs() < 1e-12);
/// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-1.0, 1.0, 0.0]);
/// ```
///
/// Source: Weston and Watkins, "Support Vector Machines for Multi-Class Pattern Recognition" (1999).
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
#[doc(alias = "svm_loss")]
#[doc(alias = "CategoricalHinge")]
pub struct MulticlassHingeLoss {
    /// By how much the right class should win.
    pub margin: f64,
    /// What is made of the losses of the examples.
    pub reduction: Reduction,
}

impl Default for MulticlassHingeLoss {
    /// A margin of 1, and the mean.
    fn default() -> Self {
        MulticlassHingeLoss { margin: 1.0, reduction: Reduction::Mean }
    }
}

impl MulticlassHingeLoss {
    /// With another margin.
    #[must_use]
    pub fn margin(self, margin: f64) -> Self {
        MulticlassHingeLoss { margin, ..self }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        MulticlassHingeLoss { reduction, ..self }
    }

    /// The loss of the scores `x` against the class of each example.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, target: &Tensor<i64>) -> Var<T> {
        report(self, x.multiclass_hinge_loss(target, T::of(self.margin), self.reduction))
    }
}

#[cfg(test)]
impl Checked for MulticlassHingeLoss {
    fn cases() -> Cases<Self> {
        let call = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &[1, 3].into())];
        let wide = |_: &mut Generator| MulticlassHingeLoss::default().margin(2.2).reduction(Reduction::None);
        Cases::new(Case::new("mean", |_| MulticlassHingeLoss::default().margin(0.9), call).input([2, 4]).output([]))
            .case(Case::new("wide", wide, call).input([2, 4]).output([2]))
            .rejects("multiclass_hinge_loss: class 3 at [0] is none of the 3", |_| {
                let _ = MulticlassHingeLoss::default().forward(&Var::constant([[0.0; 3]]), &[3].into());
            })
    }
}
