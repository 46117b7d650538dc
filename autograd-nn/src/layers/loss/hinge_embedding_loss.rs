//! `HingeEmbeddingLoss`: small distances for what is alike, large ones for what is not.

use super::Reduction;
use crate::layers::prelude::*;

/// The loss of distances between pairs that are alike (sign 1) and should be close, or not alike (sign −1) and should be at least `margin`
/// apart.
///
/// `x` for sign 1, `max(0, margin − x)` for sign −1
///
/// # Shape
/// `[..] -> []` for signs `[..]`, or `[..]` without a reduction
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{HingeEmbeddingLoss, Reduction};
/// let distance = Var::leaf([0.5, 0.25, 3.0]);
/// let loss = HingeEmbeddingLoss::default().reduction(Reduction::Sum).forward(&distance, &[1, -1, -1].into());
/// assert_eq!(loss.item(), 0.5 + 0.75);
/// assert_eq!(loss.backward().get(&distance).unwrap().to_vec(), [1.0, -1.0, 0.0]);
/// ```
///
/// Source: Hadsell, Chopra and LeCun, "Dimensionality Reduction by Learning an Invariant Mapping" (2006), without the squares.
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
#[doc(alias = "contrastive_loss")]
pub struct HingeEmbeddingLoss {
    /// How far apart what is not alike should be.
    pub margin: f64,
    /// What is made of the losses of the pairs.
    pub reduction: Reduction,
}

impl Default for HingeEmbeddingLoss {
    /// A margin of 1, and the mean.
    fn default() -> Self {
        HingeEmbeddingLoss { margin: 1.0, reduction: Reduction::Mean }
    }
}

impl HingeEmbeddingLoss {
    /// With another margin.
    #[must_use]
    pub fn margin(self, margin: f64) -> Self {
        HingeEmbeddingLoss { margin, ..self }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        HingeEmbeddingLoss { reduction, ..self }
    }

    /// The loss of the distances `x` against the signs `target`.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, target: &Tensor<i64>) -> Var<T> {
        report(self, x.hinge_embedding_loss(target, T::of(self.margin), self.reduction))
    }
}

#[cfg(test)]
impl Checked for HingeEmbeddingLoss {
    fn cases() -> Cases<Self> {
        let call = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &[[1, -1, 1], [-1, -1, 1]].into())];
        let wide = |_: &mut Generator| HingeEmbeddingLoss::default().margin(1.5).reduction(Reduction::None);
        Cases::new(Case::new("mean", |_| HingeEmbeddingLoss::default(), call).input([2, 3]).output([]))
            .case(Case::new("wide", wide, call).input([2, 3]).output([2, 3]))
            .rejects("hinge_embedding_loss: the signs have shape [1], they need [2]", |_| {
                let _ = HingeEmbeddingLoss::default().forward(&Var::constant([0.0; 2]), &[1].into());
            })
    }
}
