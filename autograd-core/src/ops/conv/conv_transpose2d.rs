//! `conv_transpose2d`: the adjoint of a convolution, from results back to images.

use super::{ConvTranspose, sizes};
#[cfg(any(test, feature = "testing"))]
use super::{Padding, textbook};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The transposed convolution: each element of `x` is multiplied by its filter and added to the result where
    /// [`conv2d`](Var::conv2d) with the same options would have read. A bias is added by
    /// [`add_bias`](Var::add_bias).
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
    /// # Edge cases
    /// What the padding cuts off reaches nothing, NaN included.
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
pub type ConvTranspose2d = ConvTranspose<2>;

impl<T: Real> Op<T> for ConvTranspose2d {
    type Arity = Fixed<2>;
    const NAME: &'static str = "conv_transpose2d";
    const RULE: &'static str = "[n, k, h, w] x [k, c / groups, r, s] -> [n, c, oh, ow]";
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
        let (conv, kernel) = (self.plain(), sizes::kernel(weight.shape()));
        [
            saved.needs(0).then(|| self.without_more(dy.conv2d(&weight, conv), x.shape())),
            saved.needs(1).then(|| dy.conv2d_weight(&self.with_more(&x), kernel, conv)),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for ConvTranspose2d {
    fn cases() -> Cases<Self> {
        let op = ConvTranspose2d::default();
        let inf = f64::INFINITY;
        Cases::new(textbook::conv_transpose, op.stride([2, 1]).padding([1, 0]), shapes![[2, 3, 3, 2], [3, 2, 3, 2]])
            .case(op.stride([2, 3]).output_padding([1, 2]).groups(2), shapes![[1, 4, 2, 2], [4, 1, 2, 2]])
            .case(op.dilation([3, 2]).output_padding([2, 1]), shapes![[1, 2, 2, 2], [2, 1, 2, 2]])
            .case(op.stride([2, 1]).padding([(0, 1), (2, 0)]), shapes![[1, 2, 2, 2], [2, 2, 2, 3]])
            .case(op.padding(Padding::Same), shapes![[1, 2, 2, 3], [2, 2, 2, 3]])
            .case(op.groups(2).padding([1, 0]).stride([2, 1]), shapes![[2, 2, 2, 2], [2, 1, 2, 2]])
            .case(op, shapes![[2, 3, 2, 3], [3, 2, 1, 1]])
            .case(op.padding([1, 1]), shapes![[1, 2, 2, 3], [2, 2, 2, 3]])
            .case(op.stride([usize::MAX, 1]), shapes![[1, 1, 1, 2], [1, 1, 2, 2]])
            .case(op, shapes![[0, 2, 3, 3], [2, 2, 2, 2]])
            .case(op, shapes![[2, 0, 3, 3], [0, 2, 2, 2]])
            .pin(
                "a NaN that the padding cuts off",
                op.padding([0, 1]),
                tensors![[[[[0.0, 1.0, 1.0]]]], [[[[inf, 1.0]]]]],
                [[[[inf, inf]]]],
                tensors![[[[[f64::NAN, inf, inf]]]], [[[[2.0, 1.0]]]]],
            )
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
                "the padding cuts 6 from the 5 that there are along axis 3",
            )
            .rejects(op.stride([usize::MAX, 1]), shapes![[1, 1, 2, 1], [1, 1, 1, 1]], "is more than memory can address")
            .bench(
                op.stride([2, 2]).padding([1, 1]),
                shapes![[16, 64, 8, 8], [64, 32, 4, 4]],
                Work::Flops(2 * 16 * 64 * 64 * 32 * 16),
            )
    }
}
