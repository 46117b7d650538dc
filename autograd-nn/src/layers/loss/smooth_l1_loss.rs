//! `SmoothL1Loss`: a parabola around 0 and the absolute error beyond.

use super::Reduction;
use crate::layers::prelude::*;

/// The absolute error with its kink rounded off: a parabola where the error is below `beta`.
///
/// With `d = x − target`, `d² / (2 beta)` where `|d| < beta`, else `|d| − beta / 2`. The slope never exceeds 1; [`HuberLoss`](super::HuberLoss)
/// is `beta` times this.
///
/// # Shape
/// `[..] x [..] -> []`, or `[..]` without a reduction; a target of another shape is refused, not broadcast
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Reduction, SmoothL1Loss};
/// let (x, target) = (Var::leaf([1.0, 5.0]), Var::constant([0.0, 0.0]));
/// let loss = SmoothL1Loss::default().beta(2.0).reduction(Reduction::Sum).forward(&x, &target);
/// assert_eq!(loss.item(), 0.25 + 4.0);
/// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [0.5, 1.0]);
/// ```
///
/// Source: Girshick, "Fast R-CNN" (2015), equation 3.
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct SmoothL1Loss {
    /// Where the parabola ends.
    pub beta: f64,
    /// What is made of the losses of the elements.
    pub reduction: Reduction,
}

impl Default for SmoothL1Loss {
    /// A parabola up to 1, and the mean.
    fn default() -> Self {
        SmoothL1Loss { beta: 1.0, reduction: Reduction::Mean }
    }
}

impl SmoothL1Loss {
    /// With a parabola that ends here; at 0 there is none, which is [`L1Loss`](super::L1Loss).
    ///
    /// # Panics
    /// If `beta` is negative or NaN.
    #[must_use]
    #[track_caller]
    pub fn beta(self, beta: f64) -> Self {
        require!(beta >= 0.0, "SmoothL1Loss: beta is {beta}, it must be at least 0");
        SmoothL1Loss { beta, ..self }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        SmoothL1Loss { reduction, ..self }
    }

    /// The loss of `x` against `target`.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, target: &Var<T>) -> Var<T> {
        report(self, x.smooth_l1_loss(target, T::of(self.beta), self.reduction))
    }
}

#[cfg(test)]
impl Checked for SmoothL1Loss {
    fn cases() -> Cases<Self> {
        let call = |loss: &SmoothL1Loss, x: &[Var<f64>]| vec![loss.forward(&x[0], &x[1])];
        let narrow = |_: &mut Generator| SmoothL1Loss::default().beta(0.5).reduction(Reduction::None);
        Cases::new(
            Case::new("mean", |_| SmoothL1Loss::default(), call)
                .input([2, 3])
                .input_between([2, 3], -1.9, 2.1)
                .output([]),
        )
        .case(Case::new("narrow", narrow, call).input([2, 3]).input_between([2, 3], -1.9, 2.1).output([2, 3]))
        .rejects("SmoothL1Loss: beta is -1, it must be at least 0", |_| {
            let _ = SmoothL1Loss::default().beta(-1.0);
        })
    }
}
