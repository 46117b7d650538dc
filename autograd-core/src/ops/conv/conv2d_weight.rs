//! `conv2d_weight`: the gradient of a convolution's filters.

use super::Conv2d;
use super::sizes;
use crate::kernel::conv::Conv;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The gradient of the filters of a [`conv2d`](Var::conv2d) of this variable, given `dy`, that of its result. Linear in both, so
    /// convolutions have derivatives of every order.
    ///
    /// `y[k, c, i, j] = Σ x[n, c, o·stride + i·dilation − padding, p·stride + j·dilation − padding] · dy[n, k, o, p]`
    ///
    /// # Shape
    /// `[n, c, h, w] x [n, k, oh, ow] -> [k, c / groups, r, s]` for a kernel `[r, s]`
    ///
    /// # Gradient
    /// Of `x` the [`conv_transpose2d`](Var::conv_transpose2d) of `dy` with the cotangent as the filters; of `dy` the
    /// [`conv2d`](Var::conv2d) of `x` with them. Saves both operands.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Conv2d};
    /// let x = Var::leaf([[[[1.0, 2.0, 3.0]]]]);
    /// let dy = Var::leaf([[[[10.0, 1.0]]]]);
    /// let y = x.conv2d_weight(&dy, [1, 2], Conv2d::default());
    /// assert_eq!(y.to_vec(), [12.0, 23.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [10.0, 11.0, 1.0]);
    /// assert_eq!(gradients.get(&dy).unwrap().to_vec(), [3.0, 5.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn conv2d_weight(&self, dy: &Var<T>, kernel: [usize; 2], options: Conv2d) -> Self {
        record(Conv2dWeight { conv: options, kernel }, [self, dy])
    }
}

/// The op of [`Var::conv2d_weight`].
#[derive(Clone)]
pub struct Conv2dWeight {
    /// The convolution whose filters have this gradient.
    pub conv: Conv2d,
    /// Height and width of its kernel.
    pub kernel: [usize; 2],
}

impl Conv2dWeight {
    fn sizes(&self, x: &Shape, dy: &Shape) -> Result<Conv, Mismatch> {
        let (&[_, channels, ..], &[images, filters, oh, ow]) = (sizes::four(x, "x")?, sizes::four(dy, "dy")?);
        let [r, s] = self.kernel;
        let weight = Shape::from([filters, channels / self.conv.groups.max(1), r, s]).addressable()?;
        let conv = self.conv.sizes(x, &weight)?;
        match (conv.images, conv.out) == (images, [oh, ow]) {
            true => Ok(conv),
            false => Err(Mismatch::new(format!(
                "dy has shape {dy}, the convolution gives {:?}",
                [conv.images, conv.filters, conv.out[0], conv.out[1]]
            ))),
        }
    }
}

impl<T: Real> Op<T> for Conv2dWeight {
    type Arity = Fixed<2>;
    const NAME: &'static str = "conv2d_weight";
    const RULE: &'static str = "[n, c, h, w] x [n, k, oh, ow] -> [k, c / groups, r, s]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["x", "dy"];

    fn shape(&self, [x, dy]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        let conv = self.sizes(x, dy)?;
        Ok([conv.filters, conv.channels / conv.groups, self.kernel[0], self.kernel[1]].into())
    }

    fn forward(&self, [x, dy]: [&Tensor<T>; 2]) -> Tensor<T> {
        let conv = self.sizes(x.shape(), dy.shape()).expect("the shape rule accepted the operands");
        let (x, dy) = (x.contiguous(), dy.contiguous());
        let (x, dy) = (x.as_slice().expect("contiguous"), dy.as_slice().expect("contiguous"));
        let shape = Shape::from([conv.filters, conv.channels / conv.groups, self.kernel[0], self.kernel[1]]);
        Tensor::build(shape, |dw| conv.weight(x, dy, dw))
    }

    fn backward(&self, saved: &Saved<'_, T>, cotangent: &Var<T>) -> [Option<Var<T>>; 2] {
        let [x, dy] = saved.inputs();
        let back = || self.conv.transposed(&x.shape()[2..], &self.kernel);
        [
            saved.needs(0).then(|| dy.conv_transpose2d(cotangent, back())),
            saved.needs(1).then(|| x.conv2d(cotangent, self.conv)),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Conv2dWeight {
    fn cases() -> Cases<Self> {
        let conv = Conv2d::default();
        let of = |kernel, conv| Conv2dWeight { conv, kernel };
        Cases::new(textbook, of([3, 2], conv.padding([1, 0])), shapes![[2, 2, 3, 4], [2, 3, 3, 3]])
            .case(of([2, 2], conv.stride([2, 3]).groups(2)), shapes![[1, 4, 5, 5], [1, 2, 2, 2]])
            .case(of([2, 3], conv.dilation([2, 1]).padding([0, 1])), shapes![[3, 1, 4, 3], [3, 1, 2, 3]])
            .case(of([1, 1], conv), shapes![[2, 2, 2, 3], [2, 3, 2, 3]])
            .case(of([2, 2], conv.groups(2)), shapes![[17, 2, 2, 3], [17, 2, 1, 2]])
            .case(of([2, 2], conv), shapes![[0, 2, 3, 3], [0, 2, 2, 2]])
            .case(of([2, 2], conv), shapes![[2, 2, 3, 3], [2, 0, 2, 2]])
            .rejects(of([1, 1], conv), shapes![[2, 3], [2, 3, 1, 1]], "x has 2 axes instead of 4")
            .rejects(of([1, 1], conv), shapes![[2, 3, 1, 1], [2]], "dy has 1 axes instead of 4")
            .rejects(of([1, 1], conv.groups(0)), shapes![[1, 1, 1, 1], [1, 1, 1, 1]], "1 channels do not form 0 groups")
            .rejects(of([0, 1], conv), shapes![[1, 1, 1, 1], [1, 1, 1, 1]], "the kernel is [0, 1]")
            .rejects(
                of([2, 2], conv),
                shapes![[2, 1, 3, 3], [2, 1, 2, 3]],
                "dy has shape [2, 1, 2, 3], the convolution gives [2, 1, 2, 2]",
            )
            .bench(of([5, 5], conv), shapes![[64, 6, 12, 12], [64, 16, 8, 8]], Work::Flops(2 * 64 * 16 * 64 * 150))
            .bench(
                of([3, 3], conv.padding([1, 1])),
                shapes![[8, 64, 32, 32], [8, 64, 32, 32]],
                Work::Flops(2 * 8 * 64 * 1024 * 64 * 9),
            )
    }
}

/// The terms of the convolution, added up at their weights.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Conv2dWeight, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = Op::<f64>::shape(op, [x[0].shape(), x[1].shape()]).expect("a case that is accepted");
    let (image, dy) = (x[0].to_vec(), x[1].to_vec());
    let mut dw = vec![0.0; shape.numel()];
    sizes::terms(&op.conv, x[0].shape(), &shape, x[1].shape(), |i, j, k| dw[k] += image[j] * dy[i]);
    Tensor::from_vec(dw, shape)
}
