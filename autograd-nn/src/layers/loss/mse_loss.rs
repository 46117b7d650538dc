//! `MseLoss`: the squared error.

use super::Reduction;
use crate::layers::prelude::*;

/// The squared error `(x − target)²`: the loss of a regression with normal noise.
///
/// # Shape
/// `[..] x [..] -> []`, or `[..]` without a reduction; a target of another shape is refused, not broadcast
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::MseLoss;
/// let (x, target) = (Var::leaf([1.0, 4.0]), Var::constant([2.0, 2.0]));
/// let loss = MseLoss::default().forward(&x, &target);
/// assert_eq!(loss.item(), 2.5);
/// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-1.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
#[doc(alias = "MSELoss")]
#[doc(alias = "MeanSquaredError")]
pub struct MseLoss {
    /// What is made of the losses of the elements.
    pub reduction: Reduction,
}

impl MseLoss {
    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        MseLoss { reduction }
    }

    /// The loss of `x` against `target`.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, target: &Var<T>) -> Var<T> {
        report(self, x.mse_loss(target, self.reduction))
    }
}

#[cfg(test)]
impl Checked for MseLoss {
    fn cases() -> Cases<Self> {
        let call = |loss: &MseLoss, x: &[Var<f64>]| vec![loss.forward(&x[0], &x[1])];
        let unreduced = |_: &mut Generator| MseLoss::default().reduction(Reduction::None);
        Cases::new(Case::new("mean", |_| MseLoss::default(), call).input([2, 3]).input([2, 3]).output([]))
            .case(Case::new("unreduced", unreduced, call).input([2, 3]).input([2, 3]).output([2, 3]))
            .rejects("mse_loss: shapes differ", |_| {
                let _ = MseLoss::default().forward(&Var::constant([0.0; 2]), &Var::constant([0.0]));
            })
    }
}
