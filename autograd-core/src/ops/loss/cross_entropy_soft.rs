//! `cross_entropy_soft`: the loss of a classification whose targets are distributions.

use super::classes::{check_smoothing, check_weights};
use super::kl_div::where_counted;
use super::reduction::Reduction;
use crate::kernel::cross_entropy;
use crate::kernel::reduce::Fold;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The cross entropy of scores with a distribution over the classes for each example: labels that several people gave, mixed
    /// examples, the answer of a teacher.
    ///
    /// `loss[i] = Σ_c q[i, c] · (log Σ_k exp(x[i, k]) − x[i, c])` with the shares
    /// `q[i, c] = weight[c] · ((1 − label_smoothing) · target[i, c] + label_smoothing / classes)`. The mean is over examples, whatever
    /// their weights are. For targets that are one class each, [`cross_entropy`](Var::cross_entropy) is faster.
    ///
    /// # Shape
    /// `[n, c, ..] x [n, c, ..] -> []`, or `[n, ..]` without a reduction
    ///
    /// # Gradient
    /// `dx[i, c] = dy[i] · (softmax(x)[i, c] · Σ_k q[i, k] − q[i, c])`, and
    /// `−dy[i] · weight[c] · (1 − label_smoothing) · log softmax(x)[i, c]` for the target. Saves `x` and the target.
    ///
    /// # Edge cases
    /// No score is too large. A score of minus infinity is a class that cannot be: without a share it costs nothing, and gradients are 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::SoftCrossEntropyOptions};
    /// let (x, target) = (Var::leaf([[0.0, 3f64.ln()]]), Var::constant([[0.5, 0.5]]));
    /// let loss = x.cross_entropy_soft(&target, SoftCrossEntropyOptions::new());
    /// assert!((loss.item() - (4f64.ln() - 3f64.ln() / 2.0)).abs() < 1e-15);
    /// let dx = loss.backward().get(&x).unwrap().to_vec(); // softmax − target
    /// assert!((dx[0] + 0.25).abs() < 1e-15 && (dx[1] - 0.25).abs() < 1e-15);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "soft_targets")]
    pub fn cross_entropy_soft(&self, target: &Var<T>, options: SoftCrossEntropyOptions) -> Self {
        let SoftCrossEntropyOptions { weight, label_smoothing, reduction } = options;
        reduction.of(record(CrossEntropySoft { weight, label_smoothing }, [self, target]))
    }
}

/// How [`Var::cross_entropy_soft`] counts classes. By default each counts 1, and the mean is taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SoftCrossEntropyOptions {
    /// How much each class counts; each 1 if `None`.
    pub weight: Option<Vec<f64>>,
    /// The part of an example, from 0 to 1, that goes to all classes in equal shares.
    pub label_smoothing: f64,
    /// What is made of the losses of the examples.
    pub reduction: Reduction,
}

impl SoftCrossEntropyOptions {
    /// The mean over examples, with classes that all count 1.
    pub fn new() -> Self {
        Self::default()
    }

    /// With classes that count so much.
    #[must_use]
    pub fn weight(self, weight: impl Into<Vec<f64>>) -> Self {
        Self { weight: Some(weight.into()), ..self }
    }

    /// With this part of each example for all classes in equal shares.
    #[must_use]
    pub fn label_smoothing(self, label_smoothing: f64) -> Self {
        Self { label_smoothing, ..self }
    }

    /// With another reduction.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        Self { reduction, ..self }
    }
}

/// The op of [`Var::cross_entropy_soft`]: the loss of each example.
#[derive(Clone)]
pub struct CrossEntropySoft {
    /// How much each class counts; each 1 if `None`.
    pub weight: Option<Vec<f64>>,
    /// The part of an example that goes to all classes in equal shares.
    pub label_smoothing: f64,
}

impl CrossEntropySoft {
    /// The weights, so that they broadcast over scores of shape `x`.
    fn weights<T: Real>(&self, x: &Shape) -> Option<Var<T>> {
        let weight = self.weight.as_ref()?;
        let mut shape = vec![1; x.rank()];
        shape[1] = weight.len();
        Some(Var::constant(Tensor::from_slice(weight, shape).cast()))
    }
}

