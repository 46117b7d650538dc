//! `conv_transpose2d`: the adjoint of a convolution, from results back to images.

use super::sizes;
use crate::ops::prelude::*;
use crate::tensor::AxisSlice;

impl<T: Real> Var<T> {
    /// The transposed convolution: each element of `x` is multiplied by its filter and added to the result where
    /// [`conv2d`](Var::conv2d) with the same options would have read. A bias is added by the caller.
    ///
    /// `y[n, c, o·stride + i·dilation − padding, p·stride + j·dilation − padding] = Σ x[n, k, o, p] · weight[k, c, i, j]`
    ///
    /// # Shape
    /// `[n, k, h, w] x [k, c / groups, r, s] -> [n, c, oh, ow]` with
    /// `oh = (h − 1)·stride − 2·padding + dilation·(r − 1) + output_padding + 1`
    ///
    /// # Gradient
    /// `dx = conv2d(dy, weight)`, `dweight = conv2d_weight(dy, x)`. Saves both operands.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::ConvTranspose2d};
    /// let x = Var::leaf([[[[1.0, 2.0]]]]);
    /// let weight = Var::leaf([[[[10.0, 1.0]]]]);
    /// let y = x.conv_transpose2d(&weight, ConvTranspose2d::default().stride([1, 2]));
    /// assert_eq!(y.to_vec(), [10.0, 1.0, 20.0, 2.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [11.0, 11.0]);
    /// assert_eq!(gradients.get(&weight).unwrap().to_vec(), [3.0, 3.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "deconvolution")]
    pub fn conv_transpose2d(&self, weight: &Var<T>, options: ConvTranspose2d) -> Self {
        record(options, [self, weight])
    }
}

/// The op of [`Var::conv_transpose2d`], and its options: `ConvTranspose2d::default().stride([2, 2])`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvTranspose2d {
    /// Distance between neighbouring patches of the result along height and width; 1 if not set.
    pub stride: [usize; 2],
    /// What is cut from the result, on each side; nothing if not set.
    pub padding: [usize; 2],
    /// Rows and columns added at the end of the result, fewer than stride or dilation; none if not set.
    pub output_padding: [usize; 2],
    /// Distance between neighbours in a patch; 1 if not set.
    pub dilation: [usize; 2],
    /// Groups of channels that have nothing to do with each other; 1 if not set.
    pub groups: usize,
}

impl Default for ConvTranspose2d {
    fn default() -> Self {
        ConvTranspose2d { stride: [1, 1], padding: [0, 0], output_padding: [0, 0], dilation: [1, 1], groups: 1 }
    }
}

impl ConvTranspose2d {
    /// With patches at this distance.
    #[must_use]
    pub fn stride(self, stride: [usize; 2]) -> Self {
        ConvTranspose2d { stride, ..self }
    }

    /// With so much cut from the result.
    #[must_use]
    pub fn padding(self, padding: [usize; 2]) -> Self {
        ConvTranspose2d { padding, ..self }
    }

    /// With so much added at the end of the result.
    #[must_use]
    pub fn output_padding(self, output_padding: [usize; 2]) -> Self {
        ConvTranspose2d { output_padding, ..self }
    }

    /// With neighbours in a patch at this distance.
    #[must_use]
    pub fn dilation(self, dilation: [usize; 2]) -> Self {
        ConvTranspose2d { dilation, ..self }
    }

    /// With so many groups of channels.
    #[must_use]
    pub fn groups(self, groups: usize) -> Self {
        ConvTranspose2d { groups, ..self }
    }
}

impl<T: Real> Op<T> for ConvTranspose2d {
    type Arity = Fixed<2>;
    const NAME: &'static str = "conv_transpose2d";
    const RULE: &'static str = "[n, k, h, w] x [k, c / groups, r, s] -> [n, c, oh, ow]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["x", "weight"];

    fn shape(&self, [x, weight]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        let conv = self.sizes(x, weight)?;
        Ok([conv.images, conv.channels, conv.size[0], conv.size[1]].into())
    }

