//! `conv1d`: the convolution of signals with a bank of filters.

use super::{Conv, sizes};
#[cfg(any(test, feature = "testing"))]
use super::{Padding, textbook};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The convolution of signals with filters (a cross-correlation: the kernel is not flipped).
    ///
    /// `y[n, k, o] = Σ x[n, c, o·stride + i·dilation − padding] · weight[k, c, i]` over the channels `c` of the filter's group and the places
    /// `i` of the kernel; `x` is 0 outside the signal. A bias is added by [`add_bias`](Var::add_bias).
    ///
    /// # Shape
    /// `[n, c, l] x [k, c / groups, r] -> [n, k, ol]` with `ol = (l + 2·padding − dilation·(r − 1) − 1) / stride + 1`
    ///
    /// # Gradient
    /// `dx = conv_transpose1d(dy, weight)`, `dweight = conv1d_weight(x, dy)`. Saves both operands.
    ///
    /// # Edge cases
    /// The padding is zeros that the weight multiplies: with an infinite weight the border is NaN.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Conv1d};
    /// let x = Var::leaf([[[1.0, 2.0, 3.0]]]);
    /// let weight = Var::leaf([[[1.0, -1.0]]]);
    /// let y = x.conv1d(&weight, Conv1d::default().padding([(1, 0)])); // zeros before the signal only: each result sees the past
    /// assert_eq!(y.to_vec(), [-1.0, -1.0, -1.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 0.0, -1.0]);
    /// assert_eq!(gradients.get(&weight).unwrap().to_vec(), [3.0, 6.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn conv1d(&self, weight: &Var<T>, options: Conv1d) -> Self {
        record(options, [self, weight])
    }
}

/// The op of [`Var::conv1d`], and its options: `Conv1d::default().stride([2]).padding([1])`.
pub type Conv1d = Conv<1>;

impl<T: Real> Op<T> for Conv1d {
    type Arity = Fixed<2>;
    const NAME: &'static str = "conv1d";
    const RULE: &'static str = "[n, c, l] x [k, c / groups, r] -> [n, k, ol]";
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
            saved.needs(0).then(|| dy.conv_transpose1d(&weight, self.transposed(x.shape(), kernel))),
            saved.needs(1).then(|| x.conv1d_weight(dy, kernel, *self)),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Conv1d {
    fn cases() -> Cases<Self> {
        let op = Conv1d::default();
        let inf = f64::INFINITY;
        Cases::new(textbook::conv, op.padding([1]), shapes![[2, 3, 5], [2, 3, 3]])
            .case(op.stride([2]).padding([(0, 1)]).groups(2), shapes![[1, 4, 6], [2, 2, 3]])
            .case(op.dilation([2]).padding([(2, 0)]), shapes![[2, 2, 4], [3, 2, 2]])
            .case(op.padding(Padding::Same), shapes![[1, 2, 4], [2, 2, 2]])
            .case(op.padding(Padding::Same).dilation([3]), shapes![[1, 1, 4], [2, 1, 4]])
            .case(op, shapes![[2, 3, 4], [2, 3, 1]])
            .case(op.groups(3).padding([1]), shapes![[2, 3, 4], [3, 1, 2]])
            .case(op.stride([usize::MAX]), shapes![[1, 1, 3], [1, 1, 2]])
            .case(op.padding([1]), shapes![[1, 1, 0], [1, 1, 2]])
            .case(op, shapes![[0, 2, 3], [2, 2, 2]])
            .case(op, shapes![[2, 0, 3], [2, 0, 2]])
            .case(op, shapes![[2, 1, 3], [0, 1, 2]])
            .pin(
                "an infinite weight on the padding",
                op.padding([1]),
                tensors![[[[1.0, 2.0]]], [[[inf, 1.0]]]],
                [[[f64::NAN, inf, inf]]],
                tensors![[[[inf, inf]]], [[[3.0, 3.0]]]],
            )
            .rejects(op, shapes![[3, 4], [2, 3, 1]], "x has 2 axes instead of 3")
            .rejects(op, shapes![[1, 3, 4], [3, 1]], "the weight has 2 axes instead of 3")
            .rejects(op, shapes![[1, 3, 4], [2, 4, 1]], "the filters have 4 channels, a group of x has 3")
            .rejects(op.groups(2), shapes![[1, 3, 4], [2, 1, 1]], "3 channels do not form 2 groups")
            .rejects(op.groups(2), shapes![[1, 4, 4], [3, 2, 1]], "3 filters do not form 2 groups")
            .rejects(op.stride([0]), shapes![[1, 1, 4], [1, 1, 1]], "the stride is [0], it must be at least 1")
            .rejects(op.dilation([0]), shapes![[1, 1, 4], [1, 1, 1]], "the dilation is [0], it must be at least 1")
            .rejects(op, shapes![[1, 1, 4], [1, 1, 0]], "the kernel is [0], it must be at least 1")
            .rejects(
                op.stride([2]).padding(Padding::Same),
                shapes![[1, 1, 4], [1, 1, 2]],
                "the stride is [2], with the padding \"same\" it must be 1",
            )
            .rejects(
                op.padding([(0, 1)]).dilation([3]),
                shapes![[1, 1, 5], [1, 1, 3]],
                "the kernel spans 7 along axis 2, the padded image 6",
            )
            .rejects(op.padding([usize::MAX]), shapes![[1, 1, 1], [1, 1, 1]], "is more than memory can address")
            .rejects(op, shapes![[0, 1 << 62, 1], [0, 1 << 62, 1]], "is more than memory can address")
            .bench(op.padding([1]), shapes![[8, 64, 256], [64, 64, 3]], Work::Flops(2 * 8 * 64 * 256 * 64 * 3))
    }
}