impl<T: Real> Op<T> for CrossEntropySoft {
    type Arity = Fixed<2>;
    const NAME: &'static str = "cross_entropy_soft";
    const RULE: &'static str = "[n, c, ..] x [n, c, ..] -> [n, ..]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["x", "target"];

    fn shape(&self, [x, target]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        let [_, classes, ..] = **x else {
            return Err(Mismatch::new(format!("the scores have shape {x}, they need at least two axes")));
        };
        check_weights(self.weight.as_deref(), classes)?;
        check_smoothing(self.label_smoothing)?;
        same_shape(x, target).map(|x| x.reduced(&[1], false))
    }

    fn forward(&self, [x, target]: [&Tensor<T>; 2]) -> Tensor<T> {
        let (x, target, rows) = (x.contiguous(), target.contiguous(), x.shape().reduced(&[1], false));
        let fold = Fold { outer: x.shape()[0], n: x.shape()[1], inner: x.shape()[2..].iter().product() };
        let (own, each) = (T::of(1.0 - self.label_smoothing), T::of(self.label_smoothing / fold.n as f64));
        let weight = |class: usize| self.weight.as_ref().map_or(T::one(), |weight| T::of(weight[class]));
        let share = |class: usize, q: T| weight(class) * (own * q + each);
        let (x, target) = (x.as_slice().expect("contiguous"), target.as_slice().expect("contiguous"));
        Tensor::build(rows, |out| cross_entropy::soft(x, target, share, fold, out))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let [x, target] = saved.inputs();
        let (dy, weights) = (dy.reshape(x.shape().with(1, 1)), self.weights(x.shape()));
        let own = T::of(1.0 - self.label_smoothing);
        let mut shares = target;
        if self.label_smoothing > 0.0 {
            shares = shares * own + T::of(self.label_smoothing / x.shape()[1] as f64);
        }
        if let Some(weights) = &weights {
            shares *= weights;
        }
        let dx = || (x.softmax(1) * shares.sum_axes(1, true) - &shares) * &dy;
        let dtarget = || {
            let cost = where_counted(&x.log_softmax(1), shares.value()) * &dy * -own;
            match &weights {
                Some(weights) => cost * weights,
                None => cost,
            }
        };
        [saved.needs(0).then(dx), saved.needs(1).then(dtarget)]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for CrossEntropySoft {
    fn cases() -> Cases<Self> {
        let plain = CrossEntropySoft { weight: None, label_smoothing: 0.0 };
        let smooth = CrossEntropySoft { weight: None, label_smoothing: 0.1 };
        let weighted =
            |weight: &[f64], label_smoothing| CrossEntropySoft { weight: Some(weight.to_vec()), label_smoothing };
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, plain.clone(), shapes![[3, 4], [3, 4]])
            .case(smooth.clone(), shapes![[2, 3], [2, 3]])
            .case(weighted(&[0.5, 3.0, 2.0], 0.0), shapes![[2, 3], [2, 3]])
            .case(weighted(&[0.5, 2.0], 0.3), shapes![[3, 2, 2], [3, 2, 2]])
            .case(plain.clone(), shapes![[1, 2, 3, 1], [1, 2, 3, 1]])
            .case(plain.clone(), shapes![[2, 1], [2, 1]])
            .case(smooth.clone(), shapes![[0, 3], [0, 3]])
            .case(plain.clone(), shapes![[2, 3, 0], [2, 3, 0]])
            .case(smooth.clone(), shapes![[1, 0, 3], [1, 0, 3]])
            .domains([Domain::between(-2.0, 2.0), Domain::between(0.0, 1.0)])
            .pin(
                "large scores",
                plain.clone(),
                tensors![[[1e3, -1e3], [1e3, -1e3]], [[1.0, 0.0], [0.0, 1.0]]],
                [0.0, 2e3],
                tensors![[[0.0, 0.0], [1.0, -1.0]], [[0.0, 2e3], [0.0, 2e3]]],
            )
            .pin(
                "a class that cannot be",
                plain.clone(),
                tensors![[[0.0, -inf]], [[1.0, 0.0]]],
                [0.0],
                tensors![[[0.0, 0.0]], [[0.0, 0.0]]],
            )
            .second(tensors![[[0.0, 0.0]], [[0.0, 0.0]]])
            .pin("NaN", plain.clone(), tensors![[[nan]], [[1.0]]], [nan], tensors![[[nan]], [[nan]]])
            .rejects(plain.clone(), shapes![[3], [3]], "the scores have shape [3], they need at least two axes")
            .rejects(plain.clone(), shapes![[3, 2], [3]], "shapes differ")
            .rejects(weighted(&[1.0], 0.0), shapes![[1, 2], [1, 2]], "1 weights for 2 classes")
            .rejects(weighted(&[1.0], 1.5), shapes![[1, 1], [1, 1]], "label smoothing is 1.5, not from 0 to 1")
            .shared(plain.clone(), shapes![[900, 10], [900, 10]])
            .bench(plain.clone(), shapes![[4096, 10], [4096, 10]], Work::Bytes(4 * 21 * 4096))
            .bench(plain, shapes![[256, 1000], [256, 1000]], Work::Bytes(8 * 256_000))
    }
}

/// The definition.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &CrossEntropySoft, x: &[Tensor<f64>]) -> Tensor<f64> {
    let classes = x[0].shape()[1];
    crate::testing::from_index(x[0].shape().reduced(&[1], false), |row| {
        let of = |i: usize, class: usize| crate::testing::element(&x[i], &[&row[..1], &[class], &row[1..]].concat());
        let log_sum = (0..classes).map(|class| of(0, class).exp()).sum::<f64>().ln();
        let share = |class: usize| {
            let smoothed = (1.0 - op.label_smoothing) * of(1, class) + op.label_smoothing / classes as f64;
            smoothed * op.weight.as_ref().map_or(1.0, |weight| weight[class])
        };
        (0..classes).map(|class| share(class) * (log_sum - of(0, class))).sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functional::grad;
    use crate::ops::CrossEntropyOptions;

    #[test]
    fn one_hot_targets_are_classes() {
        let x = Var::leaf([[0.5f64, -1.0, 2.0], [1.0, 0.0, -0.5]]);
        let one_hot = Var::constant([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]);
        let of = |reduction| {
            SoftCrossEntropyOptions::new().weight([1.0, 2.0, 0.5]).label_smoothing(0.1).reduction(reduction)
        };
        let hard = CrossEntropyOptions::new().weight([1.0, 2.0, 0.5]).label_smoothing(0.1).reduction(Reduction::Sum);
        let hard = x.cross_entropy_with(&[2, 0].into(), hard).item();
        assert!((x.cross_entropy_soft(&one_hot, of(Reduction::Sum)).item() - hard).abs() < 1e-14);
        // Among classes the mean divides by their weights, here by the number of examples.
        assert!((x.cross_entropy_soft(&one_hot, of(Reduction::Mean)).item() - hard / 2.0).abs() < 1e-14);
    }

    #[test]
    fn a_teacher_may_rule_out_the_same_classes() {
        let mask: Tensor<bool> = [[false, true, false]].into();
        let (a, b) = (Var::leaf([[1.0, 2.0, 3.0]]), Var::leaf([[0.0, 1.0, 0.5]]));
        let [x, target] = [&a, &b].map(|scores| scores.masked_fill(&mask, f64::NEG_INFINITY));
        let loss = x.cross_entropy_soft(&target.softmax(1), SoftCrossEntropyOptions::new());
        for first in grad(&loss, &[&a, &b], true).into_iter().flatten() {
            assert!(first.value().is_finite(), "{first}");
            for second in grad(&(&first * &first).sum(), &[&a, &b], false).into_iter().flatten() {
                assert!(second.value().is_finite(), "{second}");
            }
        }
    }
}
