//! `cosine_embedding_loss`: small angles for what is alike, large ones for what is not.

use super::checks::{accept, signs, without_last};
use super::reduction::Reduction;
use crate::ops::prelude::*;

/// What is added to each square of a length.
const EPS: f64 = 1e-12;

impl<T: Real> Var<T> {
    /// The loss of pairs of vectors, along the last axis, that are alike (sign 1) and should have one direction, or not alike (sign −1) and
    /// should have a cosine of at most `margin`.
    ///
    /// `loss = 1 − cos(a, b)` for sign 1, `max(0, cos(a, b) − margin)` for sign −1, with
    /// `cos(a, b) = Σ a b / √((Σ a² + 10⁻¹²) (Σ b² + 10⁻¹²))`
    ///
    /// # Shape
    /// `[.., d] x [.., d] -> []` for signs `[..]`, or `[..]` without a reduction; the shapes are the same
    ///
    /// # Gradient
    /// That of the cosine, times −1 for sign 1, and where the cosine is above the margin for sign −1. Saves what it is composed of.
    ///
    /// # Edge cases
    /// At a cosine of `margin` the gradient of what is not alike is 0. A vector of zeros has a finite gradient. Signs other than 1 and −1 are
    /// refused.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Reduction};
    /// let (a, b) = (Var::leaf([[3.0, 4.0], [0.0, 2.0]]), Var::constant([[0.0, 5.0], [1.0, 0.0]]));
    /// let loss = a.cosine_embedding_loss(&b, &[1, -1].into(), 0.0, Reduction::Sum);
    /// assert!((loss.item() - 0.2f64).abs() < 1e-12);
    /// let da = loss.backward().get(&a).unwrap().to_vec();
    /// assert!((da[0] - 0.096).abs() < 1e-12 && (da[1] + 0.072).abs() < 1e-12);
    /// assert_eq!(da[2..], [0.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cosine_embedding_loss(&self, other: &Var<T>, target: &Tensor<i64>, margin: T, reduction: Reduction) -> Self {
        let operands = [("a", self.shape()), ("b", other.shape())];
        let accepted = same_shape(self.shape(), other.shape())
            .and_then(|shape| without_last(&shape))
            .and_then(|shape| signs(target, &shape));
        accept("cosine_embedding_loss", "[.., d] x [.., d] -> [..] for signs [..]", &operands, accepted);
        let lengths = (squares(self) * squares(other)).sqrt();
        let cosine = (self * other).sum_axes(-1, false) / lengths;
        reduction.of(Var::where_(&target.eq(1), &cosine.rsub_scalar(T::one()), &cosine.add_scalar(-margin).relu()))
    }
}

/// The squared lengths of the vectors, none of them 0.
#[track_caller]
fn squares<T: Real>(x: &Var<T>) -> Var<T> {
    x.square().sum_axes(-1, false).add_scalar(T::of(EPS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn zeros_and_the_margin_itself() {
        let (a, b) = (Var::leaf([[0.0, 0.0], [1.0, 0.0]]), Var::leaf([[1.0, 0.0], [0.0, 1.0]]));
        let losses = a.cosine_embedding_loss(&b, &[1, -1].into(), 0.0, Reduction::None);
        assert_eq!(losses.to_vec(), [1.0, 0.0]);
        let gradients = losses.sum().backward();
        assert!(gradients.get(&a).unwrap().is_finite());
        assert_eq!(gradients.get(&b).unwrap().to_vec(), [0.0; 4]);
    }

    #[test]
    fn gradients() {
        let inputs =
            [Tensor::from_fn([4, 3], |i| (i * 5 % 7) as f64 - 2.5), Tensor::from_fn([4, 3], |i| (i % 5) as f64)];
        let loss = |x: &[Var<f64>]| x[0].cosine_embedding_loss(&x[1], &[1, -1, 1, -1].into(), 0.1, Reduction::Mean);
        gradcheck(loss, &inputs).unwrap();
        gradgradcheck(loss, &inputs).unwrap();
    }

    #[test]
    #[should_panic(expected = "cosine_embedding_loss: the signs have shape [2], they need [1]")]
    fn signs_of_another_shape_are_refused() {
        let a = Var::leaf([[0.0, 1.0]]);
        let _ = a.cosine_embedding_loss(&a, &[1, 1].into(), 0.0, Reduction::Mean);
    }
}
