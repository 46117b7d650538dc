//! `hinge_embedding_loss`: small distances for what is alike, large ones for what is not.

use super::checks::{accept, signs};
use super::reduction::Reduction;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The loss of distances between pairs that are alike (sign 1) and should be close, or not alike (sign −1) and should be at least
    /// `margin` apart.
    ///
    /// `loss = x` for sign 1, `max(0, margin − x)` for sign −1
    ///
    /// # Shape
    /// `[..] -> []` for signs `[..]`, or `[..]` without a reduction
    ///
    /// # Gradient
    /// `dx = dy` for sign 1; for sign −1 `−dy` where `x < margin`, else 0. Saves the margins.
    ///
    /// # Edge cases
    /// At `x = margin` the gradient of what is not alike is 0. Signs other than 1 and −1 are refused.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Reduction};
    /// let distance = Var::leaf([0.5, 0.25, 3.0]);
    /// let loss = distance.hinge_embedding_loss(&[1, -1, -1].into(), 1.0, Reduction::Sum);
    /// assert_eq!(loss.item(), 0.5 + 0.75);
    /// assert_eq!(loss.backward().get(&distance).unwrap().to_vec(), [1.0, -1.0, 0.0]);
    /// ```
    ///
    /// Source: Hadsell, Chopra and LeCun, "Dimensionality Reduction by Learning an Invariant Mapping" (2006), without the squares.
    #[track_caller]
    #[must_use]
    #[doc(alias = "contrastive_loss")]
    pub fn hinge_embedding_loss(&self, target: &Tensor<i64>, margin: T, reduction: Reduction) -> Self {
        let rule = "[..] -> [..] for signs [..]";
        accept("hinge_embedding_loss", rule, &[("x", self.shape())], signs(target, self.shape()));
        reduction.of(Var::where_(&target.eq(1), self, &self.rsub_scalar(margin).relu()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn the_margin_itself_is_far_enough() {
        let x = Var::leaf([1.0, 1.0, f64::INFINITY]);
        let losses = x.hinge_embedding_loss(&[1, -1, -1].into(), 1.0, Reduction::None);
        assert_eq!(losses.to_vec(), [1.0, 0.0, 0.0]);
        assert_eq!(losses.sum().backward().get(&x).unwrap().to_vec(), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn gradients() {
        let x = [[[0.5, -0.2], [0.3, 2.0]].into()];
        let target: Tensor<i64> = [[1, -1], [-1, -1]].into();
        gradcheck(|x| x[0].hinge_embedding_loss(&target, 1.0, Reduction::BatchMean), &x).unwrap();
        gradgradcheck(|x| x[0].hinge_embedding_loss(&target, 1.0, Reduction::None), &x).unwrap();
    }

    #[test]
    #[should_panic(expected = "hinge_embedding_loss: the signs have shape [1], they need [2]")]
    fn signs_of_another_shape_are_refused() {
        let _ = Var::leaf([0.0, 1.0]).hinge_embedding_loss(&[1].into(), 1.0, Reduction::Mean);
    }
}
