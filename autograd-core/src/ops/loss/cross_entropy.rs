//! `cross_entropy`: the loss of a classification, straight from scores.

use super::classes::{Targets, check_smoothing};
use super::cross_entropy_options::CrossEntropyOptions;
use super::kl_div::where_counted;
use crate::composite::{Composite, compose};
use crate::kernel::cross_entropy::Classes;
use crate::kernel::reduce::Fold;
use crate::kernel::softmax::LogSum;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The mean cross entropy of scores (logits) with the class of each example: the loss of a softmax classifier.
    ///
    /// `mean over i of log Σ_c exp(x[i, c]) − x[i, target[i]]`; more by [`cross_entropy_with`](Var::cross_entropy_with).
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[0.0, 3f64.ln()], [0.0, 0.0]]);
    /// let loss = x.cross_entropy(&[1, 0].into());
    /// assert!((loss.item() - ((4.0f64 / 3.0).ln() + 2f64.ln()) / 2.0).abs() < 1e-15);
    /// let dx = loss.backward().get(&x).unwrap().to_vec();
    /// let expected = [0.25 / 2.0, (0.75 - 1.0) / 2.0, (0.5 - 1.0) / 2.0, 0.5 / 2.0]; // softmax − one-hot
    /// assert!(dx.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-15));
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "softmax_cross_entropy")]
    pub fn cross_entropy(&self, targets: &Tensor<i64>) -> Self {
        self.cross_entropy_with(targets, CrossEntropyOptions::default())
    }

    /// The cross entropy of scores with the class of each example.
    ///
    /// `loss[i] = Σ_c q[i, c] · (log Σ_k exp(x[i, k]) − x[i, c])` with the shares
    /// `q[i, c] = weight[c] · ((1 − label_smoothing) · [c = target[i]] + label_smoothing / classes)`. The mean divides by the sum of the
    /// weights of the targets.
    ///
    /// # Shape
    /// `[n, c, ..] -> []` for targets `[n, ..]`, or `[n, ..]` without a reduction
    ///
    /// # Gradient
    /// `dx[i, c] = dy[i] · (softmax(x)[i, c] · Σ_k q[i, k] − q[i, c])`. Saves `x`, and the logarithm of the sum of exponentials of each row.
    ///
    /// # Edge cases
    /// No score is too large. A score of minus infinity is a class that cannot be. What an ignored example scores leaks nowhere, and
    /// without any other example the mean is NaN.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::{CrossEntropyOptions, Reduction}};
    /// let x = Var::leaf([[0.0, 0.0], [5.0, 5.0]]);
    /// let options = CrossEntropyOptions::new().ignore_index(-1).reduction(Reduction::None);
    /// let losses = x.cross_entropy_with(&[0, -1].into(), options);
    /// assert_eq!(losses.to_vec(), [2f64.ln(), 0.0]);
    /// assert_eq!(*losses.sum().backward().get(&x).unwrap(), [[-0.5, 0.5], [0.0, 0.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cross_entropy_with(&self, targets: &Tensor<i64>, options: CrossEntropyOptions) -> Self {
        let CrossEntropyOptions { weight, label_smoothing, ignore_index, reduction } = options;
        let op = CrossEntropy { targets: targets.clone(), weight, label_smoothing, ignore_index };
        let [losses] = compose(op.clone(), [self]);
        reduction.weighted(losses, || op.targets().total())
    }
}

/// The op of [`Var::cross_entropy_with`]: the loss of each example.
#[derive(Clone)]
pub struct CrossEntropy {
    /// The class of each example.
    pub targets: Tensor<i64>,
    /// How much each class counts; each 1 if `None`.
    pub weight: Option<Vec<f64>>,
    /// The part of an example that goes to all classes in equal shares.
    pub label_smoothing: f64,
    /// The class of examples that do not count.
    pub ignore_index: Option<i64>,
}

