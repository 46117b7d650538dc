//! `margin_ranking_loss`: which of two should score higher.

use super::checks::{accept, signs};
use super::reduction::Reduction;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The loss of pairs of scores of which the first (sign 1) or the second (sign −1) should be higher by `margin`.
    ///
    /// `loss = max(0, margin − target · (x − other))`
    ///
    /// # Shape
    /// `[..] x [..] -> []` for signs `[..]`, or `[..]` without a reduction; the shapes are the same
    ///
    /// # Gradient
    /// `dx = −dy · target` where the margin is not kept, else 0, and `−dx` for the other. Saves the margins.
    ///
    /// # Edge cases
    /// Where exactly the margin is kept the gradient is 0. Signs other than 1 and −1 are refused.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Reduction};
    /// let (a, b) = (Var::leaf([1.0, 1.0]), Var::leaf([0.25, 0.25]));
    /// let loss = a.margin_ranking_loss(&b, &[1, -1].into(), 0.5, Reduction::Sum);
    /// assert_eq!(loss.item(), 0.0 + 1.25);
    /// assert_eq!(loss.backward().get(&b).unwrap().to_vec(), [0.0, -1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "pairwise_ranking")]
    pub fn margin_ranking_loss(&self, other: &Var<T>, target: &Tensor<i64>, margin: T, reduction: Reduction) -> Self {
        let operands = [("a", self.shape()), ("b", other.shape())];
        let accepted = same_shape(self.shape(), other.shape()).and_then(|shape| signs(target, &shape));
        accept("margin_ranking_loss", "[..] x [..] -> [..] for signs [..]", &operands, accepted);
        let signs = Var::constant(target.to_real());
        reduction.of((signs * (self - other)).rsub_scalar(margin).relu())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn the_margin_itself_is_enough() {
        let (a, b) = (Var::leaf([1.0, 0.0]), Var::leaf([0.5, 0.5]));
        let losses = a.margin_ranking_loss(&b, &[1, -1].into(), 0.5, Reduction::None);
        assert_eq!(losses.to_vec(), [0.0, 0.0]);
        assert_eq!(losses.sum().backward().get(&a).unwrap().to_vec(), [0.0, 0.0]);
    }

    #[test]
    fn gradients() {
        let inputs = [[0.5, -0.2, 1.0].into(), [0.3, 2.0, 0.5].into()];
        let loss = |x: &[Var<f64>]| x[0].margin_ranking_loss(&x[1], &[1, -1, -1].into(), 0.1, Reduction::Mean);
        gradcheck(loss, &inputs).unwrap();
        gradgradcheck(loss, &inputs).unwrap();
    }

    #[test]
    #[should_panic(expected = "margin_ranking_loss: shapes differ\n  a     [2]\n  b     []")]
    fn another_shape_is_refused() {
        let _ = Var::leaf([0.0, 1.0]).margin_ranking_loss(&Var::leaf(0.0), &[1, 1].into(), 1.0, Reduction::Mean);
    }
}
