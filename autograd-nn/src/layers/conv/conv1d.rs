//! `Conv1d`: convolution of sequences and a bias.

use super::convolution::{biased, bordered, convolution, first_values, grouped};
use super::{IntoPadding, PerAxis, positive};
use crate::layers::prelude::*;

/// One-dimensional convolution (cross-correlation, as the field calls it): `y[n, o] = Σ_c w[o, c] ⋆ x[n, c] + b[o]`.
///
/// # Shape
/// `[n, in, l] -> [n, out, l']` with `l' = (l + 2 padding - dilation (kernel - 1) - 1) / stride + 1`, rounded down
///
/// # Example
/// ```
/// use autograd_core::{Generator, Var};
/// use autograd_nn::{Conv1d, Forward};
/// let causal = Conv1d::new(1, 1, 2, &mut Generator::seed(0)).padding([(1, 0)]);
/// causal.weight.set([[[10.0, 1.0]]]);
/// causal.bias.as_ref().unwrap().set([0.0]);
/// let x = Var::leaf([[[1.0, 2.0, 3.0]]]);
/// let y = causal.forward(&x);
/// assert_eq!(y.to_vec(), [1.0, 12.0, 23.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [11.0, 11.0, 1.0]);
/// assert_eq!(causal.weight.gradient(&gradients).unwrap().to_vec(), [3.0, 6.0]);
/// ```
#[derive(Debug, Module)]
pub struct Conv1d<T: Real = f32> {
    /// The kernels, of shape `[out, in / groups, kernel]`.
    pub weight: Parameter<T>,
    /// `b`, of shape `[out]`.
    pub bias: Option<Parameter<T>>,
    /// Stride, padding, dilation and groups.
    #[module(skip)]
    pub options: ops::Conv1d,
    /// Of what the padding is made, if not of zeros.
    #[module(skip)]
    pub padding_mode: Option<ops::PadMode>,
}

convolution!(Conv1d, 1, conv1d);

#[cfg(test)]
impl Checked for Conv1d<f64> {
    fn cases() -> Cases<Self> {
        let plain = |g: &mut Generator| Conv1d::new(2, 3, 2, g);
        let grouped =
            |g: &mut Generator| Conv1d::grouped(4, 2, 2, 2, g).stride(2).padding(1).dilation(2).without_bias();
        let circular = |g: &mut Generator| {
            Conv1d::new(1, 2, 4, g).padding(ops::Padding::Same).padding_mode(ops::PadMode::Circular)
        };
        Cases::new(Case::forward("plain", plain, [2, 2, 4]).output([2, 3, 3]).state(["weight [3, 2, 2]", "bias [3]"]))
            .case(Case::forward("grouped", grouped, [1, 4, 5]).output([1, 2, 3]).state(["weight [2, 2, 2]"]))
            .case(
                Case::forward("circular", circular, [2, 1, 4])
                    .output([2, 2, 4])
                    .state(["weight [2, 1, 4]", "bias [2]"]),
            )
            .rejects("conv1d: the filters have 2 channels, a group of x has 3", move |g| {
                let _ = plain(g).forward(&Var::constant([[[0.0; 4]; 3]]));
            })
            .rejects("conv1d: x has 2 axes instead of 3", move |g| {
                let _ = circular(g).forward(&Var::constant([[0.0; 4]]));
            })
            .rejects("conv1d: the stride is [2], with the padding \"same\" it must be 1", move |g| {
                let _ = circular(g).stride(2).forward(&Var::constant([[[0.0; 4]]]));
            })
            .rejects("pad_with: axis 2 has size 1, a circular border is at most 1 wide, not 2", move |g| {
                let _ = circular(g).forward(&Var::constant([[[0.0]]]));
            })
            .rejects("Conv1d: 0 groups do not divide 4 input and 4 output channels", |g| {
                let _ = Conv1d::<f64>::grouped(4, 4, 3, 0, g);
            })
            .rejects("Conv1d: the kernel is [0], it must be at least 1", |g| {
                let _ = Conv1d::<f64>::new(4, 4, 0, g);
            })
            .rejects("Conv1d: the stride is [0], it must be at least 1", move |g| {
                let _ = plain(g).stride(0);
            })
            .rejects("Conv1d: the dilation is [0], it must be at least 1", move |g| {
                let _ = plain(g).dilation(0);
            })
    }
}
