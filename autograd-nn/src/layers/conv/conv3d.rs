//! `Conv3d`: convolution of volumes and a bias.

use super::convolution::{biased, bordered, convolution, first_values, grouped};
use super::{IntoPadding, PerAxis, positive};
use crate::layers::prelude::*;

/// Three-dimensional convolution (cross-correlation, as the field calls it), for volumes and for images in time:
/// `y[n, o] = Σ_c w[o, c] ⋆ x[n, c] + b[o]`.
///
/// # Shape
/// `[n, in, d, h, w] -> [n, out, d', h', w']` with `d' = (d + 2 padding - dilation (kernel - 1) - 1) / stride + 1`, rounded down, and
/// likewise `h'` and `w'`
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{Conv3d, Forward};
/// let layer = Conv3d::new(1, 1, [2, 1, 1], &mut Generator::seed(0)).without_bias();
/// layer.weight.set(Tensor::from([-1.0, 1.0]).reshape([1, 1, 2, 1, 1])); // what is new in an image
/// let x = Var::leaf([[[[[1.0, 2.0]], [[5.0, 2.0]]]]]);
/// let y = layer.forward(&x);
/// assert_eq!(y.to_vec(), [4.0, 0.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [-1.0, -1.0, 1.0, 1.0]);
/// assert_eq!(layer.weight.gradient(&gradients).unwrap().to_vec(), [3.0, 7.0]);
/// ```
#[derive(Debug, Module)]
pub struct Conv3d<T: Real = f32> {
    /// The kernels, of shape `[out, in / groups, kernel depth, kernel height, kernel width]`.
    pub weight: Parameter<T>,
    /// `b`, of shape `[out]`.
    pub bias: Option<Parameter<T>>,
    /// Stride, padding, dilation and groups.
    #[module(skip)]
    pub options: ops::Conv3d,
    /// Of what the padding is made, if not of zeros.
    #[module(skip)]
    pub padding_mode: Option<ops::PadMode>,
}

convolution!(Conv3d, 3, conv3d);

#[cfg(test)]
impl Checked for Conv3d<f64> {
    fn cases() -> Cases<Self> {
        let plain = |g: &mut Generator| Conv3d::new(1, 2, [2, 1, 2], g);
        let grouped =
            |g: &mut Generator| Conv3d::grouped(2, 2, 2, 2, g).stride([1, 2, 2]).padding([0, 1, 1]).without_bias();
        let reflected = |g: &mut Generator| Conv3d::new(1, 1, 2, g).padding(1).padding_mode(ops::PadMode::Reflect);
        Cases::new(
            Case::forward("plain", plain, [2, 1, 2, 2, 3])
                .output([2, 2, 1, 2, 2])
                .state(["weight [2, 1, 2, 1, 2]", "bias [2]"]),
        )
        .case(
            Case::forward("grouped", grouped, [1, 2, 2, 2, 2])
                .output([1, 2, 1, 2, 2])
                .state(["weight [2, 1, 2, 2, 2]"]),
        )
        .case(
            Case::forward("reflected", reflected, [1, 1, 2, 2, 2])
                .output([1, 1, 3, 3, 3])
                .state(["weight [1, 1, 2, 2, 2]", "bias [1]"]),
        )
        .rejects("conv3d: x has 4 axes instead of 5", move |g| {
            let _ = plain(g).forward(&Var::constant([[[[0.0; 4]; 4]]]));
        })
        .rejects("Conv3d: 3 groups do not divide 4 input and 6 output channels", |g| {
            let _ = Conv3d::<f64>::grouped(4, 6, 3, 3, g);
        })
        .rejects("Conv3d: the kernel is [3, 0, 3], it must be at least 1", |g| {
            let _ = Conv3d::<f64>::new(4, 4, [3, 0, 3], g);
        })
    }
}
