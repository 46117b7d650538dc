//! `ConvTranspose3d`: the way back of a convolution of volumes, and a bias.

use super::convolution::{biased, first_values, grouped};
use super::transposed::{reaching, transposed};
use super::{IntoPadding, PerAxis, positive};
use crate::layers::prelude::*;

/// Transposed convolution of volumes: each element of `x` is multiplied by its kernel and added to the result, to which `b` is added.
///
/// In each direction `y[n, o, i stride + j dilation - padding] = Σ x[n, c, i] w[c, o, j] + b[o]`, as in
/// [`ConvTranspose1d`](crate::ConvTranspose1d).
///
/// # Shape
/// `[n, in, d, h, w] -> [n, out, d', h', w']` with `d' = (d - 1) stride - 2 padding + dilation (kernel - 1) + output padding + 1`, and
/// likewise `h'` and `w'`
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{ConvTranspose3d, Forward};
/// let layer = ConvTranspose3d::new(1, 1, [2, 1, 1], &mut Generator::seed(0)).stride([2, 1, 1]).without_bias();
/// layer.weight.set(Tensor::from([1.0, 0.5]).reshape([1, 1, 2, 1, 1]));
/// let x = Var::leaf([[[[[2.0, 4.0]]]]]);
/// let y = layer.forward(&x);
/// assert_eq!(*y.shape(), [1, 1, 2, 1, 2]);
/// assert_eq!(y.to_vec(), [2.0, 4.0, 1.0, 2.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.5, 1.5]);
/// assert_eq!(layer.weight.gradient(&gradients).unwrap().to_vec(), [6.0, 6.0]);
/// ```
#[derive(Debug, Module)]
#[doc(alias = "deconvolution")]
pub struct ConvTranspose3d<T: Real = f32> {
    /// The kernels, of shape `[in, out / groups, kernel depth, kernel height, kernel width]`.
    pub weight: Parameter<T>,
    /// `b`, of shape `[out]`.
    pub bias: Option<Parameter<T>>,
    /// Stride, padding, output padding, dilation and groups.
    #[module(skip)]
    pub options: ops::ConvTranspose3d,
}

transposed!(ConvTranspose3d, 3, conv_transpose3d);

#[cfg(test)]
impl Checked for ConvTranspose3d<f64> {
    fn cases() -> Cases<Self> {
        let plain = |g: &mut Generator| ConvTranspose3d::new(1, 2, [1, 2, 2], g);
        let grouped = |g: &mut Generator| {
            ConvTranspose3d::grouped(2, 2, [2, 1, 1], 2, g).stride(2).output_padding([1, 0, 0]).without_bias()
        };
        Cases::new(
            Case::forward("plain", plain, [2, 1, 1, 2, 1])
                .output([2, 2, 1, 3, 2])
                .state(["weight [1, 2, 1, 2, 2]", "bias [2]"]),
        )
        .case(
            Case::forward("grouped", grouped, [1, 2, 1, 2, 1])
                .output([1, 2, 3, 3, 1])
                .state(["weight [2, 1, 2, 1, 1]"]),
        )
        .rejects("conv_transpose3d: x has 4 axes instead of 5", move |g| {
            let _ = plain(g).forward(&Var::constant([[[[0.0; 4]; 4]]]));
        })
        .rejects("ConvTranspose3d: 3 groups do not divide 4 input and 6 output channels", |g| {
            let _ = ConvTranspose3d::<f64>::grouped(4, 6, 3, 3, g);
        })
    }
}
