//! `conv2d`: the convolution of images with a bank of filters.

use super::{Conv, sizes};
#[cfg(any(test, feature = "testing"))]
use super::{Padding, textbook};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The convolution of images with filters (a cross-correlation: the kernel is not flipped).
    ///
    /// `y[n, k, o, p] = Σ x[n, c, o·stride + i·dilation − padding, p·stride + j·dilation − padding] · weight[k, c, i, j]` over the
    /// channels `c` of the filter's group and the places `i, j` of the kernel; `x` is 0 outside the image. A bias is added by
    /// [`add_bias`](Var::add_bias).
    ///
    /// # Shape
    /// `[n, c, h, w] x [k, c / groups, r, s] -> [n, k, oh, ow]` with `oh = (h + 2·padding − dilation·(r − 1) − 1) / stride + 1`
    ///
    /// # Gradient
    /// `dx = conv_transpose2d(dy, weight)`, `dweight = conv2d_weight(x, dy)`. Saves both operands.
    ///
    /// # Edge cases
    /// The padding is zeros that the weight multiplies: with an infinite weight the border is NaN.
    ///
    /// # Accuracy
    /// With 3×3 kernels, a stride and a dilation of 1, one group, 32 channels and filters or more and images of at least 25 tiles of 2×2, Winograd's
    /// F(2×2, 3×3) computes the result and both gradients (S. Winograd, 1980; A. Lavin and S. Gray, 2016, equations 7 and 8). On random data the mean
    /// error is no greater than that of the sum above, but it is relative to the greatest pixel of a 4×4 tile: a pixel of 10⁸ disturbs the results of its
    /// tile, in `f32` by some units. The bounds are in docs/adr/0015.
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
pub type Conv2d = Conv<2>;

impl<T: Real> Op<T> for Conv2d {
    type Arity = Fixed<2>;
    const NAME: &'static str = "conv2d";
    const RULE: &'static str = "[n, c, h, w] x [k, c / groups, r, s] -> [n, k, oh, ow]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["x", "weight"];

    fn shape(&self, [x, weight]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        self.result(x, weight)
    }

    fn forward(&self, [x, weight]: [&Tensor<T>; 2]) -> Tensor<T> {
        self.compute(x, weight)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let [x, weight] = saved.inputs();
        let kernel = sizes::kernel(weight.shape());
        [
            saved.needs(0).then(|| dy.conv_transpose2d(&weight, self.transposed(x.shape(), kernel))),
            saved.needs(1).then(|| x.conv2d_weight(dy, kernel, *self)),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Conv2d {
    fn cases() -> Cases<Self> {
        let op = Conv2d::default();
        let inf = f64::INFINITY;
        Cases::new(textbook::conv, op.padding([1, 1]), shapes![[2, 3, 4, 5], [2, 3, 3, 3]])
            .case(op.stride([2, 2]).padding([1, 0]).groups(2), shapes![[1, 4, 5, 6], [2, 2, 3, 2]])
            .case(op.dilation([2, 1]).stride([1, 3]), shapes![[1, 2, 5, 5], [2, 2, 2, 1]])
            .case(op.stride([1, 2]).padding([(0, 1), (2, 0)]), shapes![[1, 2, 3, 3], [2, 2, 2, 2]])
            .case(op.padding(Padding::Same).dilation([1, 3]), shapes![[1, 2, 3, 2], [2, 2, 2, 2]])
            .case(op, shapes![[2, 3, 2, 3], [2, 3, 1, 1]])
            .case(op.stride([2, 2]), shapes![[1, 2, 3, 4], [2, 2, 1, 1]])
            .case(op.groups(3), shapes![[1, 3, 3, 3], [3, 1, 2, 2]])
            .case(op.groups(2).stride([2, 1]).padding([1, 1]).dilation([1, 2]), shapes![[2, 2, 3, 3], [2, 1, 2, 2]])
            .case(op.stride([9, usize::MAX]).padding([2, 2]), shapes![[1, 1, 2, 2], [1, 1, 3, 2]])
            .case(op.padding([1, 1]), shapes![[1, 1, 0, 2], [1, 1, 2, 2]])
            .case(op, shapes![[0, 2, 3, 3], [2, 2, 2, 2]])
            .case(op, shapes![[2, 0, 3, 3], [2, 0, 2, 2]])
            .case(op, shapes![[2, 1, 3, 3], [0, 1, 2, 2]])
            // One filter, which is depthwise, and two, which are a matrix product, agree.
            .pin(
                "an infinite weight on the padding",
                op.padding([0, 1]),
                tensors![[[[[1.0, 2.0]]]], [[[[inf, 1.0]]]]],
                [[[[f64::NAN, inf, inf]]]],
                tensors![[[[[inf, inf]]]], [[[[3.0, 3.0]]]]],
            )
            .pin(
                "two infinite weights on the padding",
                op.padding([0, 1]),
                tensors![[[[[1.0, 2.0]]]], [[[[inf, 1.0]]], [[[inf, 1.0]]]]],
                [[[[f64::NAN, inf, inf]], [[f64::NAN, inf, inf]]]],
                tensors![[[[[inf, inf]]]], [[[[3.0, 3.0]]], [[[3.0, 3.0]]]]],
            )
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
                op.stride([1, 2]).padding(Padding::Same),
                shapes![[1, 1, 4, 4], [1, 1, 2, 2]],
                "the stride is [1, 2], with the padding \"same\" it must be 1",
            )
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
            .rejects(
                op.padding([1 << 40, 1 << 40]),
                shapes![[1, 1, 1, 1], [0, 1, 1, 1]],
                "is more than memory can address",
            )
            .bench(op, shapes![[64, 1, 28, 28], [6, 1, 5, 5]], Work::Flops(2 * 64 * 6 * 24 * 24 * 25))
            .bench(op, shapes![[64, 6, 12, 12], [16, 6, 5, 5]], Work::Flops(2 * 64 * 16 * 64 * 150))
            .bench(
                op.padding([1, 1]),
                shapes![[8, 64, 32, 32], [64, 64, 3, 3]],
                Work::Flops(2 * 8 * 64 * 1024 * 64 * 9),
            )
            .bench(op, shapes![[8, 64, 16, 16], [128, 64, 1, 1]], Work::Flops(2 * 8 * 64 * 256 * 128))
            .bench(
                op.padding([1, 1]).groups(32),
                shapes![[8, 32, 32, 32], [32, 1, 3, 3]],
                Work::Flops(2 * 8 * 32 * 1024 * 9),
            )
    }
}
