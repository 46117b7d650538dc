//! `mse_loss`: the squared error.

use super::checks::alike;
use super::reduction::Reduction;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The squared error: the loss of a regression with normal noise.
    ///
    /// `loss = (x − target)²`
    ///
    /// # Shape
    /// `[..] x [..] -> []`, or `[..]` without a reduction; the shapes are the same
    ///
    /// # Gradient
    /// `dx = dy · 2 (x − target)`, and `−dx` for the target. Saves the difference.
    ///
    /// # Edge cases
    /// A target of another shape is refused, not broadcast.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Reduction};
    /// let (x, target) = (Var::leaf([1.0, 5.0]), Var::constant([2.0, 2.0]));
    /// let loss = x.mse_loss(&target, Reduction::Mean);
    /// assert_eq!(loss.item(), 5.0);
    /// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-1.0, 3.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "mse")]
    #[doc(alias = "l2_loss")]
    pub fn mse_loss(&self, target: &Var<T>, reduction: Reduction) -> Self {
        alike("mse_loss", self, target);
        reduction.of((self - target).square())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn value_and_both_gradients() {
        let (x, target) = (Var::leaf([[1.0, -2.0], [0.5, 4.0]]), Var::leaf([[3.0, -2.0], [0.0, 1.0]]));
        let losses = x.mse_loss(&target, Reduction::None);
        assert_eq!(losses.to_vec(), [4.0, 0.0, 0.25, 9.0]);
        let gradients = losses.sum().backward();
        assert_eq!(gradients.get(&x).unwrap().to_vec(), [-4.0, 0.0, 1.0, 6.0]);
        assert_eq!(gradients.get(&target).unwrap().to_vec(), [4.0, 0.0, -1.0, -6.0]);
        let inputs = [x.value().clone(), target.value().clone()];
        for reduction in [Reduction::None, Reduction::Mean, Reduction::Sum, Reduction::BatchMean] {
            gradcheck(|x| x[0].mse_loss(&x[1], reduction), &inputs).unwrap();
            gradgradcheck(|x| x[0].mse_loss(&x[1], reduction), &inputs).unwrap();
        }
    }

    #[test]
    #[should_panic(expected = "mse_loss: shapes differ\n  x      [3, 1]\n  target [3]")]
    fn another_shape_is_refused() {
        let _ = Var::leaf([[1.0], [2.0], [3.0]]).mse_loss(&Var::constant([1.0, 2.0, 3.0]), Reduction::Mean);
    }
}
