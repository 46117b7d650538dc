//! `MarginRankingLoss`: which of two should score higher.

use super::Reduction;
use crate::layers::prelude::*;

/// The loss of pairs of scores of which the first (sign 1) or the second (sign −1) should be higher by `margin`:
/// `max(0, margin − target · (x − other))`.
///
/// # Shape
/// `[..] x [..] -> []` for signs `[..]`, or `[..]` without a reduction; the shapes are the same
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{MarginRankingLoss, Reduction};
/// let (a, b) = (Var::leaf([1.0, 1.0]), Var::leaf([0.25, 0.25]));
/// let loss = MarginRankingLoss::default().margin(0.5).reduction(Reduction::Sum).forward(&a, &b, &[1, -1].into());
/// assert_eq!(loss.item(), 0.0 + 1.25);
/// assert_eq!(loss.backward().get(&b).unwrap().to_vec(), [0.0, -1.0]);
/// ```
///
/// Source: Herbrich, Graepel and Obermayer, "Large Margin Rank Boundaries for Ordinal Regression" (2000).
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
#[doc(alias = "pairwise_ranking")]
pub struct MarginRankingLoss {
    /// By how much the higher should be higher; 0 unless this is said.
    pub margin: f64,
    /// What is made of the losses of the pairs.
    pub reduction: Reduction,
}

impl MarginRankingLoss {
    /// With another margin than 0.
    #[must_use]
    pub fn margin(self, margin: f64) -> Self {
        MarginRankingLoss { margin, ..self }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        MarginRankingLoss { reduction, ..self }
    }

    /// The loss of the scores `x` and `other` against the signs `target`.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, other: &Var<T>, target: &Tensor<i64>) -> Var<T> {
        report(self, x.margin_ranking_loss(other, target, T::of(self.margin), self.reduction))
    }
}

#[cfg(test)]
impl Checked for MarginRankingLoss {
    fn cases() -> Cases<Self> {
        let call = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &x[1], &[[1, -1, 1], [-1, -1, 1]].into())];
        let operands = |case: Case<Self>| case.input([2, 3]).input_between([2, 3], -1.9, 2.1);
        let wide = |_: &mut Generator| MarginRankingLoss::default().margin(0.3).reduction(Reduction::None);
        Cases::new(operands(Case::new("mean", |_| MarginRankingLoss::default(), call)).output([]))
            .case(operands(Case::new("wide", wide, call)).output([2, 3]))
            .rejects("margin_ranking_loss: sign 2 at [0] is neither 1 nor -1", |_| {
                let x = Var::constant([0.0]);
                let _ = MarginRankingLoss::default().forward(&x, &x, &[2].into());
            })
    }
}