impl CrossEntropy {
    fn targets(&self) -> Targets<'_> {
        Targets { classes: &self.targets, weight: self.weight.as_deref(), ignored: self.ignore_index }
    }

    /// Lets a kernel see the classes for scores of a shape.
    fn classes<T: Real, R>(&self, x: &Shape, see: impl FnOnce(Classes<'_, T>) -> R) -> R {
        let targets = self.targets.contiguous();
        see(Classes {
            targets: targets.as_slice().expect("contiguous"),
            weight: self.weight.as_ref().map(|weight| weight.iter().map(|&weight| T::of(weight)).collect()),
            smoothing: T::of(self.label_smoothing),
            ignored: self.ignore_index,
            fold: Fold { outer: x[0], n: x[1], inner: x[2..].iter().product() },
        })
    }
}

impl<T: Real> Composite<T> for CrossEntropy {
    type Arity = Fixed<1>;
    type Results = Fixed<1>;
    type Workspace = List<LogSum<T>>;
    const NAME: &'static str = "cross_entropy";
    const RULE: &'static str = "[n, c, ..] -> [n, ..] for targets [n, ..]";

    fn shape(&self, [x]: [&Shape; 1]) -> Result<[Shape; 1], Mismatch> {
        check_smoothing(self.label_smoothing)?;
        Ok([self.targets().rows(x)?])
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> ([Tensor<T>; 1], List<LogSum<T>>) {
        let (x, rows) = (x.contiguous(), x.shape().reduced(&[1], false));
        let scores = x.as_slice().expect("contiguous");
        self.classes(x.shape(), |classes| {
            let sums = classes.sums(scores);
            ([Tensor::build(rows, |y| classes.loss(scores, &sums, y))], sums)
        })
    }

    fn backward(
        &self,
        [x]: [&Tensor<T>; 1],
        sums: &List<LogSum<T>>,
        [dy]: [Option<&Tensor<T>>; 1],
        _: &[bool],
    ) -> [Option<Tensor<T>>; 1] {
        let (x, dy) = (x.contiguous(), dy.expect("the only result has a gradient").contiguous());
        let (scores, dy) = (x.as_slice().expect("contiguous"), dy.as_slice().expect("contiguous"));
        let shape = x.shape().clone();
        [Some(
            self.classes(&shape, |classes| Tensor::build(shape.clone(), |dx| classes.gradient(scores, sums, dy, dx))),
        )]
    }

    fn algebra(&self, [x]: [&Var<T>; 1]) -> [Var<T>; 1] {
        let ignored = self.ignore_index.map(|ignored| self.targets.eq(ignored));
        let x = match &ignored {
            // Hidden rather than multiplied by 0: scores may be NaN where they do not count.
            Some(ignored) => x.masked_fill(&ignored.reshape(x.shape().with(1, 1)), T::zero()),
            None => x.clone(),
        };
        let shares = self.classes(x.shape(), |classes| Tensor::build(x.shape(), |q| classes.shares(q)));
        let logs = where_counted(&x.log_softmax(1), &shares);
        let losses = (logs * Var::constant(shares)).sum_axes(1, false).neg();
        [match &ignored {
            Some(ignored) => losses.masked_fill(ignored, T::zero()),
            None => losses,
        }]
    }
}

#[cfg(any(test, feature = "testing"))]
impl CheckedComposite for CrossEntropy {
    fn cases() -> Cases<Self> {
        let of =
            |targets: Tensor<i64>| CrossEntropy { targets, weight: None, label_smoothing: 0.0, ignore_index: None };
        let plain = |targets: &[i64]| of(Tensor::from_slice(targets, targets.len()));
        let weighted = |op: CrossEntropy, weight: &[f64]| CrossEntropy { weight: Some(weight.to_vec()), ..op };
        let smooth = |op, label_smoothing| CrossEntropy { label_smoothing, ..op };
        let ignoring = |op, class| CrossEntropy { ignore_index: Some(class), ..op };
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        Cases::new(textbook, plain(&[3, 0, 3]), shapes![[3, 4]])
            .case(weighted(plain(&[2, 0, 2]), &[0.5, 3.0, 2.0]), shapes![[3, 3]])
            .case(smooth(plain(&[1, 0]), 0.1), shapes![[2, 3]])
            .case(smooth(weighted(plain(&[1, 0, 1]), &[0.5, 2.0]), 0.3), shapes![[3, 2]])
            .case(ignoring(smooth(weighted(plain(&[1, -100, 0]), &[0.5, 2.0]), 0.3), -100), shapes![[3, 2]])
            .case(of([[0, 1, 2], [2, 1, 1]].into()), shapes![[2, 3, 3]])
            .case(ignoring(smooth(of([[[0], [1]]].into()), 0.2), 0), shapes![[1, 2, 2, 1]])
            .case(plain(&[0, 0]), shapes![[2, 1]])
            .case(plain(&[]), shapes![[0, 3]])
            .case(of(Tensor::full([2, 0], 0)), shapes![[2, 3, 0]])
            .rejects(plain(&[0]), shapes![[3]], "the scores have shape [3], they need at least two axes")
            .rejects(plain(&[0, 1]), shapes![[3, 2]], "the targets have shape [2], they need [3]")
            .rejects(of([[0, 1]].into()), shapes![[1, 4]], "the targets have shape [1, 2], they need [1]")
            .rejects(plain(&[0, 3]), shapes![[2, 3]], "class 3 at [1] is none of the 3")
            .rejects(of([[0, -1]].into()), shapes![[1, 3, 2]], "class -1 at [0, 1] is none of the 3")
            .rejects(weighted(plain(&[0]), &[1.0]), shapes![[1, 2]], "1 weights for 2 classes")
            .rejects(smooth(plain(&[0]), 1.5), shapes![[1, 2]], "label smoothing is 1.5, not from 0 to 1")
            .rejects(smooth(plain(&[0]), nan), shapes![[1, 2]], "label smoothing is NaN, not from 0 to 1")
            .pin(
                "large scores",
                plain(&[0, 1]),
                tensors![[[1e300, -1e300], [1e3, -1e3]]],
                [0.0, 2e3],
                tensors![[[0.0, 0.0], [1.0, -1.0]]],
            )
            .pin(
                "a small loss of large scores",
                plain(&[0]),
                // At this distance no rounding of the logarithm shows, so that the algebra gives the same bits as the kernel.
                tensors![[[1e15, 1e15 - 19.0]]],
                [(1.0 + (-19f64).exp()).ln()],
                tensors![[[1.0 / (1.0 + (-19f64).exp()) - 1.0, (-19f64).exp() / (1.0 + (-19f64).exp())]]],
            )
            .pin("a class that cannot be", plain(&[0]), tensors![[[0.0, -inf]]], [0.0], tensors![[[0.0, 0.0]]])
            .pin(
                "an ignored example",
                ignoring(plain(&[7, 1]), 7),
                tensors![[[nan, inf], [-inf, 0.0]]],
                [0.0, 0.0],
                tensors![[[0.0, 0.0], [0.0, 0.0]]],
            )
            .bench(of(Tensor::from_fn([4096], |i| (i % 10) as i64)), shapes![[4096, 10]], Work::Bytes(4 * 11 * 4096))
            .bench(of(Tensor::from_fn([256], |i| 3 * i as i64)), shapes![[256, 1000]], Work::Bytes(4 * 256_000))
    }
}

/// The definition.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &CrossEntropy, x: &[Tensor<f64>]) -> Tensor<f64> {
    let classes = x[0].shape()[1];
    crate::testing::from_index(op.targets.shape().clone(), |row| {
        let target = op.targets.to_vec()[row.iter().zip(&**op.targets.shape()).fold(0, |at, (&i, &n)| at * n + i)];
        let score = |class: usize| crate::testing::element(&x[0], &[&row[..1], &[class], &row[1..]].concat());
        let log_sum = (0..classes).map(|class| score(class).exp()).sum::<f64>().ln();
        let share = |class: usize| {
            let own = if class as i64 == target { 1.0 - op.label_smoothing } else { 0.0 };
            (own + op.label_smoothing / classes as f64) * op.weight.as_ref().map_or(1.0, |weight| weight[class])
        };
        match Some(target) == op.ignore_index {
            true => 0.0,
            false => (0..classes).map(|class| share(class) * (log_sum - score(class))).sum(),
        }
    })
}
