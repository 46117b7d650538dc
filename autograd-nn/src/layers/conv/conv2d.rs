//! `Conv2d`: two-dimensional convolution and a bias.

use super::convolution::{biased, bordered, convolution, first_values, grouped};
use super::{IntoPadding, PerAxis, positive};
use crate::layers::prelude::*;

/// Two-dimensional convolution (cross-correlation, as the field calls it): `y[n, o] = Σ_c w[o, c] ⋆ x[n, c] + b[o]`.
///
/// # Shape
/// `[n, in, h, w] -> [n, out, h', w']` with `h' = (h + 2 padding - dilation (kernel - 1) - 1) / stride + 1`, rounded down, and likewise `w'`
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{Conv2d, Forward};
/// let layer = Conv2d::new(1, 2, 3, &mut Generator::seed(0)).padding(1);
/// layer.weight.set(Tensor::ones([2, 1, 3, 3]));
/// layer.bias.as_ref().unwrap().set([0.0, 100.0]);
/// let x = Var::leaf(Tensor::<f64>::ones([1, 1, 2, 2]));
/// let y = layer.forward(&x);
/// assert_eq!(y.to_vec(), [4.0, 4.0, 4.0, 4.0, 104.0, 104.0, 104.0, 104.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [8.0; 4]); // each pixel is under four windows of two kernels
/// assert_eq!(layer.bias.as_ref().unwrap().gradient(&gradients).unwrap().to_vec(), [4.0, 4.0]);
/// ```
#[derive(Debug, Module)]
pub struct Conv2d<T: Real = f32> {
    /// The kernels, of shape `[out, in / groups, kernel height, kernel width]`.
    pub weight: Parameter<T>,
    /// `b`, of shape `[out]`.
    pub bias: Option<Parameter<T>>,
    /// Stride, padding, dilation and groups.
    #[module(skip)]
    pub options: ops::Conv2d,
    /// Of what the padding is made, if not of zeros.
    #[module(skip)]
    pub padding_mode: Option<ops::PadMode>,
}

convolution!(Conv2d, 2, conv2d);

#[cfg(test)]
impl Checked for Conv2d<f64> {
    fn cases() -> Cases<Self> {
        let plain = |g: &mut Generator| Conv2d::new(2, 3, [3, 2], g);
        let grouped =
            |g: &mut Generator| Conv2d::grouped(4, 2, [2, 2], 2, g).stride([2, 1]).padding([1, 0]).without_bias();
        let replicated = |g: &mut Generator| {
            Conv2d::new(1, 2, [2, 3], g).padding([(2, 0), (1, 1)]).padding_mode(ops::PadMode::Replicate)
        };
        Cases::new(
            Case::forward("plain", plain, [2, 2, 4, 3]).output([2, 3, 2, 2]).state(["weight [3, 2, 3, 2]", "bias [3]"]),
        )
        .case(
            Case::forward("replicated", replicated, [1, 1, 2, 3])
                .output([1, 2, 3, 3])
                .state(["weight [2, 1, 2, 3]", "bias [2]"]),
        )
        .case(Case::forward("grouped", grouped, [1, 4, 3, 3]).output([1, 2, 2, 2]).state(["weight [2, 2, 2, 2]"]))
        .rejects("conv2d: the filters have 2 channels, a group of x has 3", move |g| {
            let _ = plain(g).forward(&Var::constant([[[[0.0; 4]; 4]; 3]]));
        })
        .rejects("convolution: a kernel [18446744073709551615, 18446744073709551615] of 1 channels is more than", |g| {
            let _ = Conv2d::<f64>::new(1, 1, u64::MAX as usize, g);
        })
        .rejects("Conv2d: 3 groups do not divide 4 input and 6 output channels", |g| {
            let _ = Conv2d::<f64>::grouped(4, 6, [3, 3], 3, g);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use autograd_core::Tensor;

    #[test]
    fn options_reach_the_op() {
        let x = Var::constant(Tensor::<f32>::ones([2, 4, 9, 8]));
        let generator = &mut Generator::seed(0);
        let layer = Conv2d::grouped(4, 6, [3, 2], 2, generator).stride([2, 3]).padding([1, 0]).dilation([2, 1]);
        assert_eq!(*layer.weight.shape(), [6, 2, 3, 2]);
        assert_eq!(*layer.forward(&x).shape(), [2, 6, 4, 3]);
        assert_eq!(layer.parameter_count(), 6 * 2 * 3 * 2 + 6);
        assert_eq!(layer.without_bias().parameter_count(), 72);
        let same = Conv2d::new(4, 1, [4, 3], generator).padding(ops::Padding::Same);
        assert_eq!(*same.forward(&x).shape(), [2, 1, 9, 8]);
    }

    #[test]
    #[should_panic(expected = "Conv2d: 3 groups do not divide 4 input and 6 output channels")]
    fn groups_must_divide_the_channels() {
        let _ = Conv2d::<f32>::grouped(4, 6, [3, 3], 3, &mut Generator::seed(0));
    }
}
