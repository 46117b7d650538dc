//! `ConvTranspose1d`: the way back of a convolution of sequences, and a bias.

use super::convolution::{biased, first_values, grouped};
use super::transposed::{reaching, transposed};
use super::{IntoPadding, PerAxis, positive};
use crate::layers::prelude::*;

/// Transposed convolution of sequences: each element of `x` is multiplied by its kernel and added to the result, to which `b` is added.
///
/// `y[n, o, i stride + j dilation - padding] = Σ x[n, c, i] w[c, o, j] + b[o]`
///
/// # Shape
/// `[n, in, l] -> [n, out, l']` with `l' = (l - 1) stride - 2 padding + dilation (kernel - 1) + output padding + 1`
///
/// # Example
/// ```
/// use autograd_core::{Generator, Var};
/// use autograd_nn::{ConvTranspose1d, Forward};
/// let layer = ConvTranspose1d::new(1, 1, 3, &mut Generator::seed(0)).stride(2).without_bias();
/// layer.weight.set([[[1.0, 2.0, 1.0]]]); // linear interpolation
/// let x = Var::leaf([[[10.0, 20.0]]]);
/// let y = layer.forward(&x);
/// assert_eq!(y.to_vec(), [10.0, 20.0, 30.0, 40.0, 20.0]);
/// assert_eq!(layer.forward_to(&x, 6).to_vec(), [10.0, 20.0, 30.0, 40.0, 20.0, 0.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [4.0, 4.0]);
/// assert_eq!(layer.weight.gradient(&gradients).unwrap().to_vec(), [30.0, 30.0, 30.0]);
/// ```
#[derive(Debug, Module)]
#[doc(alias = "deconvolution")]
pub struct ConvTranspose1d<T: Real = f32> {
    /// The kernels, of shape `[in, out / groups, kernel]`.
    pub weight: Parameter<T>,
    /// `b`, of shape `[out]`.
    pub bias: Option<Parameter<T>>,
    /// Stride, padding, output padding, dilation and groups.
    #[module(skip)]
    pub options: ops::ConvTranspose1d,
}

transposed!(ConvTranspose1d, 1, conv_transpose1d);

#[cfg(test)]
impl Checked for ConvTranspose1d<f64> {
    fn cases() -> Cases<Self> {
        let plain = |g: &mut Generator| ConvTranspose1d::new(2, 3, 2, g);
        let strided = |g: &mut Generator| ConvTranspose1d::new(1, 2, 3, g).stride(3).padding(1);
        let grouped = move |g: &mut Generator| {
            ConvTranspose1d::grouped(2, 4, 2, 2, g).stride(2).dilation(3).output_padding(2).without_bias()
        };
        let to = |layer: &Self, x: &[Var<f64>]| vec![layer.forward_to(&x[0], 6)];
        let state = ["weight [1, 2, 3]", "bias [2]"];
        Cases::new(Case::forward("plain", plain, [2, 2, 3]).output([2, 3, 4]).state(["weight [2, 3, 2]", "bias [3]"]))
            .case(Case::forward("strided", strided, [1, 1, 2]).output([1, 2, 4]).state(state))
            .case(
                Case::new(
                    "to a size, all of it cut off",
                    |g| ConvTranspose1d::new(1, 1, 1, g).stride(5).padding(1),
                    |layer: &Self, x| vec![layer.forward_to(&x[0], 1)],
                )
                .input([1, 1, 1])
                .output([1, 1, 1])
                .state(["weight [1, 1, 1]", "bias [1]"]),
            )
            .case(Case::new("to a size", strided, to).input([1, 1, 2]).output([1, 2, 6]).state(state))
            .case(Case::forward("grouped", grouped, [1, 2, 3]).output([1, 4, 10]).state(["weight [2, 2, 2]"]))
            .rejects("conv_transpose1d: the weight has 2 filters, x has 3 channels", move |g| {
                let _ = plain(g).forward(&Var::constant([[[0.0; 4]; 3]]));
            })
            .rejects("ConvTranspose1d: a size of 3 is asked for along axis 2, the least is 4", move |g| {
                let _ = strided(g).forward_to(&Var::constant([[[0.0; 2]]]), 3);
            })
            .rejects(
                "conv_transpose1d: the output padding is 3 along axis 2, it must be less than the stride 3",
                move |g| {
                    let _ = strided(g).forward_to(&Var::constant([[[0.0; 2]]]), 7);
                },
            )
            .rejects("conv_transpose1d: x has 2 axes instead of 3", move |g| {
                let _ = strided(g).forward_to(&Var::constant([[0.0; 2]]), 7);
            })
            .rejects("ConvTranspose1d: 2 groups do not divide 3 input and 4 output channels", |g| {
                let _ = ConvTranspose1d::<f64>::grouped(3, 4, 3, 2, g);
            })
            .rejects("ConvTranspose1d: the kernel is [0], it must be at least 1", |g| {
                let _ = ConvTranspose1d::<f64>::new(4, 4, 0, g);
            })
            .rejects("ConvTranspose1d: the stride is [0], it must be at least 1", move |g| {
                let _ = plain(g).stride(0);
            })
            .rejects("ConvTranspose1d: the dilation is [0], it must be at least 1", move |g| {
                let _ = plain(g).dilation(0);
            })
    }
}
