//! `ctc_loss`: a sequence of labels from steps in time whose alignment with them is not known.

use super::ctc_options::CtcLossOptions;
use super::reduction::Reduction;
use crate::composite::{Composite, compose};
use crate::kernel::ctc::skips;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The loss of connectionist temporal classification: minus the logarithm of the probability that the steps spell the labels, in any
    /// alignment.
    ///
    /// At each step stands a class or a blank; the labels are what is left when repetitions are joined and then blanks taken out. So
    /// `loss[n] = −log Σ exp Σ_t x[t, n, path[t]]` over all paths that leave the labels of example `n`. The variable holds
    /// log-probabilities, as [`log_softmax`](Var::log_softmax) gives. The mean divides each loss by its number of labels (at least 1), then
    /// averages over examples.
    ///
    /// Targets are padded, `[n, s]`, or lie one behind the other in one vector. The first `input_lengths[n]` steps and
    /// `target_lengths[n]` labels of an example count.
    ///
    /// # Shape
    /// `[t, n, c] -> []`, or `[n]` without a reduction
    ///
    /// # Gradient
    /// `dx[t, n, k] = −dy[n] ·` the probability, given the labels, that step `t` stands for class `k`; in one backward sweep over time.
    /// Saves `x` and the logarithmic sums of the forward sweep, `[n, t + 1, 2 s + 1]`. Further derivatives go through the recursion over
    /// time in ordinary ops, which takes some ten of them for each step.
    ///
    /// # Edge cases
    /// Without labels all steps are blank. Labels that no path spells, such as more labels than steps, or a label twice without a step for
    /// the blank between, cost infinity, or 0 with `zero_infinity`, and have gradient 0. What lies beyond the lengths leaks nowhere.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::CtcLossOptions};
    /// // Two steps, one example, two classes: the blank and the label 1. Three of the four paths spell [1].
    /// let x = Var::leaf([[[0.5f64.ln(), 0.5f64.ln()]], [[0.5f64.ln(), 0.5f64.ln()]]]);
    /// let loss = x.ctc_loss(&[[1]].into(), &[2], &[1], CtcLossOptions::new());
    /// assert!((loss.item() + 0.75f64.ln()).abs() < 1e-15);
    /// let dx = loss.backward().get(&x).unwrap().to_vec();
    /// assert!((dx[0] + 1.0 / 3.0).abs() < 1e-15 && (dx[1] + 2.0 / 3.0).abs() < 1e-15);
    /// ```
    ///
    /// Source: Graves, Fernández, Gomez and Schmidhuber, "Connectionist Temporal Classification" (2006), equations 6 to 14.
    #[track_caller]
    #[must_use]
    #[doc(alias = "connectionist_temporal_classification")]
    pub fn ctc_loss(
        &self,
        targets: &Tensor<i64>,
        input_lengths: &[usize],
        target_lengths: &[usize],
        options: CtcLossOptions,
    ) -> Self {
        let op = CtcLoss {
            targets: targets.clone(),
            input_lengths: input_lengths.to_vec(),
            target_lengths: target_lengths.to_vec(),
            blank: options.blank,
        };
        let [mut losses] = compose(op, [self]);
        if options.zero_infinity {
            losses = losses.masked_fill(&losses.value().eq(T::infinity()), T::zero());
        }
        if options.reduction == Reduction::Mean {
            losses /= Var::constant(Tensor::from_fn(losses.shape(), |n| T::of(target_lengths[n].max(1) as f64)));
        }
        options.reduction.of(losses)
    }
}

/// The op of [`Var::ctc_loss`]: the loss of each example.
#[derive(Clone)]
pub struct CtcLoss {
    /// The labels: one row for each example, or all one behind the other.
    pub targets: Tensor<i64>,
    /// How many steps of each example count.
    pub input_lengths: Vec<usize>,
    /// How many labels of each example count.
    pub target_lengths: Vec<usize>,
    /// The class that stands for no label.
    pub blank: usize,
}

