//! `batch_norm_eval`: each channel scaled by a mean and a variance that are known.

use super::affine;
use crate::error::Error;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each channel scaled by a mean and a variance that are known, as after training; then by a weight and a bias.
    ///
    /// `y[n, c, ..] = (x[n, c, ..] − mean[c]) / √(variance[c] + eps) · weight[c] + bias[c]`
    ///
    /// # Shape
    /// `[n, c, ..] x [c] x [c] x [c] x [c] -> [n, c, ..]`
    ///
    /// # Gradient
    /// `dx = dy · weight / √(variance + eps)`, `dweight = Σ dy · x̂`, `dbias = Σ dy`; composed of other ops, which save their operands.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var};
    /// let x = Var::leaf([[5.0, 7.0]]);
    /// let y = x.batch_norm_eval(&Tensor::from([1.0, 7.0]), &Tensor::from([4.0, 1.0]), None, None, 0.0);
    /// assert_eq!(y.to_vec(), [2.0, 0.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.5, 1.0]);
    /// ```
    ///
    /// # Panics
    /// If mean, variance, weight or bias do not have the shape `[c]`, or eps is no finite number of at least 0.
    #[track_caller]
    #[must_use]
    pub fn batch_norm_eval(
        &self,
        mean: &Tensor<T>,
        variance: &Tensor<T>,
        weight: Option<&Var<T>>,
        bias: Option<&Var<T>>,
        eps: f64,
    ) -> Self {
        let each = [Some(mean.shape()), Some(variance.shape()), weight.map(Var::shape), bias.map(Var::shape)];
        if let Err(why) = check(self.shape(), each, eps) {
            let rule = "[n, c, ..] x [c] x [c] x [c] x [c] -> [n, c, ..]";
            let shapes = [self.shape(), mean.shape(), variance.shape()];
            Error::refused("batch_norm_eval", rule, why, &["x", "mean", "variance"], shapes.into_iter()).raise();
        }
        let mut channels = vec![1; self.rank() - 1];
        channels[0] = self.shape()[1];
        let scale = variance.map(|variance| (variance + T::of(eps)).sqrt().recip());
        let of = |x: &Tensor<T>| Var::constant(x.reshape(&*channels));
        let y = (self - of(mean)) * of(&scale);
        let weights = affine::weights(weight, bias);
        affine::scale(y, &weights.iter().collect::<Vec<_>>(), &channels)
    }
}

/// Refuses what does not have the shape of the channels: mean, variance, weight and bias in turn.
fn check(x: &Shape, each: [Option<&Shape>; 4], eps: f64) -> Result<(), Mismatch> {
    if x.rank() < 2 {
        return Err(Mismatch::new(format!("x has {} axes, images and channels are at least 2", x.rank())));
    }
    for (shape, name) in each.into_iter().zip(["mean", "variance", "weight", "bias"]) {
        if let Some(shape) = shape.filter(|shape| ***shape != x[1..2]) {
            let why = format!("the {name} has shape {shape}, it must have that of the channels");
            return Err(Mismatch::new(why));
        }
    }
    affine::epsilon(eps)
}

#[cfg(test)]
mod tests {
    use crate::testing::{gradcheck, gradgradcheck};
    use crate::{Tensor, Var};

    #[test]
    fn statistics_of_the_batch_give_what_training_gives() {
        let x = Var::leaf(Tensor::from_fn([3, 2, 2], |i| (i * 7 % 5) as f64));
        let (weight, bias) = (Var::leaf([2.0, -1.0]), Var::leaf([0.5, 3.0]));
        let [y, mean, variance] = x.batch_norm(Some(&weight), Some(&bias), 0.25);
        let same = x.batch_norm_eval(mean.value(), variance.value(), Some(&weight), Some(&bias), 0.25);
        assert!(y.value().zip(same.value(), |a, b| (a - b).abs() < 1e-14).all());
        let eval =
            |x: &[Var<f64>]| x[0].batch_norm_eval(mean.value(), variance.value(), Some(&x[1]), Some(&x[2]), 0.25);
        let operands = [&x, &weight, &bias].map(|x| x.value().clone());
        gradcheck(eval, &operands).unwrap();
        gradgradcheck(eval, &operands).unwrap();
    }

    #[test]
    #[should_panic(expected = "batch_norm_eval: the variance has shape [1], it must have that of the channels")]
    fn statistics_of_other_channels_are_refused() {
        let x = Var::constant(Tensor::<f64>::zeros([2, 3]));
        let _ = x.batch_norm_eval(&Tensor::zeros([3]), &Tensor::zeros([1]), None, None, 0.0);
    }

    #[test]
    #[should_panic(expected = "batch_norm_eval: x has 1 axes, images and channels are at least 2")]
    fn a_vector_has_no_channels() {
        let _ = Var::constant([1.0]).batch_norm_eval(&Tensor::zeros([1]), &Tensor::ones([1]), None, None, 0.0);
    }

    #[test]
    #[should_panic(expected = "batch_norm_eval: eps is -1, it must be a number of at least 0")]
    fn a_negative_eps_is_refused() {
        let _ = Var::constant([[1.0]]).batch_norm_eval(&Tensor::zeros([1]), &Tensor::ones([1]), None, None, -1.0);
    }
}
