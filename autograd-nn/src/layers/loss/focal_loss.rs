//! `FocalLoss`: yes or no where few of many are a yes, as in the detection of objects.

use super::Reduction;
use super::shared::{reduced, same_shape};
use crate::layers::prelude::*;

/// The cross entropy of scores with yes (1) or no (0), in which what is right already hardly counts: easy examples, be there ever so many,
/// do not drown the few hard ones.
///
/// `α_t · (1 − p_t)^γ · (−log p_t)`, where `p_t` is the probability `σ(x)` for a yes and `1 − σ(x)` for a no, and `α_t` likewise `alpha` or
/// `1 − alpha`. For a target between, `1 − p_t` and `α_t` are the mixtures of both. No score is too large.
///
/// Detectors take the [sum](Reduction::Sum) and divide it by the number of boxes that are an object.
///
/// # Shape
/// `[..] x [..] -> []`, or `[..]` without a reduction; the shapes are the same
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{FocalLoss, Reduction};
/// let (x, target) = (Var::leaf([0.0, -3f64.ln()]), Var::constant([1.0, 0.0]));
/// let loss = FocalLoss::default().reduction(Reduction::None).forward(&x, &target);
/// // Probabilities of the truth 1/2 and 3/4.
/// let expected = [0.25 * 0.25 * 2f64.ln(), 0.75 * 0.0625 * (4.0f64 / 3.0).ln()];
/// assert!(loss.to_vec().iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-15));
/// let dx = loss.sum().backward().get(&x).unwrap().to_vec();
/// assert!((dx[0] + 0.25 * (0.25 * 2f64.ln() + 0.125)).abs() < 1e-15);
/// ```
///
/// Source: Lin, Goyal, Girshick, He and Dollár, "Focal Loss for Dense Object Detection" (2017), equation 5.
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
#[doc(alias = "sigmoid_focal_loss")]
#[doc(alias = "BinaryFocalCrossentropy")]
pub struct FocalLoss {
    /// How much a yes counts, from 0 to 1; a no counts the rest. Without it both count 1.
    pub alpha: Option<f64>,
    /// How fast what is right ceases to count; at 0 it counts in full.
    pub gamma: f64,
    /// What is made of the losses of the elements.
    pub reduction: Reduction,
}

impl Default for FocalLoss {
    /// `alpha` 1/4 and `gamma` 2, as in the paper, and the mean.
    fn default() -> Self {
        FocalLoss { alpha: Some(0.25), gamma: 2.0, reduction: Reduction::Mean }
    }
}

impl FocalLoss {
    /// With a yes that counts so much, and a no that counts the rest.
    ///
    /// # Panics
    /// If it is not from 0 to 1.
    #[must_use]
    #[track_caller]
    pub fn alpha(self, alpha: f64) -> Self {
        require!((0.0..=1.0).contains(&alpha), "FocalLoss: alpha is {alpha}, not from 0 to 1");
        FocalLoss { alpha: Some(alpha), ..self }
    }

    /// With a yes and a no that both count 1.
    #[must_use]
    pub fn without_alpha(self) -> Self {
        FocalLoss { alpha: None, ..self }
    }

    /// With another power.
    ///
    /// # Panics
    /// If it is negative or NaN.
    #[must_use]
    #[track_caller]
    pub fn gamma(self, gamma: f64) -> Self {
        require!(gamma >= 0.0, "FocalLoss: gamma is {gamma}, it must be at least 0");
        FocalLoss { gamma, ..self }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        FocalLoss { reduction, ..self }
    }

    /// The loss of the scores `x` against `target`.
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, target: &Var<T>) -> Var<T> {
        same_shape("FocalLoss", x.shape(), target.shape());
        let options = ops::BinaryCrossEntropyOptions::new().reduction(Reduction::None);
        let mut losses = x.binary_cross_entropy_with_logits(target, options);
        let no = target.rsub_scalar(T::one());
        if self.gamma != 0.0 {
            // Both sigmoids are exact where they are small, which 1 − p_t would not be.
            let wrong = x.sigmoid() * &no + (-x).sigmoid() * target;
            // A power below 1 has no slope at 0, where a large score that is right rounds to: the slope there is 0.
            losses *= wrong.clamp(Some(T::min_positive_value()), None).pow_scalar(T::of(self.gamma));
        }
        if let Some(alpha) = self.alpha {
            losses *= target * T::of(alpha) + no * T::of(1.0 - alpha);
        }
        report(self, reduced(losses, self.reduction))
    }
}

#[cfg(test)]
impl Checked for FocalLoss {
    fn cases() -> Cases<Self> {
        let call = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &x[1])];
        let operands = |case: Case<Self>| case.input([2, 3]).input_between([2, 3], 0.0, 1.0);
        let other = |_: &mut Generator| FocalLoss::default().without_alpha().gamma(0.5).reduction(Reduction::None);
        let flat = |_: &mut Generator| FocalLoss::default().alpha(0.5).gamma(0.0).reduction(Reduction::Sum);
        Cases::new(operands(Case::new("mean", |_| FocalLoss::default(), call)).output([]))
            .case(operands(Case::new("another power", other, call)).output([2, 3]))
            .case(operands(Case::new("no power", flat, call)).output([]))
            .rejects("FocalLoss: alpha is 2, not from 0 to 1", |_| {
                let _ = FocalLoss::default().alpha(2.0);
            })
            .rejects("FocalLoss: gamma is -1, it must be at least 0", |_| {
                let _ = FocalLoss::default().gamma(-1.0);
            })
            .rejects("FocalLoss: x has shape [2], the target [1]", |_| {
                let _ = FocalLoss::default().forward(&Var::constant([0.0; 2]), &Var::constant([0.0]));
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_power_it_is_the_cross_entropy_with_half_of_which_each_counts() {
        let (x, target) = (Var::constant([0.3, -2.0, 5.0]), Var::constant([1.0, 0.0, 0.0]));
        let entropy = crate::BceWithLogitsLoss::default().forward(&x, &target).item();
        assert_eq!(FocalLoss::default().without_alpha().gamma(0.0).forward(&x, &target).item(), entropy);
        assert_eq!(FocalLoss::default().alpha(0.5).gamma(0.0).forward(&x, &target).item(), entropy / 2.0);
    }

    #[test]
    fn no_score_is_too_large() {
        for gamma in [0.5, 1.0, 2.0] {
            let (x, target) = (Var::leaf([-2000.0, 2000.0, -2000.0]), Var::constant([0.0, 1.0, 1.0]));
            let loss = FocalLoss::default().without_alpha().gamma(gamma).reduction(Reduction::None);
            let losses = loss.forward(&x, &target);
            assert_eq!(losses.to_vec(), [0.0, 0.0, 2000.0]);
            assert_eq!(losses.sum().backward().get(&x).unwrap().to_vec(), [0.0, 0.0, -1.0], "gamma {gamma}");
        }
    }
}