impl<T: Real> Composite<T> for CtcLoss {
    type Arity = Fixed<1>;
    type Results = Fixed<1>;
    /// The sums of the forward sweep.
    type Workspace = Tensor<T>;
    const NAME: &'static str = "ctc_loss";
    const RULE: &'static str = "[t, n, c] -> [n] for targets [n, s] or [s]";

    fn shape(&self, [x]: [&Shape; 1]) -> Result<[Shape; 1], Mismatch> {
        Ok([[self.check(x)?].into()])
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> ([Tensor<T>; 1], Tensor<T>) {
        self.batch(x, |batch| {
            let sums = Tensor::build(Shape::from(batch.sums_shape()), |sums| batch.sums(sums));
            let flat = sums.as_slice().expect("contiguous");
            ([Tensor::from_fn(self.input_lengths.len(), |i| batch.loss(i, flat))], sums)
        })
    }

    fn backward(
        &self,
        [x]: [&Tensor<T>; 1],
        sums: &Tensor<T>,
        [dy]: [Option<&Tensor<T>>; 1],
        _: &[bool],
    ) -> [Option<Tensor<T>>; 1] {
        let dx = |dy: &Tensor<T>| {
            let [t, n, c] = [0, 1, 2].map(|axis| x.shape()[axis]);
            let (sums, dy) = (sums.as_slice().expect("contiguous"), dy.to_vec());
            // Examples first, so that each is written by one thread.
            let dx = self.batch(x, |batch| Tensor::build(Shape::from([n, t, c]), |dx| batch.gradient(sums, &dy, dx)));
            dx.permute([1, 0, 2])
        };
        [dy.map(dx)]
    }

    fn algebra(&self, [x]: [&Var<T>; 1]) -> [Var<T>; 1] {
        let (paths, never) = (self.paths(), T::neg_infinity());
        let (steps, n) = (x.shape()[0], paths.len());
        let width = paths.iter().map(Vec::len).max().unwrap_or(1);
        let place = |i: usize, s: usize| paths[i].get(s).copied().unwrap_or(self.blank) as i64;
        let classes = Tensor::from_fn([1, n, width], |k| place(k / width, k % width)).broadcast_to([steps, n, width]);
        let costs = x.gather(2, &classes);
        let barred = Tensor::from_fn([n, width], |k| {
            k % width >= paths[k / width].len() || !skips(&paths[k / width], k % width)
        });
        // Two places before each path, where nothing ever is.
        let before = |sums: &Var<T>| sums.pad([(0, 0), (2, 0)], never);
        let mut sums = Var::constant(Tensor::from_fn([n, width], |k| if k % width == 0 { T::zero() } else { never }));
        for t in 0..steps {
            let wide = before(&sums);
            let one = wide.slice((.., 1..width as isize + 1));
            let two = wide.slice((.., ..width as isize)).masked_fill(&barred, never);
            let ways = Var::stack(&[&sums, &one, &two], 0).logsumexp(0, false);
            let next = ways + costs.slice(t as isize..t as isize + 1).reshape([n, width]);
            let ended = Tensor::from_fn([n, 1], |i| t >= self.input_lengths[i]);
            sums = if ended.any() { Var::where_(&ended, &sums, &next) } else { next };
        }
        // The last label and the blank behind it; without labels, a place before the path and its only blank.
        let ends = Tensor::from_fn([n, 2], |k| (paths[k / 2].len() + k % 2) as i64);
        [before(&sums).gather(1, &ends).logsumexp(1, false).neg()]
    }
}

#[cfg(any(test, feature = "testing"))]
impl CheckedComposite for CtcLoss {
    fn cases() -> Cases<Self> {
        let of = |targets: Tensor<i64>, inputs: &[usize], lengths: &[usize], blank| CtcLoss {
            targets,
            input_lengths: inputs.to_vec(),
            target_lengths: lengths.to_vec(),
            blank,
        };
        let one =
            |labels: &[i64], steps| of(Tensor::from_slice(labels, [1, labels.len()]), &[steps], &[labels.len()], 0);
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, of([[1, 2], [1, 1]].into(), &[4, 4], &[2, 2], 0), shapes![[4, 2, 3]])
            .case(of([[1, 1, 0], [0, 7, 7], [-5, 7, 7]].into(), &[4, 2, 3], &[3, 1, 0], 2), shapes![[4, 3, 3]])
            .case(of([1, 2, 1].into(), &[3, 2], &[2, 1], 0), shapes![[3, 2, 3]])
            .case(one(&[1], 1), shapes![[1, 1, 2]])
            .case(one(&[], 2), shapes![[3, 1, 1]])
            .case(of(Tensor::zeros([0, 2]), &[], &[], 0), shapes![[3, 0, 2]])
            .domain(Domain::between(-2.0, 0.0))
            .pin("one way", one(&[1], 1), tensors![[[[-1.0, -2.0]]]], [2.0], tensors![[[[0.0, -1.0]]]])
            .second(tensors![[[[0.0, 0.0]]]])
            .pin(
                "no label",
                one(&[], 2),
                tensors![[[[-1.0, -2.0]], [[-3.0, -4.0]]]],
                [4.0],
                tensors![[[[-1.0, 0.0]], [[-1.0, 0.0]]]],
            )
            .pin("no step and no label", one(&[], 0), tensors![[[[-1.0, -2.0]]]], [0.0], tensors![[[[0.0, 0.0]]]])
            .pin("no step for a label", one(&[1], 0), tensors![[[[-1.0, -2.0]]]], [inf], tensors![[[[0.0, 0.0]]]])
            .pin(
                "no step for the blank between",
                one(&[1, 1], 2),
                tensors![[[[-1.0, -2.0]], [[-3.0, -4.0]]]],
                [inf],
                tensors![[[[0.0, 0.0]], [[0.0, 0.0]]]],
            )
            .pin(
                "all but one way have probability 0",
                one(&[1], 2),
                tensors![[[[-inf, -1.0]], [[-2.0, -inf]]]],
                [3.0],
                tensors![[[[0.0, -1.0]], [[-1.0, 0.0]]]],
            )
            .second(tensors![[[[0.0, 0.0]], [[0.0, 0.0]]]])
            .pin(
                "each way has probability 0",
                one(&[1], 2),
                tensors![[[[0.0, -inf]], [[0.0, -inf]]]],
                [inf],
                tensors![[[[0.0, 0.0]], [[0.0, 0.0]]]],
            )
            .second(tensors![[[[0.0, 0.0]], [[0.0, 0.0]]]])
            .pin(
                "beyond the lengths",
                of([[1, 9]].into(), &[1], &[1], 0),
                tensors![[[[-1.0, -2.0]], [[nan, inf]]]],
                [2.0],
                tensors![[[[0.0, -1.0]], [[0.0, 0.0]]]],
            )
            .second(tensors![[[[0.0, 0.0]], [[0.0, 0.0]]]])
            .rejects(one(&[1], 1), shapes![[1, 2]], "the log-probabilities have shape [1, 2], they need three axes")
            .rejects(one(&[1], 1), shapes![[1, 2, 2]], "1 input lengths and 1 target lengths for 2 examples")
            .rejects(one(&[1], 3), shapes![[2, 1, 2]], "input length 3 at [0] is more than the 2 steps")
            .rejects(
                of([[1]].into(), &[1], &[2], 0),
                shapes![[1, 1, 2]],
                "target length 2 at [0] is more than the 1 of a row",
            )
            .rejects(of([1].into(), &[1], &[2], 0), shapes![[1, 1, 2]], "1 labels for target lengths that sum to 2")
            .rejects(
                of([[[1]]].into(), &[1], &[1], 0),
                shapes![[1, 1, 2]],
                "the targets have shape [1, 1, 1], they need [1, s] or [s]",
            )
            .rejects(one(&[1, 3], 2), shapes![[2, 1, 3]], "class 3 at [0, 1] is none of the 3")
            .rejects(of([1, -1].into(), &[2], &[2], 0), shapes![[2, 1, 3]], "class -1 at [1] is none of the 3")
            .rejects(one(&[1, 0], 2), shapes![[2, 1, 3]], "class 0 at [0, 1] is the blank")
            .rejects(of([[1]].into(), &[1], &[1], 2), shapes![[1, 1, 2]], "the blank is class 2, none of the 2")
            .bench(
                of(Tensor::from_fn([8, 10], |k| (k % 19 + 1) as i64), &[50; 8], &[10; 8], 0),
                shapes![[50, 8, 20]],
                Work::Bytes(4 * (50 * 8 * 20 + 51 * 8 * 21)),
            )
    }
}

