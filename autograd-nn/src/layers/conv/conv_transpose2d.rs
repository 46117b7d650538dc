//! `ConvTranspose2d`: the way back of a convolution of images, and a bias.

use super::convolution::{biased, first_values, grouped};
use super::transposed::{reaching, transposed};
use super::{IntoPadding, PerAxis, positive};
use crate::layers::prelude::*;

/// Transposed convolution of images, by which decoders and generators grow images: each element of `x` is multiplied by its kernel and added to the result, to which `b` is added.
///
/// `y[n, o, i stride + r dilation - padding, j stride + s dilation - padding] = Σ x[n, c, i, j] w[c, o, r, s] + b[o]`
///
/// # Shape
/// `[n, in, h, w] -> [n, out, h', w']` with `h' = (h - 1) stride - 2 padding + dilation (kernel - 1) + output padding + 1`, and likewise
/// `w'`
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{Conv2d, ConvTranspose2d, Forward};
/// let layer = ConvTranspose2d::new(1, 1, 2, &mut Generator::seed(0)).stride(2).without_bias();
/// layer.weight.set([[[[1.0, 2.0], [3.0, 4.0]]]]);
/// let x = Var::leaf([[[[1.0, 10.0]]]]);
/// let y = layer.forward(&x);
/// assert_eq!(y.to_vec(), [1.0, 2.0, 10.0, 20.0, 3.0, 4.0, 30.0, 40.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [10.0, 10.0]);
/// assert_eq!(layer.weight.gradient(&gradients).unwrap().to_vec(), [11.0; 4]);
///
/// // Back to the size that a convolution came from.
/// let image = Var::constant(Tensor::<f32>::zeros([1, 3, 32, 32]));
/// let mut generator = Generator::seed(0);
/// let code = Conv2d::new(3, 8, 3, &mut generator).stride(2).padding(1).forward(&image);
/// assert_eq!(*code.shape(), [1, 8, 16, 16]);
/// let back = ConvTranspose2d::new(8, 3, 3, &mut generator).stride(2).padding(1);
/// assert_eq!(*back.forward_to(&code, 32).shape(), [1, 3, 32, 32]);
/// ```
///
/// Zeiler, Krishnan, Taylor and Fergus, "Deconvolutional networks" (2010).
#[derive(Debug, Module)]
#[doc(alias = "deconvolution")]
pub struct ConvTranspose2d<T: Real = f32> {
    /// The kernels, of shape `[in, out / groups, kernel height, kernel width]`.
    pub weight: Parameter<T>,
    /// `b`, of shape `[out]`.
    pub bias: Option<Parameter<T>>,
    /// Stride, padding, output padding, dilation and groups.
    #[module(skip)]
    pub options: ops::ConvTranspose2d,
}

transposed!(ConvTranspose2d, 2, conv_transpose2d);

#[cfg(test)]
impl Checked for ConvTranspose2d<f64> {
    fn cases() -> Cases<Self> {
        let plain = |g: &mut Generator| ConvTranspose2d::new(2, 3, [2, 1], g);
        let strided = |g: &mut Generator| ConvTranspose2d::new(1, 2, 2, g).stride([2, 1]).padding([(1, 0), (0, 1)]);
        let grouped = |g: &mut Generator| {
            ConvTranspose2d::grouped(2, 2, 2, 2, g).dilation([1, 2]).output_padding([0, 1]).without_bias()
        };
        let to = |layer: &Self, x: &[Var<f64>]| vec![layer.forward_to(&x[0], [4, 2])];
        let state = ["weight [1, 2, 2, 2]", "bias [2]"];
        Cases::new(
            Case::forward("plain", plain, [2, 2, 2, 2]).output([2, 3, 3, 2]).state(["weight [2, 3, 2, 1]", "bias [3]"]),
        )
        .case(Case::forward("strided", strided, [1, 1, 2, 2]).output([1, 2, 3, 2]).state(state))
        .case(Case::new("to a size", strided, to).input([1, 1, 2, 2]).output([1, 2, 4, 2]).state(state))
        .case(Case::forward("grouped", grouped, [1, 2, 2, 2]).output([1, 2, 3, 5]).state(["weight [2, 1, 2, 2]"]))
        .rejects("conv_transpose2d: the weight has 2 filters, x has 3 channels", move |g| {
            let _ = plain(g).forward(&Var::constant([[[[0.0; 4]; 4]; 3]]));
        })
        .rejects(
            "conv_transpose2d: the output padding is 2 along axis 2, it must be less than the stride 2",
            move |g| {
                let _ = strided(g).output_padding(2).forward(&Var::constant([[[[0.0; 2]; 2]]]));
            },
        )
        .rejects("ConvTranspose2d: 3 groups do not divide 4 input and 6 output channels", |g| {
            let _ = ConvTranspose2d::<f64>::grouped(4, 6, 3, 3, g);
        })
    }
}