    fn forward(&self, [x, weight]: [&Tensor<T>; 2]) -> Tensor<T> {
        let conv = self.sizes(x.shape(), weight.shape()).expect("the shape rule accepted the operands");
        let (x, weight) = (x.contiguous(), weight.contiguous());
        let (x, weight) = (x.as_slice().expect("contiguous"), weight.as_slice().expect("contiguous"));
        let shape = Shape::from([conv.images, conv.channels, conv.size[0], conv.size[1]]);
        Tensor::build(shape, |y| conv.input(x, weight, y))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let [x, weight] = saved.inputs();
        let (conv, kernel) = (self.plain(), [weight.shape()[2], weight.shape()[3]]);
        // An output padding of a stride or more makes room for patches that no element of `x` was given to.
        let [n, k, h, w] = *sizes::four(x.shape(), "x").expect("the shape rule accepted the operands");
        let more: [usize; 2] = std::array::from_fn(|d| self.output_padding[d] / self.stride[d]);
        let dx = || match (dy.conv2d(&weight, conv), more) {
            (dx, [0, 0]) => dx,
            (dx, _) => dx.slice([n, k, h, w].map(|n| AxisSlice::from(..n))),
        };
        let dweight = || match more {
            [0, 0] => dy.conv2d_weight(&x, kernel, conv),
            [h, w] => dy.conv2d_weight(&x.pad([(0, 0), (0, 0), (0, h), (0, w)], T::zero()), kernel, conv),
        };
        [saved.needs(0).then(dx), saved.needs(1).then(dweight)]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for ConvTranspose2d {
    fn cases() -> Cases<Self> {
        let op = ConvTranspose2d::default();
        Cases::new(textbook, op.stride([2, 1]).padding([1, 0]), shapes![[2, 3, 3, 2], [3, 2, 3, 2]])
            .case(op.stride([2, 3]).output_padding([1, 2]).groups(2), shapes![[1, 4, 2, 2], [4, 1, 2, 2]])
            .case(op.dilation([3, 2]).output_padding([2, 1]), shapes![[1, 2, 2, 2], [2, 1, 2, 2]])
            .case(op, shapes![[2, 3, 2, 3], [3, 2, 1, 1]])
            .case(op.padding([1, 1]), shapes![[1, 2, 2, 3], [2, 2, 2, 3]])
            .case(op.stride([usize::MAX, 1]), shapes![[1, 1, 1, 2], [1, 1, 2, 2]])
            .case(op, shapes![[0, 2, 3, 3], [2, 2, 2, 2]])
            .case(op, shapes![[2, 0, 3, 3], [0, 2, 2, 2]])
            .rejects(op, shapes![[3, 4, 4], [3, 2, 1, 1]], "x has 3 axes instead of 4")
            .rejects(op, shapes![[1, 3, 4, 4], [3, 1]], "the weight has 2 axes instead of 4")
            .rejects(op, shapes![[1, 3, 4, 4], [4, 2, 1, 1]], "the weight has 4 filters, x has 3 channels")
            .rejects(op.groups(2), shapes![[1, 3, 4, 4], [3, 2, 1, 1]], "3 channels do not form 2 groups")
            .rejects(op.stride([0, 1]), shapes![[1, 3, 4, 4], [3, 2, 1, 1]], "the stride is [0, 1]")
            .rejects(op.dilation([1, 0]), shapes![[1, 3, 4, 4], [3, 2, 1, 1]], "the dilation is [1, 0]")
            .rejects(op, shapes![[1, 3, 4, 4], [3, 2, 1, 0]], "the kernel is [1, 0], it must be at least 1")
            .rejects(op, shapes![[1, 3, 4, 0], [3, 2, 1, 1]], "the image is [4, 0], it must be at least 1")
            .rejects(
                op.output_padding([1, 0]),
                shapes![[1, 1, 4, 4], [1, 1, 1, 1]],
                "the output padding is 1 along axis 2, it must be less than the stride 1 or the dilation 1",
            )
            .rejects(
                op.padding([0, 3]),
                shapes![[1, 1, 4, 4], [1, 1, 2, 2]],
                "a padding of 3 cuts more than the 5 that there are along axis 3",
            )
            .rejects(op.stride([usize::MAX, 1]), shapes![[1, 1, 2, 1], [1, 1, 1, 1]], "is more than memory can address")
            .bench(
                op.stride([2, 2]).padding([1, 1]),
                shapes![[16, 64, 8, 8], [64, 32, 4, 4]],
                Work::Flops(2 * 16 * 64 * 64 * 32 * 16),
            )
    }
}

/// The terms of the convolution, added up where it would read the image.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &ConvTranspose2d, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = Op::<f64>::shape(op, [x[0].shape(), x[1].shape()]).expect("a case that is accepted");
    let (operand, weight) = (x[0].to_vec(), x[1].to_vec());
    let mut y = vec![0.0; shape.numel()];
    sizes::terms(&op.plain(), &shape, x[1].shape(), x[0].shape(), |i, j, k| y[j] += operand[i] * weight[k]);
    Tensor::from_vec(y, shape)
}
