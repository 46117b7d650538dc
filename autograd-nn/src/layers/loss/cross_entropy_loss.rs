//! `CrossEntropyLoss`: the loss of a classification, straight from scores.

use super::Reduction;
use super::shared::{class_weight, weights};
use crate::layers::prelude::*;

/// The cross entropy of scores (logits) with the class of each example, or with a distribution over the classes: softmax and logarithm
/// are within.
///
/// `loss[i] = Σ_c q[i, c] · (log Σ_k exp(x[i, k]) − x[i, c])` with the shares
/// `q[i, c] = weight[c] · ((1 − label_smoothing) · [c = target[i]] + label_smoothing / classes)`. The mean over examples of one class each
/// divides by the sum of the weights of their classes; that over distributions by their number.
///
/// # Shape
/// Scores `[n, c, ..]` with classes `[n, ..]`, or distributions `[n, c, ..]`, `-> []`; `[n, ..]` without a reduction
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{CrossEntropyLoss, Reduction};
/// let x = Var::leaf([[0.0, 3f64.ln()], [0.0, 0.0]]);
/// let loss = CrossEntropyLoss::default().reduction(Reduction::Sum).forward(&x, &[1, 0].into());
/// assert!((loss.item() - (4.0f64 / 3.0).ln() - 2f64.ln()).abs() < 1e-15);
/// let dx = loss.backward().get(&x).unwrap().to_vec(); // softmax − one-hot
/// assert!(dx.iter().zip([0.25, -0.25, -0.5, 0.5]).all(|(found, expected)| (found - expected).abs() < 1e-15));
/// ```
///
/// Source: label smoothing by Szegedy et al., "Rethinking the Inception Architecture" (2016), section 7.
#[derive(Debug, Module)]
#[doc(alias = "SoftmaxCrossEntropy")]
#[doc(alias = "SparseCategoricalCrossentropy")]
pub struct CrossEntropyLoss<T: Real = f32> {
    /// How much each class counts, of shape `[c]`; each 1 if there is none.
    pub weight: Option<Buffer<T>>,
    /// The class of examples that do not count.
    pub ignore_index: i64,
    /// The part of an example, from 0 to 1, that goes to all classes in equal shares.
    pub label_smoothing: f64,
    /// What is made of the losses of the examples.
    #[module(skip)]
    pub reduction: Reduction,
}

impl<T: Real> Default for CrossEntropyLoss<T> {
    /// Classes that all count 1, without smoothing; examples of class -100 do not count; the mean.
    fn default() -> Self {
        CrossEntropyLoss { weight: None, ignore_index: -100, label_smoothing: 0.0, reduction: Reduction::Mean }
    }
}

impl<T: Real> CrossEntropyLoss<T> {
    /// With classes that count so much.
    ///
    /// # Panics
    /// If the weight is no vector.
    #[must_use]
    #[track_caller]
    pub fn weight(self, weight: impl Into<Tensor<T>>) -> Self {
        CrossEntropyLoss { weight: class_weight("CrossEntropyLoss", weight), ..self }
    }

    /// Without the examples of this class, which need not be one of the classes.
    #[must_use]
    pub fn ignore_index(self, ignore_index: i64) -> Self {
        CrossEntropyLoss { ignore_index, ..self }
    }

    /// With this part of each example for all classes in equal shares.
    ///
    /// # Panics
    /// If it is not from 0 to 1.
    #[must_use]
    #[track_caller]
    pub fn label_smoothing(self, label_smoothing: f64) -> Self {
        let fits = (0.0..=1.0).contains(&label_smoothing);
        require!(fits, "CrossEntropyLoss: label smoothing is {label_smoothing}, not from 0 to 1");
        CrossEntropyLoss { label_smoothing, ..self }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        CrossEntropyLoss { reduction, ..self }
    }

    /// The loss of the scores `x` against the class of each example.
    #[track_caller]
    pub fn forward(&self, x: &Var<T>, target: &Tensor<i64>) -> Var<T> {
        let options = ops::CrossEntropyOptions {
            weight: weights(self.weight.as_ref()),
            label_smoothing: self.label_smoothing,
            ignore_index: Some(self.ignore_index),
            reduction: self.reduction,
        };
        report(self, x.cross_entropy_with(target, options))
    }

    /// The loss of the scores `x` against a distribution over the classes for each example, as of mixed examples or of a teacher.
    ///
    /// ```
    /// use autograd_core::Var;
    /// use autograd_nn::CrossEntropyLoss;
    /// let (x, target) = (Var::leaf([[0.0, 3f64.ln()]]), Var::constant([[0.5, 0.5]]));
    /// let loss = CrossEntropyLoss::default().forward_soft(&x, &target);
    /// assert!((loss.item() - (4f64.ln() - 3f64.ln() / 2.0)).abs() < 1e-15);
    /// let dx = loss.backward().get(&x).unwrap().to_vec(); // softmax − target
    /// assert!((dx[0] + 0.25).abs() < 1e-15 && (dx[1] - 0.25).abs() < 1e-15);
    /// ```
    #[track_caller]
    pub fn forward_soft(&self, x: &Var<T>, target: &Var<T>) -> Var<T> {
        let options = ops::SoftCrossEntropyOptions {
            weight: weights(self.weight.as_ref()),
            label_smoothing: self.label_smoothing,
            reduction: self.reduction,
        };
        report(self, x.cross_entropy_soft(target, options))
    }
}

#[cfg(test)]
impl Checked for CrossEntropyLoss<f64> {
    fn cases() -> Cases<Self> {
        let hard = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &[2, -100, 0].into())];
        let soft = |loss: &Self, x: &[Var<f64>]| vec![loss.forward_soft(&x[0], &x[1])];
        let weighted = |_: &mut Generator| {
            CrossEntropyLoss::default().weight([0.5, 2.0, 1.0]).label_smoothing(0.1).reduction(Reduction::None)
        };
        Cases::new(Case::new("mean", |_| CrossEntropyLoss::default(), hard).input([3, 3]).output([]))
            .case(Case::new("weighted", weighted, hard).input([3, 3]).output([3]).state(["weight [3]"]))
            .case(
                Case::new("soft", weighted, soft)
                    .input([2, 3])
                    .input_between([2, 3], 0.1, 0.6)
                    .output([2])
                    .state(["weight [3]"]),
            )
            .rejects("cross_entropy: class 3 at [0] is none of the 3", |_| {
                let _ = CrossEntropyLoss::default().forward(&Var::constant([[0.0; 3]]), &[3].into());
            })
            .rejects("cross_entropy: 2 weights for 3 classes", |_| {
                let loss = CrossEntropyLoss::default().weight([1.0, 2.0]);
                let _ = loss.forward(&Var::constant([[0.0; 3]]), &[0].into());
            })
            .rejects("CrossEntropyLoss: the weight has shape [], it needs one number for each class", |_| {
                let _ = CrossEntropyLoss::<f64>::default().weight(1.0);
            })
            .rejects("CrossEntropyLoss: label smoothing is 1.5, not from 0 to 1", |_| {
                let _ = CrossEntropyLoss::<f64>::default().label_smoothing(1.5);
            })
    }
}
