//! `group_norm` and `instance_norm`: groups of channels of each image scaled to mean zero and variance one.

use super::affine;
use crate::composite::{Composite, compose};
use crate::kernel::normalize::{Grouping, Normalize, Statistics};
use crate::ops::conv::sizes::divides;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each group of channels of each image scaled to mean zero and variance one, then by a weight and a bias for each channel.
    ///
    /// `y[n, c, ..] = (x[n, c, ..] − mean[n, g]) / √(variance[n, g] + eps) · weight[c] + bias[c]` with `c` in group `g`; mean and variance
    /// (divided by the count) are over the channels of the group and all axes behind.
    ///
    /// # Shape
    /// `[n, c, ..] x [c] x [c] -> [n, c, ..]`
    ///
    /// # Gradient
    /// With `x̂ = (x − mean) · s`, `s = 1 / √(variance + eps)` and `g = dy · weight`: `dx = s · (g − mean(g) − x̂ · mean(g · x̂))`,
    /// `dweight = Σ dy · x̂`, `dbias = Σ dy`. Saves the operands, the means and the variances.
    ///
    /// # Edge cases
    /// A single element gives the bias.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 3.0, 10.0, 30.0]]);
    /// let weight = Var::leaf([1.0, 1.0, 2.0, 2.0]);
    /// let y = x.group_norm(2, Some(&weight), None, 0.0);
    /// assert_eq!(y.to_vec(), [-1.0, 1.0, -2.0, 2.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&weight).unwrap().to_vec(), [-1.0, 1.0, -1.0, 1.0]);
    /// ```
    ///
    /// Wu, He 2018, "Group Normalization", equations 1 and 2.
    #[track_caller]
    #[must_use]
    pub fn group_norm(&self, groups: usize, weight: Option<&Var<T>>, bias: Option<&Var<T>>, eps: f64) -> Self {
        let op = GroupNorm { groups: Some(groups), eps };
        let [y] = compose(op, affine::operands(self, &affine::weights(weight, bias)));
        y
    }

    /// Each channel of each image scaled to mean zero and variance one, then by a weight and a bias for each channel:
    /// [`group_norm`](Var::group_norm) with groups of one channel.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[1.0, 3.0], [10.0, 30.0]]]);
    /// let y = x.instance_norm(None, None, 0.0);
    /// assert_eq!(y.to_vec(), [-1.0, 1.0, -1.0, 1.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0; 4]);
    /// ```
    ///
    /// Ulyanov, Vedaldi, Lempitsky 2016, "Instance Normalization", equation 3.
    #[track_caller]
    #[must_use]
    pub fn instance_norm(&self, weight: Option<&Var<T>>, bias: Option<&Var<T>>, eps: f64) -> Self {
        let [y] = compose(GroupNorm { groups: None, eps }, affine::operands(self, &affine::weights(weight, bias)));
        y
    }
}

/// The composite of [`Var::group_norm`] and [`Var::instance_norm`].
#[derive(Clone, Copy, Debug)]
pub struct GroupNorm {
    /// The number of groups; `None` for one of each channel.
    pub groups: Option<usize>,
    /// What is added to the variance.
    pub eps: f64,
}

impl GroupNorm {
    /// The number of channels in a group.
    fn run(&self, x: &Shape) -> usize {
        self.groups.map_or(1, |groups| x[1] / groups)
    }

    fn normalize(&self, x: &Shape) -> Normalize {
        let grouping = Grouping::Runs { run: self.run(x), weights: x[1] };
        let (segments, len) = (x[0] * x[1], x[2..].iter().product());
        Normalize { segments, len, grouping, eps: self.eps, centred: true }
    }
}

