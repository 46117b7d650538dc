//! `conv2d`: the convolution of images with a bank of filters.

#[cfg(any(test, feature = "testing"))]
use super::sizes;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The convolution of images with filters (a cross-correlation: the kernel is not flipped). A bias is added by the caller.
    ///
    /// `y[n, k, o, p] = Σ x[n, c, o·stride + i·dilation − padding, p·stride + j·dilation − padding] · weight[k, c, i, j]` over the
    /// channels `c` of the filter's group and the places `i, j` of the kernel; `x` is 0 outside the image.
    ///
    /// # Shape
    /// `[n, c, h, w] x [k, c / groups, r, s] -> [n, k, oh, ow]` with `oh = (h + 2·padding − dilation·(r − 1) − 1) / stride + 1`
    ///
    /// # Gradient
    /// `dx = conv_transpose2d(dy, weight)`, `dweight = conv2d_weight(x, dy)`. Saves both operands.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Conv2d};
    /// let x = Var::leaf([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]]);
    /// let weight = Var::leaf([[[[1.0, -1.0]]]]);
    /// let y = x.conv2d(&weight, Conv2d::default());
    /// assert_eq!(*y.value(), [[[[-1.0, -1.0], [-1.0, -1.0]]]].into());
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 0.0, -1.0, 1.0, 0.0, -1.0]);
    /// assert_eq!(gradients.get(&weight).unwrap().to_vec(), [12.0, 16.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn conv2d(&self, weight: &Var<T>, options: Conv2d) -> Self {
        record(options, [self, weight])
    }
}

/// The op of [`Var::conv2d`], and its options: `Conv2d::default().stride([2, 2]).padding([1, 1])`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2d {
    /// Distance between neighbouring patches along height and width; 1 if not set.
    pub stride: [usize; 2],
    /// Zeros around the image, on each side; none if not set.
    pub padding: [usize; 2],
    /// Distance between neighbours in a patch; 1 if not set.
    pub dilation: [usize; 2],
    /// Groups of channels that have nothing to do with each other; 1 if not set.
    pub groups: usize,
}

impl Default for Conv2d {
    fn default() -> Self {
        Conv2d { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 }
    }
}

impl Conv2d {
    /// With patches at this distance.
    #[must_use]
    pub fn stride(self, stride: [usize; 2]) -> Self {
        Conv2d { stride, ..self }
    }

    /// With so many zeros around the image.
    #[must_use]
    pub fn padding(self, padding: [usize; 2]) -> Self {
        Conv2d { padding, ..self }
    }

    /// With neighbours in a patch at this distance.
    #[must_use]
    #[doc(alias = "atrous")]
    pub fn dilation(self, dilation: [usize; 2]) -> Self {
        Conv2d { dilation, ..self }
    }

    /// With so many groups of channels; as many as channels is a depthwise convolution.
    #[must_use]
    pub fn groups(self, groups: usize) -> Self {
        Conv2d { groups, ..self }
    }
}

impl<T: Real> Op<T> for Conv2d {
    type Arity = Fixed<2>;
    const NAME: &'static str = "conv2d";
    const RULE: &'static str = "[n, c, h, w] x [k, c / groups, r, s] -> [n, k, oh, ow]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["x", "weight"];

    fn shape(&self, [x, weight]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        let conv = self.sizes(x, weight)?;
        Shape::from([conv.images, conv.filters, conv.out[0], conv.out[1]]).addressable()
    }

