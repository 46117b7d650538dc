//! `SoftMarginLoss`: the logistic loss with signs for yes and no.

use super::Reduction;
use crate::layers::prelude::*;

/// The logistic loss of scores with a sign for each, 1 for yes and −1 for no: `log(1 + exp(−target · x))`.
///
/// # Shape
/// `[..] -> []` for signs `[..]`, or `[..]` without a reduction
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Reduction, SoftMarginLoss};
/// let x = Var::leaf([0.0, 800.0]);
/// let loss = SoftMarginLoss::default().reduction(Reduction::Sum).forward(&x, &[1, -1].into());
/// assert_eq!(loss.item(), 2f64.ln() + 800.0);
/// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-0.5, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
#[doc(alias = "logistic_loss")]
pub struct SoftMarginLoss {
    /// What is made of the losses of the elements.
    pub reduction: Reduction,
}

impl SoftMarginLoss {
    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        SoftMarginLoss { reduction }
    }

    /// The loss of the scores `x` against the signs `target`.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, target: &Tensor<i64>) -> Var<T> {
        report(self, x.soft_margin_loss(target, self.reduction))
    }
}

#[cfg(test)]
impl Checked for SoftMarginLoss {
    fn cases() -> Cases<Self> {
        let call = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &[[1, -1, 1], [-1, -1, 1]].into())];
        let unreduced = |_: &mut Generator| SoftMarginLoss::default().reduction(Reduction::None);
        Cases::new(Case::new("mean", |_| SoftMarginLoss::default(), call).input([2, 3]).output([]))
            .case(Case::new("unreduced", unreduced, call).input([2, 3]).output([2, 3]))
            .rejects("soft_margin_loss: sign 0 at [1] is neither 1 nor -1", |_| {
                let _ = SoftMarginLoss::default().forward(&Var::constant([0.0; 2]), &[1, 0].into());
            })
    }
}
