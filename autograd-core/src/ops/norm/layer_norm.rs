//! `layer_norm`: each example scaled to mean zero and variance one.

use super::affine;
use crate::composite::{Composite, compose};
use crate::kernel::normalize::{Grouping, Normalize, Statistics};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each example scaled to mean zero and variance one over its last `axes` axes, then by a weight and a bias for each place.
    ///
    /// `y = (x − mean) / √(variance + eps) · weight + bias`, mean and variance (divided by `n`) over the last axes.
    ///
    /// # Shape
    /// `[.., n] x [n] x [n] -> [.., n]`, `[n]` being the last axes
    ///
    /// # Gradient
    /// With `x̂ = (x − mean) · s`, `s = 1 / √(variance + eps)` and `g = dy · weight`: `dx = s · (g − mean(g) − x̂ · mean(g · x̂))`,
    /// `dweight = Σ dy · x̂`, `dbias = Σ dy`. Saves the operands, the means and the variances.
    ///
    /// # Edge cases
    /// Equal elements give the bias; with an eps of 0 they give NaN.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 3.0], [10.0, 14.0]]);
    /// let bias = Var::leaf([0.5, 0.5]);
    /// let y = x.layer_norm(1, None, Some(&bias), 0.0);
    /// assert_eq!(y.to_vec(), [-0.5, 1.5, -0.5, 1.5]);
    /// let gradients = y.backward_with(&[[1.0, 0.0], [0.0, 2.0]].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0; 4]); // two numbers are ±1, whatever they are
    /// assert_eq!(gradients.get(&bias).unwrap().to_vec(), [1.0, 2.0]);
    /// ```
    ///
    /// Ba, Kiros, Hinton 2016, "Layer Normalization", equations 3 and 4.
    #[track_caller]
    #[must_use]
    pub fn layer_norm(&self, axes: usize, weight: Option<&Var<T>>, bias: Option<&Var<T>>, eps: f64) -> Self {
        let [y] = compose(LayerNorm { axes, eps }, affine::operands(self, &affine::weights(weight, bias)));
        y
    }
}

/// The composite of [`Var::layer_norm`].
#[derive(Clone, Copy, Debug)]
pub struct LayerNorm {
    /// How many axes, the last ones, belong to an example.
    pub axes: usize,
    /// What is added to the variance.
    pub eps: f64,
}

impl LayerNorm {
    fn normalize(&self, x: &Shape) -> Normalize {
        let (outer, inner) = x.split_at(x.rank() - self.axes);
        let (segments, len) = (outer.iter().product(), inner.iter().product());
        Normalize { segments, len, grouping: Grouping::Each, eps: self.eps, centred: true }
    }
}

/// The last axes of `x`, over which it is normalised.
pub(super) fn last<'a>(x: &[&'a Shape], axes: usize) -> Result<&'a [usize], Mismatch> {
    match x[0].rank().checked_sub(axes) {
        Some(first) if axes > 0 => Ok(&x[0][first..]),
        _ => Err(Mismatch::new(format!("the last {axes} of {} axes cannot be normalised over", x[0].rank()))),
    }
}

impl<T: Real> Composite<T> for LayerNorm {
    type Arity = Any;
    type Results = Fixed<1>;
    type Workspace = List<Statistics<T>>;
    const NAME: &'static str = "layer_norm";
    const RULE: &'static str = "[.., n] x [n] x [n] -> [.., n], [n] being the last axes";
    const OPERANDS: &'static [&'static str] = &["x", "weight", "bias"];

    fn shape(&self, x: List<&Shape>) -> Result<[Shape; 1], Mismatch> {
        affine::check(&x, last(&x, self.axes)?, self.eps).map(|()| [x[0].clone()])
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
        let axes: Vec<isize> = (1..=self.axes as isize).map(|axis| -axis).collect();
        let centred = affine::centred(x[0], &axes);
        let variance = centred.square().mean_axes(&*axes, true);
        let shape = &x[0].shape()[x[0].rank() - self.axes..];
        [affine::scale(centred / (variance + T::of(self.eps)).sqrt(), &x[1..], shape)]
    }
}

