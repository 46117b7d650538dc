//! `nll_loss`: the negative log-likelihood, from log-probabilities.

use super::checks::accept;
use super::classes::Targets;
use super::reduction::Reduction;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The negative log-likelihood: minus the log-probability of each example's class.
    ///
    /// `loss[i] = −weight[target[i]] · x[i, target[i]]`. The mean divides by the sum of the weights of the targets. After
    /// [`log_softmax`](Var::log_softmax) it is [`cross_entropy`](Var::cross_entropy), which does both at once.
    ///
    /// # Shape
    /// `[n, c, ..] -> []` for targets `[n, ..]`, or `[n, ..]` without a reduction
    ///
    /// # Gradient
    /// `dx[i, target[i]] = −dy[i] · weight[target[i]]`, and 0 elsewhere. Saves the weights of the targets.
    ///
    /// # Edge cases
    /// What an ignored example scores leaks nowhere, and without any other example the mean is NaN.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::NllLossOptions};
    /// let x = Var::leaf([[-1.0, -0.5], [-2.0, -0.25]]);
    /// let loss = x.nll_loss(&[0, 1].into(), NllLossOptions::new());
    /// assert_eq!(loss.item(), (1.0 + 0.25) / 2.0);
    /// assert_eq!(*loss.backward().get(&x).unwrap(), [[-0.5, 0.0], [0.0, -0.5]].into());
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "nll")]
    pub fn nll_loss(&self, targets: &Tensor<i64>, options: NllLossOptions) -> Self {
        let targets = Targets { classes: targets, weight: options.weight.as_deref(), ignored: options.ignore_index };
        let rule = "[n, c, ..] -> [n, ..] for targets [n, ..]";
        let rows = accept("nll_loss", rule, &[("x", self.shape())], targets.rows(self.shape()));
        let losses = self.gather(1, &targets.index()).reshape(rows).neg();
        options.reduction.weighted(targets.weigh(losses), || targets.total())
    }
}

/// How [`Var::nll_loss`] counts classes and examples. By default each counts 1, and the mean is taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NllLossOptions {
    /// How much each class counts; each 1 if `None`.
    pub weight: Option<Vec<f64>>,
    /// The class of examples that do not count.
    pub ignore_index: Option<i64>,
    /// What is made of the losses of the examples.
    pub reduction: Reduction,
}

impl NllLossOptions {
    /// The mean over examples that all count 1.
    pub fn new() -> Self {
        Self::default()
    }

    /// With classes that count so much.
    #[must_use]
    pub fn weight(self, weight: impl Into<Vec<f64>>) -> Self {
        Self { weight: Some(weight.into()), ..self }
    }

    /// Without the examples of a class.
    #[must_use]
    pub fn ignore_index(self, class: i64) -> Self {
        Self { ignore_index: Some(class), ..self }
    }

    /// With another reduction.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        Self { reduction, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    fn options() -> NllLossOptions {
        NllLossOptions::new()
    }

    #[test]
    fn weights_and_ignored_examples() {
        let x = Var::leaf([[-1.0, -2.0, f64::NAN], [-3.0, -4.0, -5.0], [f64::NAN, f64::INFINITY, 0.0]]);
        let options = options().weight([0.5, 2.0, 1.0]).ignore_index(-1);
        let losses = x.nll_loss(&[1, 0, -1].into(), options.clone().reduction(Reduction::None));
        assert_eq!(losses.to_vec(), [4.0, 1.5, 0.0]);
        let mean = x.nll_loss(&[1, 0, -1].into(), options);
        assert_eq!(mean.item(), 5.5 / 2.5);
        let dx = [[0.0, -2.0 / 2.5, 0.0], [-0.5 / 2.5, 0.0, 0.0], [0.0, 0.0, 0.0]];
        assert_eq!(*mean.backward().get(&x).unwrap(), dx.into());
    }

    #[test]
    fn it_ends_what_log_softmax_begins() {
        let x = Tensor::from_fn([2, 3, 2], |i| (i * 7 % 5) as f64 / 3.0);
        let targets: Tensor<i64> = [[0, 2], [1, 1]].into();
        let nll = |x: &Var<f64>| x.log_softmax(1).nll_loss(&targets, options().weight([1.0, 2.0, 0.5]));
        let together = crate::ops::CrossEntropyOptions::new().weight([1.0, 2.0, 0.5]);
        let whole = Var::constant(&x).cross_entropy_with(&targets, together);
        assert!((nll(&Var::constant(&x)).item() - whole.item()).abs() < 1e-14);
        gradcheck(|x| nll(&x[0]), std::slice::from_ref(&x)).unwrap();
        gradgradcheck(|x| nll(&x[0]), &[x]).unwrap();
    }

    #[test]
    fn without_examples_the_mean_is_nan_and_the_sum_is_zero() {
        let none = |reduction| {
            Var::leaf([[1.0f64, 2.0]]).nll_loss(&[7].into(), options().ignore_index(7).reduction(reduction)).item()
        };
        assert!(none(Reduction::Mean).is_nan());
        assert_eq!(none(Reduction::Sum), 0.0);
        let empty = Var::leaf(Tensor::<f64>::zeros([0, 3]));
        assert_eq!(empty.nll_loss(&Tensor::zeros([0]), options().reduction(Reduction::Sum)).item(), 0.0);
    }

    #[test]
    #[should_panic(expected = "nll_loss: class 3 at [1] is none of the 3\n  x     [2, 3]")]
    fn a_class_that_is_none_is_refused() {
        let _ = Var::leaf([[0.0; 3]; 2]).nll_loss(&[0, 3].into(), options());
    }

    #[test]
    #[should_panic(expected = "nll_loss: there are no classes\n  x     [2, 0]")]
    fn no_classes_are_refused_even_if_all_examples_are_ignored() {
        let _ = Var::leaf(Tensor::<f64>::zeros([2, 0])).nll_loss(&[-1, -1].into(), options().ignore_index(-1));
    }

    #[test]
    #[should_panic(expected = "nll_loss: 2 weights for 3 classes")]
    fn other_weights_are_refused() {
        let _ = Var::leaf([[0.0; 3]]).nll_loss(&[0].into(), options().weight([1.0, 1.0]));
    }
}
