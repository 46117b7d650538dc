//! `batch_norm`: each channel scaled to mean zero and variance one over the batch.

use super::affine;
use crate::composite::{Composite, compose};
use crate::kernel::normalize::{Grouping, Normalize, Statistics};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each channel scaled to mean zero and variance one over the batch, then by a weight and a bias; and that mean and variance, for
    /// running averages.
    ///
    /// `y[n, c, ..] = (x[n, c, ..] − mean[c]) / √(variance[c] + eps) · weight[c] + bias[c]`, the variance divided by the count `m` of a
    /// channel. (PyTorch's running variance is divided by `m − 1`: `variance · m / (m − 1)`.)
    ///
    /// # Shape
    /// `[n, c, ..] x [c] x [c] -> [n, c, ..], [c], [c]`
    ///
    /// # Gradient
    /// With `x̂ = (x − mean) · s`, `s = 1 / √(variance + eps)` and `g = dy · weight`: `dx = s · (g − mean(g) − x̂ · mean(g · x̂))` and
    /// `(dmean + 2 · dvariance · (x − mean)) / m`, `dweight = Σ dy · x̂`, `dbias = Σ dy`. Saves the operands, the means and the
    /// variances.
    ///
    /// # Edge cases
    /// Equal elements give the bias.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 10.0], [3.0, 30.0]]);
    /// let weight = Var::leaf([1.0, 2.0]);
    /// let [y, mean, variance] = x.batch_norm(Some(&weight), None, 0.0);
    /// assert_eq!((y.to_vec(), mean.to_vec(), variance.to_vec()), (vec![-1.0, -2.0, 1.0, 2.0], vec![2.0, 20.0], vec![1.0, 100.0]));
    /// let gradients = y.backward_with(&[[0.0, 0.0], [5.0, 7.0]].into());
    /// assert_eq!(gradients.get(&weight).unwrap().to_vec(), [5.0, 7.0]);
    /// ```
    ///
    /// Ioffe, Szegedy 2015, "Batch Normalization", algorithm 1.
    #[track_caller]
    #[must_use]
    pub fn batch_norm(&self, weight: Option<&Var<T>>, bias: Option<&Var<T>>, eps: f64) -> [Self; 3] {
        compose(BatchNorm { eps }, affine::operands(self, &affine::weights(weight, bias)))
    }
}

/// The composite of [`Var::batch_norm`].
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm {
    /// What is added to the variance.
    pub eps: f64,
}

impl BatchNorm {
    fn normalize(&self, x: &Shape) -> Normalize {
        let (segments, len) = (x[0] * x[1], x[2..].iter().product());
        Normalize { segments, len, grouping: Grouping::Apart(x[1]), eps: self.eps, centred: true }
    }
}

impl<T: Real> Composite<T> for BatchNorm {
    type Arity = Any;
    type Results = Fixed<3>;
    type Workspace = List<Statistics<T>>;
    const NAME: &'static str = "batch_norm";
    const RULE: &'static str = "[n, c, ..] x [c] x [c] -> [n, c, ..], [c], [c]";
    const OPERANDS: &'static [&'static str] = &["x", "weight", "bias"];
    const RESULTS: &'static [&'static str] = &["y", "mean", "variance"];

    fn shape(&self, x: List<&Shape>) -> Result<[Shape; 3], Mismatch> {
        if x[0].rank() < 2 {
            return Err(Mismatch::new(format!("x has {} axes, images and channels are at least 2", x[0].rank())));
        }
        let (channels, count) = (x[0][1], x[0][0].saturating_mul(x[0][2..].iter().product()));
        if count < 2 {
            let why = format!("each channel has {count} elements, a variance needs at least 2");
            return Err(Mismatch::new(why).help(
                "leave such a batch out, as drop_last of a loader does, or normalise it by kept statistics: .eval(), \
                 batch_norm_eval",
            ));
        }
        affine::check(&x, &[channels], self.eps)?;
        Ok([x[0].clone(), channels.into(), channels.into()])
    }

    fn forward(&self, x: List<&Tensor<T>>) -> ([Tensor<T>; 3], List<Statistics<T>>) {
        let (y, statistics) = affine::forward(self.normalize(x[0].shape()), &x);
        let of = |i: usize| Tensor::from_fn(statistics.len(), |channel| statistics[channel][i]);
        ([y, of(0), of(1)], statistics)
    }

    fn backward(
        &self,
        x: List<&Tensor<T>>,
        statistics: &List<Statistics<T>>,
        [dy, dmean, dvariance]: [Option<&Tensor<T>>; 3],
        needs: &[bool],
    ) -> List<Option<Tensor<T>>> {
        let given = [dmean, dvariance].map(|d| d.map(Tensor::contiguous));
        let of = |i: usize, channel: usize| {
            given[i].as_ref().map_or(T::zero(), |d| d.as_slice().expect("contiguous")[channel])
        };
        let both = given.iter().any(Option::is_some);
        let both = both.then(|| (0..statistics.len()).map(|c| [of(0, c), of(1, c)]).collect::<List<_>>());
        affine::backward(self.normalize(x[0].shape()), &x, statistics, dy, both.as_deref().map(Vec::as_slice), needs)
    }

    fn algebra(&self, x: List<&Var<T>>) -> [Var<T>; 3] {
        let axes: Vec<isize> = (0..x[0].rank() as isize).filter(|&axis| axis != 1).collect();
        let mean = x[0].mean_axes(&*axes, true);
        let centred = affine::centred(x[0], &axes);
        let variance = centred.square().mean_axes(&*axes, true);
        let channels = mean.shape()[1..].to_vec();
        let y = affine::scale(centred / (&variance + T::of(self.eps)).sqrt(), &x[1..], &channels);
        [y, mean.reshape(channels[0]), variance.reshape(channels[0])]
    }
}