#[cfg(any(test, feature = "testing"))]
impl CheckedComposite for LayerNorm {
    fn cases() -> Cases<Self> {
        let over = |axes| LayerNorm { axes, eps: 1e-2 };
        let pin = LayerNorm { axes: 1, eps: 0.0 };
        Cases::new(textbook, over(1), shapes![[3, 4], [4], [4]])
            .case(over(2), shapes![[2, 3, 2], [3, 2], [3, 2]])
            .case(over(1), shapes![[2, 3, 5], [5]])
            .case(over(2), shapes![[3, 4]])
            .case(over(1), shapes![[5], [5], [5]])
            .case(over(1), shapes![[2, 1], [1], [1]])
            .case(over(1), shapes![[0, 3], [3], [3]])
            .case(over(1), shapes![[2, 0], [0], [0]])
            .pin("two numbers", pin, tensors![[[4.0, 2.0]]], [[1.0, -1.0]], tensors![[[0.0, 0.0]]])
            .pin(
                "equal elements give the bias",
                LayerNorm { axes: 1, eps: 1.0 },
                tensors![[[7.0, 7.0]], [3.0, 3.0], [0.5, 0.25]],
                [[0.5, 0.25]],
                tensors![[[0.0, 0.0]], [0.0, 0.0], [1.0, 1.0]],
            )
            .pin(
                "equal elements without eps",
                pin,
                // Their mean is rounded.
                tensors![[[0.1, 0.1, 0.1]]],
                [[f64::NAN; 3]],
                tensors![[[f64::NAN; 3]]],
            )
            .rejects(over(1), shapes![[2, 3], [2]], "the weight has shape [2], it must have [3]")
            .rejects(over(1), shapes![[2, 3], [3], [1, 3]], "the bias has shape [1, 3], it must have [3]")
            .rejects(over(3), shapes![[2, 3]], "the last 3 of 2 axes cannot be normalised over")
            .rejects(over(0), shapes![[2, 3]], "the last 0 of 2 axes cannot be normalised over")
            .rejects(LayerNorm { axes: 1, eps: -1.0 }, shapes![[2, 3]], "eps is -1, it must be a number of at least 0")
            .rejects(over(1), shapes![[2, 3], [3], [3], [3]], "4 operands, there are x, weight and bias")
            .shared(over(1), shapes![[256, 128], [128], [128]])
            .bench(over(1), shapes![[512, 512], [512], [512]], Work::Bytes(8 * 512 * 512))
    }
}

#[cfg(any(test, feature = "testing"))]
fn textbook(op: &LayerNorm, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = x[0].shape();
    let position = |at: &[usize], shape: &[usize]| at.iter().zip(shape).fold(0, |i, (&at, &n)| i * n + at);
    let first = shape.rank() - op.axes;
    let example = |at: &[usize]| position(&at[..first], &shape[..first]);
    affine::textbook(x, (op.eps, true), example, |at| position(&at[first..], &shape[first..])).0
}

#[cfg(test)]
mod tests {
    use crate::functional::grad;
    use crate::{Tensor, Var};

    #[test]
    fn large_equal_elements_give_the_bias() {
        let x = Var::leaf(Tensor::<f32>::full([1, 768], 333_333.3));
        let weight = Var::leaf(Tensor::ones([768]));
        let y = x.layer_norm(1, Some(&weight), None, 1e-5);
        assert!(y.to_vec().iter().all(|&y| y == 0.0), "{}", y.to_vec()[0]);
        for recorded in [false, true] {
            let dweight = grad(&y.sum(), &weight, recorded).expect("a gradient").to_vec();
            assert!(dweight.iter().all(|&d| d == 0.0), "{recorded}: {}", dweight[0]);
        }
    }

    #[test]
    #[should_panic(expected = "layer_norm: the bias has shape [2], it must have [3]")]
    fn a_bias_alone_is_refused_by_its_own_name() {
        let [x, bias] = [&[2, 3][..], &[2]].map(|shape| Var::constant(Tensor::<f64>::zeros(shape)));
        let _ = x.layer_norm(1, None, Some(&bias), 0.0);
    }
}
