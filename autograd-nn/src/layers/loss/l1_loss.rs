//! `L1Loss`: the absolute error.

use super::Reduction;
use crate::layers::prelude::*;

/// The absolute error `|x − target|`: the loss of a regression to the median, which outliers pull no harder than others.
///
/// # Shape
/// `[..] x [..] -> []`, or `[..]` without a reduction; a target of another shape is refused, not broadcast
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::L1Loss;
/// let (x, target) = (Var::leaf([1.0, 4.0]), Var::constant([2.0, 2.0]));
/// let loss = L1Loss::default().forward(&x, &target);
/// assert_eq!(loss.item(), 1.5);
/// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-0.5, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
#[doc(alias = "MAE")]
#[doc(alias = "MeanAbsoluteError")]
pub struct L1Loss {
    /// What is made of the losses of the elements.
    pub reduction: Reduction,
}

impl L1Loss {
    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        L1Loss { reduction }
    }

    /// The loss of `x` against `target`.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, target: &Var<T>) -> Var<T> {
        report(self, x.l1_loss(target, self.reduction))
    }
}

#[cfg(test)]
impl Checked for L1Loss {
    fn cases() -> Cases<Self> {
        let call = |loss: &L1Loss, x: &[Var<f64>]| vec![loss.forward(&x[0], &x[1])];
        // The targets lie between the inputs: at equality there is a kink.
        let unreduced = |_: &mut Generator| L1Loss::default().reduction(Reduction::None);
        Cases::new(
            Case::new("mean", |_| L1Loss::default(), call).input([2, 3]).input_between([2, 3], -1.9, 2.1).output([]),
        )
        .case(Case::new("unreduced", unreduced, call).input([2, 3]).input_between([2, 3], -1.9, 2.1).output([2, 3]))
        .rejects("l1_loss: shapes differ", |_| {
            let _ = L1Loss::default().forward(&Var::constant([0.0; 2]), &Var::constant([0.0]));
        })
    }
}
