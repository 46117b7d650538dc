//! `CosineEmbeddingLoss`: small angles for what is alike, large ones for what is not.

use super::Reduction;
use crate::layers::prelude::*;

/// The loss of pairs of vectors that are alike (sign 1) and should have one direction, or not alike (sign −1) and should have a cosine of
/// at most `margin`.
///
/// `1 − cos(a, b)` for sign 1, `max(0, cos(a, b) − margin)` for sign −1
///
/// # Shape
/// `[.., d] x [.., d] -> []` for signs `[..]`, or `[..]` without a reduction; the shapes are the same
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{CosineEmbeddingLoss, Reduction};
/// let (a, b) = (Var::leaf([[3.0f64, 4.0], [0.0, 2.0]]), Var::constant([[0.0, 5.0], [1.0, 0.0]]));
/// let loss = CosineEmbeddingLoss::default().reduction(Reduction::Sum).forward(&a, &b, &[1, -1].into());
/// assert!((loss.item() - 0.2f64).abs() < 1e-12);
/// let da = loss.backward().get(&a).unwrap().to_vec();
/// assert!((da[0] - 0.096).abs() < 1e-12 && (da[1] + 0.072).abs() < 1e-12);
/// assert_eq!(da[2..], [0.0, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct CosineEmbeddingLoss {
    /// The cosine that what is not alike may have; 0 unless this is said.
    pub margin: f64,
    /// What is made of the losses of the pairs.
    pub reduction: Reduction,
}

impl CosineEmbeddingLoss {
    /// With another margin than 0; of use are those from −1 to 1, and best from 0 to 0.5.
    #[must_use]
    pub fn margin(self, margin: f64) -> Self {
        CosineEmbeddingLoss { margin, ..self }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        CosineEmbeddingLoss { reduction, ..self }
    }

    /// The loss of the vectors of `x` and `other` against the signs `target`.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, other: &Var<T>, target: &Tensor<i64>) -> Var<T> {
        report(self, x.cosine_embedding_loss(other, target, T::of(self.margin), self.reduction))
    }
}

#[cfg(test)]
impl Checked for CosineEmbeddingLoss {
    fn cases() -> Cases<Self> {
        let call = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &x[1], &[1, -1, -1].into())];
        let wide = |_: &mut Generator| CosineEmbeddingLoss::default().margin(0.3).reduction(Reduction::None);
        Cases::new(Case::new("mean", |_| CosineEmbeddingLoss::default(), call).input([3, 2]).input([3, 2]).output([]))
            .case(Case::new("wide", wide, call).input([3, 2]).input([3, 2]).output([3]))
            .rejects("cosine_embedding_loss: sign 0 at [0] is neither 1 nor -1", |_| {
                let x = Var::constant([[1.0, 0.0]]);
                let _ = CosineEmbeddingLoss::default().forward(&x, &x, &[0].into());
            })
    }
}