/// The definition: each path is walked, and counts if it leaves the labels.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &CtcLoss, x: &[Tensor<f64>]) -> Tensor<f64> {
    let classes = x[0].shape()[2];
    let labels = op.paths();
    Tensor::from_fn(op.input_lengths.len(), |i| {
        let steps = op.input_lengths[i];
        let wanted: Vec<usize> = labels[i].iter().copied().filter(|&class| class != op.blank).collect();
        let mut probability = 0.0;
        for number in 0..classes.pow(steps as u32) {
            let path: Vec<usize> = (0..steps).map(|t| number / classes.pow(t as u32) % classes).collect();
            let mut spelled = path.clone();
            spelled.dedup();
            spelled.retain(|&class| class != op.blank);
            if spelled == wanted {
                let cost = |(t, &class): (usize, &usize)| crate::testing::element(&x[0], &[t, i, class]);
                probability += path.iter().enumerate().map(cost).sum::<f64>().exp();
            }
        }
        -probability.ln()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functional::grad;

    fn log_probabilities() -> Var<f64> {
        Var::leaf(Tensor::from_fn([3, 2, 3], |i| (i * 7 % 11) as f64 / 4.0)).log_softmax(2)
    }

    #[test]
    fn the_mean_is_over_labels_then_examples() {
        let x = log_probabilities();
        let with = |options: CtcLossOptions| x.ctc_loss(&[[1, 2], [0, 0]].into(), &[3, 3], &[2, 0], options);
        let losses = with(CtcLossOptions::new().reduction(Reduction::None)).to_vec();
        assert_eq!(with(CtcLossOptions::new()).item(), (losses[0] / 2.0 + losses[1]) / 2.0);
        assert_eq!(with(CtcLossOptions::new().reduction(Reduction::Sum)).item(), losses[0] + losses[1]);
    }

    #[test]
    fn what_cannot_be_counts_nothing_if_infinity_is_zero() {
        let x = Var::leaf(log_probabilities().value());
        let with =
            |zero| x.ctc_loss(&[[1, 1], [2, 0]].into(), &[2, 3], &[2, 1], CtcLossOptions::new().zero_infinity(zero));
        assert_eq!(with(false).item(), f64::INFINITY);
        let loss = with(true);
        assert!(loss.item().is_finite());
        let gradients = loss.backward();
        let dx = gradients.get(&x).unwrap();
        assert_eq!(dx.slice((.., ..1)).to_vec(), [0.0; 9]);
        assert!(
            (dx.sum_over(&[0, 1, 2], Shape::from([])).item() + 1.5).abs() < 1e-12,
            "1 for each of three steps, halved"
        );
    }

    #[test]
    fn second_derivatives_are_finite_where_ways_have_probability_zero() {
        // The label of the second example cannot be at the first step, that of the first at none.
        let inf = f64::INFINITY;
        let x = Var::leaf([[[-0.5, -inf], [0.0, -inf]], [[0.0, -inf], [-0.7, -0.7]]]);
        let losses = x.ctc_loss(&[[1], [1]].into(), &[2, 2], &[1, 1], CtcLossOptions::new().reduction(Reduction::None));
        assert_eq!(losses.to_vec(), [inf, 0.7]);
        let dx = grad(&losses.sum(), &x, true).expect("a gradient");
        let ddx = grad(&(&dx * &dx).sum(), &x, false).expect("a second one");
        assert!(ddx.value().is_finite(), "{ddx}");
    }
}