    fn forward(&self, [x, weight]: [&Tensor<T>; 2]) -> Tensor<T> {
        let conv = self.sizes(x.shape(), weight.shape()).expect("the shape rule accepted the operands");
        let (x, weight) = (x.contiguous(), weight.contiguous());
        let (x, weight) = (x.as_slice().expect("contiguous"), weight.as_slice().expect("contiguous"));
        let shape = Shape::from([conv.images, conv.filters, conv.out[0], conv.out[1]]);
        Tensor::build(shape, |y| conv.forward(x, weight, y))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let [x, weight] = saved.inputs();
        let kernel = &weight.shape()[2..];
        [
            saved.needs(0).then(|| dy.conv_transpose2d(&weight, self.transposed(&x.shape()[2..], kernel))),
            saved.needs(1).then(|| x.conv2d_weight(dy, [kernel[0], kernel[1]], *self)),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Conv2d {
    fn cases() -> Cases<Self> {
        let op = Conv2d::default();
        Cases::new(textbook, op.padding([1, 1]), shapes![[2, 3, 4, 5], [2, 3, 3, 3]])
            .case(op.stride([2, 2]).padding([1, 0]).groups(2), shapes![[1, 4, 5, 6], [2, 2, 3, 2]])
            .case(op.dilation([2, 1]).stride([1, 3]), shapes![[1, 2, 5, 5], [2, 2, 2, 1]])
            .case(op, shapes![[2, 3, 2, 3], [2, 3, 1, 1]])
            .case(op.stride([2, 2]), shapes![[1, 2, 3, 4], [2, 2, 1, 1]])
            .case(op.groups(3), shapes![[1, 3, 3, 3], [3, 1, 2, 2]])
            .case(op.stride([9, usize::MAX]).padding([2, 2]), shapes![[1, 1, 2, 2], [1, 1, 3, 2]])
            .case(op.padding([1, 1]), shapes![[1, 1, 0, 2], [1, 1, 2, 2]])
            .case(op, shapes![[0, 2, 3, 3], [2, 2, 2, 2]])
            .case(op, shapes![[2, 0, 3, 3], [2, 0, 2, 2]])
            .case(op, shapes![[2, 1, 3, 3], [0, 1, 2, 2]])
            .rejects(op, shapes![[3, 4, 4], [2, 3, 1, 1]], "x has 3 axes instead of 4")
            .rejects(op, shapes![[1, 3, 4, 4], [3, 1]], "the weight has 2 axes instead of 4")
            .rejects(op, shapes![[1, 3, 4, 4], [2, 4, 1, 1]], "the filters have 4 channels, a group of x has 3")
            .rejects(op.groups(2), shapes![[1, 3, 4, 4], [2, 1, 1, 1]], "3 channels do not form 2 groups")
            .rejects(op.groups(2), shapes![[1, 4, 4, 4], [3, 2, 1, 1]], "3 filters do not form 2 groups")
            .rejects(op.groups(0), shapes![[1, 4, 4, 4], [3, 2, 1, 1]], "4 channels do not form 0 groups")
            .rejects(op.stride([1, 0]), shapes![[1, 1, 4, 4], [1, 1, 1, 1]], "the stride is [1, 0]")
            .rejects(op.dilation([0, 1]), shapes![[1, 1, 4, 4], [1, 1, 1, 1]], "the dilation is [0, 1]")
            .rejects(op, shapes![[1, 1, 4, 4], [1, 1, 0, 1]], "the kernel is [0, 1], it must be at least 1")
            .rejects(
                op.padding([0, 1]).dilation([1, 3]),
                shapes![[1, 1, 4, 4], [1, 1, 2, 3]],
                "the kernel spans 7 along axis 3, the padded image 6",
            )
            .rejects(
                op.padding([usize::MAX, 0]).stride([usize::MAX, 1]),
                shapes![[1, 1, 1, 1], [1, 1, 1, 1]],
                "is more than memory can address",
            )
            .bench(op, shapes![[64, 1, 28, 28], [6, 1, 5, 5]], Work::Flops(2 * 64 * 6 * 24 * 24 * 25))
            .bench(op, shapes![[64, 6, 12, 12], [16, 6, 5, 5]], Work::Flops(2 * 64 * 16 * 64 * 150))
            .bench(
                op.padding([1, 1]),
                shapes![[8, 64, 32, 32], [64, 64, 3, 3]],
                Work::Flops(2 * 8 * 64 * 1024 * 64 * 9),
            )
    }
}

/// The sum of its terms.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Conv2d, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = Op::<f64>::shape(op, [x[0].shape(), x[1].shape()]).expect("a case that is accepted");
    let (image, weight) = (x[0].to_vec(), x[1].to_vec());
    let mut y = vec![0.0; shape.numel()];
    sizes::terms(op, x[0].shape(), x[1].shape(), &shape, |i, j, k| y[i] += image[j] * weight[k]);
    Tensor::from_vec(y, shape)
}
