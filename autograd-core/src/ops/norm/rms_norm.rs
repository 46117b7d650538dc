//! `rms_norm`: each example scaled to a mean square of one.

use super::affine;
use super::layer_norm::last;
use crate::composite::{Composite, compose};
use crate::kernel::normalize::{Grouping, Normalize, Statistics};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each example divided by the root of its mean square over its last `axes` axes, then scaled by a weight for each place.
    ///
    /// `y = x / √(mean(x²) + eps) · weight`
    ///
    /// # Shape
    /// `[.., n] x [n] -> [.., n]`, `[n]` being the last axes
    ///
    /// # Gradient
    /// With `x̂ = x · s`, `s = 1 / √(mean(x²) + eps)` and `g = dy · weight`: `dx = s · (g − x̂ · mean(g · x̂))`, `dweight = Σ dy · x̂`.
    /// Saves the operands and the mean squares.
    ///
    /// # Edge cases
    /// Zeros give zeros, with gradient `dy · weight / √eps`; with an eps of 0 they give NaN.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[4.0, 0.0, 0.0, 0.0]]);
    /// let weight = Var::leaf([1.0, 1.0, 1.0, 1.0]);
    /// let y = x.rms_norm(1, Some(&weight), 0.0);
    /// assert_eq!(y.to_vec(), [2.0, 0.0, 0.0, 0.0]);
    /// assert_eq!(y.sum().backward().get(&weight).unwrap().to_vec(), [2.0, 0.0, 0.0, 0.0]);
    /// ```
    ///
    /// Zhang, Sennrich 2019, "Root Mean Square Layer Normalization", equation 4.
    #[track_caller]
    #[must_use]
    pub fn rms_norm(&self, axes: usize, weight: Option<&Var<T>>, eps: f64) -> Self {
        let [y] = compose(RmsNorm { axes, eps }, affine::operands(self, &affine::weights(weight, None)));
        y
    }
}

/// The composite of [`Var::rms_norm`].
#[derive(Clone, Copy, Debug)]
pub struct RmsNorm {
    /// How many axes, the last ones, belong to an example.
    pub axes: usize,
    /// What is added to the mean square.
    pub eps: f64,
}

impl RmsNorm {
    fn normalize(&self, x: &Shape) -> Normalize {
        let (outer, inner) = x.split_at(x.rank() - self.axes);
        let (segments, len) = (outer.iter().product(), inner.iter().product());
        Normalize { segments, len, grouping: Grouping::Each, eps: self.eps, centred: false }
    }
}

impl<T: Real> Composite<T> for RmsNorm {
    type Arity = Any;
    type Results = Fixed<1>;
    type Workspace = List<Statistics<T>>;
    const NAME: &'static str = "rms_norm";
    const RULE: &'static str = "[.., n] x [n] -> [.., n], [n] being the last axes";
    const OPERANDS: &'static [&'static str] = &["x", "weight"];

    fn shape(&self, x: List<&Shape>) -> Result<[Shape; 1], Mismatch> {
        if x.len() > 2 {
            return Err(Mismatch::new(format!("{} operands, there are x and weight", x.len())));
        }
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
        let root = (x[0].square().mean_axes(&*axes, true) + T::of(self.eps)).sqrt();
        let shape = &x[0].shape()[x[0].rank() - self.axes..];
        [affine::scale(x[0] / root, &x[1..], shape)]
    }
}

#[cfg(any(test, feature = "testing"))]
impl CheckedComposite for RmsNorm {
    fn cases() -> Cases<Self> {
        let over = |axes, eps| RmsNorm { axes, eps };
        let nan = f64::NAN;
        Cases::new(textbook, over(1, 1e-2), shapes![[3, 4], [4]])
            .case(over(2, 1e-2), shapes![[2, 3, 2], [3, 2]])
            .case(over(1, 1e-2), shapes![[2, 3, 5]])
            .case(over(1, 1e-2), shapes![[1], [1]])
            .case(over(1, 1e-2), shapes![[0, 3], [3]])
            .pin(
                "zeros",
                over(1, 0.25),
                tensors![[[0.0, 0.0]], [1.0, 3.0]],
                [[0.0, 0.0]],
                tensors![[[2.0, 6.0]], [0.0, 0.0]],
            )
            .pin("zeros without eps", over(1, 0.0), tensors![[[0.0, 0.0]]], [[nan, nan]], tensors![[[nan, nan]]])
            .rejects(over(1, 0.0), shapes![[2, 3], [2]], "the weight has shape [2], it must have [3]")
            .rejects(over(1, 0.0), shapes![[2, 3], [3], [3]], "3 operands, there are x and weight")
            .rejects(over(2, 0.0), shapes![[3]], "the last 2 of 1 axes cannot be normalised over")
            .rejects(over(1, f64::NAN), shapes![[3]], "eps is NaN, it must be a number of at least 0")
            .shared(over(1, 1e-5), shapes![[256, 128], [128]])
            .bench(over(1, 1e-5), shapes![[512, 512], [512]], Work::Bytes(8 * 512 * 512))
    }
}

#[cfg(any(test, feature = "testing"))]
fn textbook(op: &RmsNorm, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = x[0].shape();
    let position = |at: &[usize], shape: &[usize]| at.iter().zip(shape).fold(0, |i, (&at, &n)| i * n + at);
    let first = shape.rank() - op.axes;
    let example = |at: &[usize]| position(&at[..first], &shape[..first]);
    affine::textbook(x, (op.eps, false), example, |at| position(&at[first..], &shape[first..])).0
}
