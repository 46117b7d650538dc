//! `multiclass_hinge_loss`: the loss of a multi-class support vector machine.

use super::checks::accept;
use super::classes::Targets;
use super::reduction::Reduction;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The multi-class support vector machine's loss: each wrong class should score less than the right one by `margin`.
    ///
    /// `loss[i] = Σ_j max(0, x[i, j] − x[i, target[i]] + margin)` over the wrong classes `j`. See
    /// [`multi_margin_loss`](Var::multi_margin_loss), which divides by the number of classes.
    ///
    /// # Shape
    /// `[n, c, ..] -> []` for targets `[n, ..]`, or `[n, ..]` without a reduction
    ///
    /// # Gradient
    /// `dx[i, j] = dy[i]` for each wrong class that comes too close, and minus their number times `dy[i]` for the right class. Saves the
    /// margins.
    ///
    /// # Edge cases
    /// A wrong class that keeps exactly the margin has gradient 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Reduction};
    /// let x = Var::leaf([[3.2, 5.1, -1.7]]);
    /// let loss = x.multiclass_hinge_loss(&[0].into(), 1.0, Reduction::Mean);
    /// assert!((loss.item() - 2.9f64).abs() < 1e-12);
    /// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-1.0, 1.0, 0.0]);
    /// ```
    ///
    /// Source: Weston and Watkins, "Support Vector Machines for Multi-Class Pattern Recognition" (1999).
    #[track_caller]
    #[must_use]
    #[doc(alias = "svm_loss")]
    #[doc(alias = "hinge")]
    pub fn multiclass_hinge_loss(&self, targets: &Tensor<i64>, margin: T, reduction: Reduction) -> Self {
        let targets = Targets { classes: targets, weight: None, ignored: None };
        accept("multiclass_hinge_loss", RULE, &[("x", self.shape())], targets.rows(self.shape()));
        reduction.of(trespass(self, &targets, margin).sum_axes(1, false))
    }
}

pub(super) const RULE: &str = "[n, c, ..] -> [n, ..] for targets [n, ..]";

/// By how much each wrong class comes closer to the right one than `margin`; 0 for the right one.
#[track_caller]
pub(super) fn trespass<T: Real>(x: &Var<T>, targets: &Targets<'_>, margin: T) -> Var<T> {
    let index = targets.index();
    let mut along = vec![1; x.rank()];
    along[1] = x.shape()[1];
    let right = Tensor::indices(x.shape()[1]).reshape(along).eq(&index);
    (x - x.gather(1, &index)).add_scalar(margin).relu().masked_fill(&right, T::zero())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn the_lectures_example() {
        // CS231n, lecture 3: cat, car and frog.
        let x = Var::leaf([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]]);
        let losses = x.multiclass_hinge_loss(&[0, 1, 2].into(), 1.0, Reduction::None);
        for (found, expected) in losses.to_vec().into_iter().zip([2.9f64, 0.0, 12.9]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        let dx = [[-1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, -2.0]];
        assert_eq!(*losses.sum().backward().get(&x).unwrap(), dx.into());
    }

    #[test]
    fn a_class_at_the_margin_and_one_that_cannot_be_have_no_gradient() {
        let x = Var::leaf([[2.0, 1.0, f64::NEG_INFINITY]]);
        let loss = x.multiclass_hinge_loss(&[0].into(), 1.0, Reduction::Sum);
        assert_eq!(loss.item(), 0.0);
        assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [0.0; 3]);
    }

    #[test]
    fn gradients_with_and_without_further_axes() {
        let x = [Tensor::from_fn([2, 3, 2], |i| (i * 7 % 12) as f64 / 4.0)];
        let targets: Tensor<i64> = [[0, 2], [1, 1]].into();
        for reduction in [Reduction::None, Reduction::Mean, Reduction::BatchMean] {
            gradcheck(|x| x[0].multiclass_hinge_loss(&targets, 0.9, reduction), &x).unwrap();
            gradgradcheck(|x| x[0].multiclass_hinge_loss(&targets, 0.9, reduction), &x).unwrap();
        }
        let none = Var::leaf(Tensor::<f64>::zeros([0, 3]));
        assert_eq!(none.multiclass_hinge_loss(&Tensor::zeros([0]), 1.0, Reduction::Sum).item(), 0.0);
    }

    #[test]
    #[should_panic(expected = "multiclass_hinge_loss: class -1 at [0] is none of the 2")]
    fn a_class_that_is_none_is_refused() {
        let _ = Var::leaf([[0.0, 1.0]]).multiclass_hinge_loss(&[-1].into(), 1.0, Reduction::Mean);
    }
}