#[cfg(any(test, feature = "testing"))]
impl CheckedComposite for BatchNorm {
    fn cases() -> Cases<Self> {
        let op = BatchNorm { eps: 1e-2 };
        Cases::new(textbook, op, shapes![[4, 3], [3], [3]])
            .case(op, shapes![[2, 3, 2, 2], [3], [3]])
            .case(op, shapes![[3, 2, 4], [2]])
            .case(op, shapes![[1, 2, 3]])
            .case(op, shapes![[2, 0], [0], [0]])
            .pin(
                "equal elements give the bias",
                BatchNorm { eps: 1.0 },
                tensors![[[7.0], [7.0]], [3.0], [0.5]],
                [0.5, 0.5, 7.0, 0.0],
                tensors![[[0.5], [0.5]], [0.0], [2.0]],
            )
            .rejects(op, shapes![[3]], "x has 1 axes, images and channels are at least 2")
            .rejects(op, shapes![[1, 3]], "each channel has 1 elements, a variance needs at least 2")
            .rejects(op, shapes![[0, 3]], "each channel has 0 elements, a variance needs at least 2")
            .rejects(op, shapes![[2, 3], [2]], "the weight has shape [2], it must have [3]")
            .shared(op, shapes![[2, 8, 64, 64], [8], [8]])
            .shared(op, shapes![[512, 64], [64], [64]])
            .bench(op, shapes![[4, 32, 32, 32], [32], [32]], Work::Bytes(8 * 4 * 32 * 1024))
            .bench(op, shapes![[512, 256], [256], [256]], Work::Bytes(8 * 512 * 256))
    }
}

#[cfg(any(test, feature = "testing"))]
fn textbook(op: &BatchNorm, x: &[Tensor<f64>]) -> Tensor<f64> {
    let (y, statistics) = affine::textbook(x, (op.eps, true), |at| at[1], |at| at[1]);
    let of = |i: usize| Tensor::from_fn(statistics.len(), |channel| statistics[&channel][i]);
    crate::testing::joined(&[y, of(0), of(1)])
}

#[cfg(test)]
mod tests {
    use crate::functional::grad;
    use crate::tensor::pending::deferring_from;
    use crate::{Generator, Tensor, Var};

    #[test]
    fn the_mean_of_equal_elements_has_a_gradient_without_eps() {
        let (x, weight) = (Var::leaf([[2.0], [2.0]]), Var::leaf([3.0]));
        let [_, mean, _] = x.batch_norm(Some(&weight), None, 0.0);
        for recorded in [false, true] {
            let gradients = grad(&mean.sum(), &[&x, &weight], recorded);
            let of = |i: usize| gradients[i].as_ref().expect("a gradient").to_vec();
            assert_eq!((of(0), of(1)), (vec![0.5, 0.5], vec![0.0]));
        }
    }

    #[test]
    fn a_gradient_that_waits_gives_the_same_bits() {
        let mut generator = Generator::seed(3);
        let mut leaf = |shape: &[usize]| Var::leaf(Tensor::<f32>::normal(shape, 0.5, 1.0, &mut generator));
        let leaves = [leaf(&[3, 4, 20, 15]), leaf(&[4]), leaf(&[4])];
        let gradients = |from| {
            deferring_from(from, || {
                let [x, weight, bias] = leaves.each_ref();
                let [y, ..] = x.batch_norm(Some(weight), Some(bias), 1e-3);
                let loss = (y.relu() * x).sum();
                grad(&loss, &leaves.each_ref(), false).into_iter().map(|dx| dx.expect("a gradient").to_vec()).collect()
            })
        };
        let (waiting, at_once): (Vec<_>, Vec<_>) = (gradients(1), gradients(usize::MAX));
        assert_eq!(waiting, at_once);
    }

    #[test]
    fn sums_over_many_examples_do_not_drift() {
        let x = Var::leaf(Tensor::<f32>::full([100_000, 1], 0.1));
        let [y, mean, variance] = x.batch_norm(None, None, 1e-5);
        assert_eq!((mean.item(), variance.item()), (0.1, 0.0));
        assert!(y.to_vec().iter().all(|&y| y == 0.0));
        let dx = y.sum().backward().get(&x).unwrap().to_vec();
        assert!(dx.iter().all(|dx| dx.abs() < 1e-3), "of 316 · (1 − 1): {}", dx[0]);
    }
}
