//! `conv3d`: the convolution of volumes with a bank of filters.

use super::{Conv, sizes};
#[cfg(any(test, feature = "testing"))]
use super::{Padding, textbook};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The convolution of volumes with filters (a cross-correlation: the kernel is not flipped).
    ///
    /// `y[n, k, o] = Σ x[n, c, o·stride + i·dilation − padding] · weight[k, c, i]` over the channels `c` of the filter's group and the places
    /// `i` of the kernel; `o` and `i` have three components each, and `x` is 0 outside the volume. A bias is added by
    /// [`add_bias`](Var::add_bias).
    ///
    /// # Shape
    /// `[n, c, d, h, w] x [k, c / groups, q, r, s] -> [n, k, od, oh, ow]` with `od = (d + 2·padding − dilation·(q − 1) − 1) / stride + 1`
    ///
    /// # Gradient
    /// `dx = conv_transpose3d(dy, weight)`, `dweight = conv3d_weight(x, dy)`. Saves both operands.
    ///
    /// # Edge cases
    /// The padding is zeros that the weight multiplies: with an infinite weight the border is NaN.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var, ops::Conv3d};
    /// let x = Var::leaf(Tensor::from([1.0, 2.0, 3.0, 4.0]).reshape([1, 1, 2, 1, 2]));
    /// let weight = Var::leaf(Tensor::from([1.0, 10.0]).reshape([1, 1, 2, 1, 1]));
    /// let y = x.conv3d(&weight, Conv3d::default());
    /// assert_eq!(y.to_vec(), [31.0, 42.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 1.0, 10.0, 10.0]);
    /// assert_eq!(gradients.get(&weight).unwrap().to_vec(), [3.0, 7.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn conv3d(&self, weight: &Var<T>, options: Conv3d) -> Self {
        record(options, [self, weight])
    }
}

/// The op of [`Var::conv3d`], and its options: `Conv3d::default().stride([2, 2, 2]).padding([1, 1, 1])`.
pub type Conv3d = Conv<3>;

impl<T: Real> Op<T> for Conv3d {
    type Arity = Fixed<2>;
    const NAME: &'static str = "conv3d";
    const RULE: &'static str = "[n, c, d, h, w] x [k, c / groups, q, r, s] -> [n, k, od, oh, ow]";
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
            saved.needs(0).then(|| dy.conv_transpose3d(&weight, self.transposed(x.shape(), kernel))),
            saved.needs(1).then(|| x.conv3d_weight(dy, kernel, *self)),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Conv3d {
    fn cases() -> Cases<Self> {
        let op = Conv3d::default();
        let inf = f64::INFINITY;
        Cases::new(textbook::conv, op.padding([1, 0, 1]), shapes![[2, 2, 2, 3, 2], [2, 2, 2, 2, 3]])
            .case(
                op.stride([2, 1, 3]).padding([(1, 0), (0, 1), (1, 1)]).groups(2),
                shapes![[1, 4, 3, 2, 4], [2, 2, 2, 2, 2]],
            )
            .case(op.dilation([2, 1, 3]), shapes![[1, 2, 3, 2, 4], [1, 2, 2, 1, 2]])
            .case(op.padding(Padding::Same), shapes![[1, 1, 2, 2, 3], [2, 1, 2, 3, 2]])
            .case(op, shapes![[2, 2, 1, 2, 2], [3, 2, 1, 1, 1]])
            .case(op.groups(2).padding([1, 1, 0]), shapes![[1, 2, 2, 1, 2], [2, 1, 2, 2, 1]])
            .case(op.stride([9, usize::MAX, 2]), shapes![[1, 1, 2, 2, 3], [1, 1, 1, 2, 1]])
            .case(op.padding([1, 0, 0]), shapes![[1, 1, 0, 1, 2], [1, 1, 2, 1, 1]])
            .case(op, shapes![[0, 2, 2, 2, 2], [2, 2, 1, 2, 2]])
            .case(op, shapes![[2, 0, 2, 2, 2], [2, 0, 1, 2, 2]])
            .case(op, shapes![[2, 1, 2, 2, 2], [0, 1, 1, 2, 2]])
            .pin(
                "an infinite weight on the padding",
                op.padding([0, 0, 1]),
                tensors![[[[[[1.0, 2.0]]]]], [[[[[inf, 1.0]]]]]],
                [[[[[f64::NAN, inf, inf]]]]],
                tensors![[[[[[inf, inf]]]]], [[[[[3.0, 3.0]]]]]],
            )
            .rejects(op, shapes![[3, 4, 4, 4], [2, 3, 1, 1, 1]], "x has 4 axes instead of 5")
            .rejects(op, shapes![[1, 3, 4, 4, 4], [2, 3, 1, 1]], "the weight has 4 axes instead of 5")
            .rejects(op, shapes![[1, 3, 1, 1, 1], [2, 4, 1, 1, 1]], "the filters have 4 channels, a group of x has 3")
            .rejects(op.groups(2), shapes![[1, 3, 1, 1, 1], [2, 1, 1, 1, 1]], "3 channels do not form 2 groups")
            .rejects(op.groups(2), shapes![[1, 4, 1, 1, 1], [3, 2, 1, 1, 1]], "3 filters do not form 2 groups")
            .rejects(op.stride([1, 0, 1]), shapes![[1, 1, 2, 2, 2], [1, 1, 1, 1, 1]], "the stride is [1, 0, 1]")
            .rejects(op.dilation([1, 1, 0]), shapes![[1, 1, 2, 2, 2], [1, 1, 1, 1, 1]], "the dilation is [1, 1, 0]")
            .rejects(op, shapes![[1, 1, 2, 2, 2], [1, 1, 0, 1, 1]], "the kernel is [0, 1, 1], it must be at least 1")
            .rejects(
                op.stride([1, 1, 2]).padding(Padding::Same),
                shapes![[1, 1, 2, 2, 2], [1, 1, 1, 1, 1]],
                "the stride is [1, 1, 2], with the padding \"same\" it must be 1",
            )
            .rejects(
                op.padding([0, 0, 1]).dilation([1, 1, 4]),
                shapes![[1, 1, 2, 2, 2], [1, 1, 1, 2, 2]],
                "the kernel spans 5 along axis 4, the padded image 4",
            )
            .rejects(
                op.padding([1 << 30; 3]),
                shapes![[1, 1, 1, 1, 1], [0, 1, 1, 1, 1]],
                "is more than memory can address",
            )
            .bench(
                op.padding([1, 1, 1]),
                shapes![[2, 16, 8, 16, 16], [16, 16, 3, 3, 3]],
                Work::Flops(2 * 2 * 16 * 2048 * 16 * 27),
            )
    }
}
