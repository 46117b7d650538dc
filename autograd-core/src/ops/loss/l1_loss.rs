//! `l1_loss`: the absolute error.

use super::checks::alike;
use super::reduction::Reduction;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The absolute error: the loss of a regression to the median, which outliers pull no harder than others.
    ///
    /// `loss = |x − target|`
    ///
    /// # Shape
    /// `[..] x [..] -> []`, or `[..]` without a reduction; the shapes are the same
    ///
    /// # Gradient
    /// `dx = dy` where `x > target`, `−dy` where `x < target`, and `−dx` for the target. Saves the difference.
    ///
    /// # Edge cases
    /// Where both are equal the gradient is 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Reduction};
    /// let (x, target) = (Var::leaf([1.0, 5.0]), Var::constant([2.0, 2.0]));
    /// let loss = x.l1_loss(&target, Reduction::Mean);
    /// assert_eq!(loss.item(), 2.0);
    /// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-0.5, 0.5]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "mae")]
    #[doc(alias = "l1")]
    pub fn l1_loss(&self, target: &Var<T>, reduction: Reduction) -> Self {
        alike("l1_loss", self, target);
        reduction.of((self - target).abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn value_and_both_gradients() {
        let (x, target) = (Var::leaf([1.0, -2.0, 0.5]), Var::leaf([3.0, -2.0, 0.0]));
        let losses = x.l1_loss(&target, Reduction::None);
        assert_eq!(losses.to_vec(), [2.0, 0.0, 0.5]);
        let gradients = losses.sum().backward();
        assert_eq!(gradients.get(&x).unwrap().to_vec(), [-1.0, 0.0, 1.0], "0 where both are equal");
        assert_eq!(gradients.get(&target).unwrap().to_vec(), [1.0, 0.0, -1.0]);
        let inputs = [[1.0, -2.0, 0.5].into(), [3.0, -1.0, 0.0].into()];
        for reduction in [Reduction::None, Reduction::Mean, Reduction::Sum] {
            gradcheck(|x| x[0].l1_loss(&x[1], reduction), &inputs).unwrap();
            gradgradcheck(|x| x[0].l1_loss(&x[1], reduction), &inputs).unwrap();
        }
    }

    #[test]
    #[should_panic(expected = "l1_loss: shapes differ")]
    fn another_shape_is_refused() {
        let _ = Var::leaf([1.0]).l1_loss(&Var::constant(1.0), Reduction::Mean);
    }
}