impl<T: Real> Composite<T> for GroupNorm {
    type Arity = Any;
    type Results = Fixed<1>;
    type Workspace = List<Statistics<T>>;
    const NAME: &'static str = "group_norm";
    const RULE: &'static str = "[n, c, ..] x [c] x [c] -> [n, c, ..]";
    const OPERANDS: &'static [&'static str] = &["x", "weight", "bias"];

    fn shape(&self, x: List<&Shape>) -> Result<[Shape; 1], Mismatch> {
        if x[0].rank() < 2 {
            return Err(Mismatch::new(format!("x has {} axes, images and channels are at least 2", x[0].rank())));
        }
        divides(self.groups.unwrap_or(1), x[0][1], "channels")?;
        affine::check(&x, &x[0][1..2], self.eps).map(|()| [x[0].clone()])
    }

    fn forward(&self, x: List<&Tensor<T>>) -> ([Tensor<T>; 1], List<Statistics<T>>) {
        let (y, statistics) = affine::forward(self.normalize(x[0].shape()), &x);
        ([y], statistics)
    }

    fn backward(
        &self,
        x: List<&Tensor<T>>,
        statistics: &List<Statistics<T>>,
        [dy]: [Option<&Tensor<T>>; 1],
        needs: &[bool],
    ) -> List<Option<Tensor<T>>> {
        affine::backward(self.normalize(x[0].shape()), &x, statistics, dy, None, needs)
    }

    fn algebra(&self, x: List<&Var<T>>) -> [Var<T>; 1] {
        let shape = x[0].shape();
        let run = self.run(shape);
        let group = [shape[0], shape[1] / run.max(1), run * shape[2..].iter().product::<usize>()];
        let grouped = x[0].reshape(group);
        let centred = affine::centred(&grouped, &[-1]);
        let variance = centred.square().mean_axes(-1, true);
        let y = (centred / (variance + T::of(self.eps)).sqrt()).reshape(shape);
        let mut channels = vec![1; shape.rank() - 1];
        channels[0] = shape[1];
        [affine::scale(y, &x[1..], &channels)]
    }
}

#[cfg(any(test, feature = "testing"))]
impl CheckedComposite for GroupNorm {
    fn cases() -> Cases<Self> {
        let of = |groups| GroupNorm { groups: Some(groups), eps: 1e-2 };
        let each = GroupNorm { groups: None, eps: 1e-2 };
        Cases::new(textbook, of(2), shapes![[2, 4, 3], [4], [4]])
            .case(of(1), shapes![[2, 3, 2, 2], [3]])
            .case(of(3), shapes![[2, 6], [6], [6]])
            .case(each, shapes![[2, 3, 2, 2], [3], [3]])
            .case(each, shapes![[1, 2, 5]])
            .case(of(2), shapes![[0, 4, 3], [4], [4]])
            .case(each, shapes![[2, 0, 3], [0], [0]])
            .pin(
                "a single element gives the bias",
                GroupNorm { groups: None, eps: 1.0 },
                tensors![[[7.0, -7.0]], [3.0, 3.0], [0.5, 0.25]],
                [[0.5, 0.25]],
                tensors![[[0.0, 0.0]], [0.0, 0.0], [1.0, 1.0]],
            )
            .rejects(of(2), shapes![[4]], "x has 1 axes, images and channels are at least 2")
            .rejects(of(3), shapes![[2, 4, 3]], "4 channels do not form 3 groups")
            .rejects(of(0), shapes![[2, 4, 3]], "4 channels do not form 0 groups")
            .rejects(of(2), shapes![[2, 4, 3], [3]], "the weight has shape [3], it must have [4]")
            .shared(of(4), shapes![[2, 8, 64, 64], [8], [8]])
            .bench(of(8), shapes![[4, 32, 32, 32], [32], [32]], Work::Bytes(8 * 4 * 32 * 1024))
    }
}

#[cfg(any(test, feature = "testing"))]
fn textbook(op: &GroupNorm, x: &[Tensor<f64>]) -> Tensor<f64> {
    let channels = x[0].shape()[1];
    let run = op.groups.map_or(1, |groups| channels / groups);
    affine::textbook(x, (op.eps, true), |at| at[0] * channels + at[1] / run, |at| at[1]).0
}
