//! `HuberLoss`: the squared error for small errors, the absolute one for large.

use super::Reduction;
use crate::layers::prelude::*;

/// Half the squared error where it is small, and linear beyond, so that outliers pull with a bounded force.
///
/// With `d = x − target`, `d² / 2` where `|d| ≤ delta`, else `delta (|d| − delta / 2)`.
///
/// # Shape
/// `[..] x [..] -> []`, or `[..]` without a reduction; a target of another shape is refused, not broadcast
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{HuberLoss, Reduction};
/// let (x, target) = (Var::leaf([1.0, 5.0]), Var::constant([0.0, 0.0]));
/// let loss = HuberLoss::default().delta(2.0).reduction(Reduction::Sum).forward(&x, &target);
/// assert_eq!(loss.item(), 0.5 + 8.0);
/// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [1.0, 2.0]);
/// ```
///
/// Source: Huber, "Robust Estimation of a Location Parameter" (1964).
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct HuberLoss {
    /// Where the parabola ends; the largest slope.
    pub delta: f64,
    /// What is made of the losses of the elements.
    pub reduction: Reduction,
}

impl Default for HuberLoss {
    /// A parabola up to 1, and the mean.
    fn default() -> Self {
        HuberLoss { delta: 1.0, reduction: Reduction::Mean }
    }
}

impl HuberLoss {
    /// With a parabola that ends here.
    ///
    /// # Panics
    /// If `delta` is not above 0.
    #[must_use]
    #[track_caller]
    pub fn delta(self, delta: f64) -> Self {
        require!(delta > 0.0, "HuberLoss: delta is {delta}, it must be above 0");
        HuberLoss { delta, ..self }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        HuberLoss { reduction, ..self }
    }

    /// The loss of `x` against `target`.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, target: &Var<T>) -> Var<T> {
        report(self, x.huber_loss(target, T::of(self.delta), self.reduction))
    }
}

#[cfg(test)]
impl Checked for HuberLoss {
    fn cases() -> Cases<Self> {
        let call = |loss: &HuberLoss, x: &[Var<f64>]| vec![loss.forward(&x[0], &x[1])];
        let narrow = |_: &mut Generator| HuberLoss::default().delta(0.5).reduction(Reduction::None);
        Cases::new(
            Case::new("mean", |_| HuberLoss::default(), call).input([2, 3]).input_between([2, 3], -1.9, 2.1).output([]),
        )
        .case(Case::new("narrow", narrow, call).input([2, 3]).input_between([2, 3], -1.9, 2.1).output([2, 3]))
        .rejects("HuberLoss: delta is 0, it must be above 0", |_| {
            let _ = HuberLoss::default().delta(0.0);
        })
    }
}
