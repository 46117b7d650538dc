//! `conv_transpose3d`: the adjoint of a convolution, from results back to volumes.

use super::{ConvTranspose, sizes};
#[cfg(any(test, feature = "testing"))]
use super::{Padding, textbook};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The transposed convolution: each element of `x` is multiplied by its filter and added to the result where
    /// [`conv3d`](Var::conv3d) with the same options would have read. A bias is added by [`add_bias`](Var::add_bias).
    ///
    /// `y[n, c, o·stride + i·dilation − padding] = Σ x[n, k, o] · weight[k, c, i]`; `o` and `i` have three components each
    ///
    /// # Shape
    /// `[n, k, d, h, w] x [k, c / groups, q, r, s] -> [n, c, od, oh, ow]` with
    /// `od = (d − 1)·stride − 2·padding + dilation·(q − 1) + output_padding + 1`
    ///
    /// # Gradient
    /// `dx = conv3d(dy, weight)`, `dweight = conv3d_weight(dy, x)`. Saves both operands.
    ///
    /// # Edge cases
    /// What the padding cuts off reaches nothing, NaN included.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var, ops::ConvTranspose3d};
    /// let x = Var::leaf(Tensor::from([1.0, 2.0]).reshape([1, 1, 1, 1, 2]));
    /// let weight = Var::leaf(Tensor::from([1.0, 10.0]).reshape([1, 1, 2, 1, 1]));
    /// let y = x.conv_transpose3d(&weight, ConvTranspose3d::default());
    /// assert_eq!(y.to_vec(), [1.0, 2.0, 10.0, 20.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [11.0, 11.0]);
    /// assert_eq!(gradients.get(&weight).unwrap().to_vec(), [3.0, 3.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "deconvolution")]
    pub fn conv_transpose3d(&self, weight: &Var<T>, options: ConvTranspose3d) -> Self {
        record(options, [self, weight])
    }
}

/// The op of [`Var::conv_transpose3d`], and its options: `ConvTranspose3d::default().stride([2, 2, 2])`.
pub type ConvTranspose3d = ConvTranspose<3>;

impl<T: Real> Op<T> for ConvTranspose3d {
    type Arity = Fixed<2>;
    const NAME: &'static str = "conv_transpose3d";
    const RULE: &'static str = "[n, k, d, h, w] x [k, c / groups, q, r, s] -> [n, c, od, oh, ow]";
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
            saved.needs(0).then(|| self.without_more(dy.conv3d(&weight, conv), x.shape())),
            saved.needs(1).then(|| dy.conv3d_weight(&self.with_more(&x), kernel, conv)),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for ConvTranspose3d {
    fn cases() -> Cases<Self> {
        let op = ConvTranspose3d::default();
        let inf = f64::INFINITY;
        Cases::new(
            textbook::conv_transpose,
            op.stride([2, 1, 2]).padding([1, 0, 1]),
            shapes![[2, 3, 2, 1, 2], [3, 2, 2, 2, 3]],
        )
        .case(
            op.stride([2, 1, 3]).padding([(0, 1), (0, 0), (1, 0)]).output_padding([1, 0, 2]).groups(2),
            shapes![[1, 2, 2, 1, 2], [2, 1, 2, 2, 1]],
        )
        .case(op.dilation([1, 3, 2]).output_padding([0, 2, 1]), shapes![[1, 2, 1, 1, 2], [2, 1, 1, 2, 2]])
        .case(op.padding(Padding::Same), shapes![[1, 2, 2, 1, 2], [2, 1, 2, 2, 3]])
        .case(op, shapes![[2, 3, 1, 2, 2], [3, 2, 1, 1, 1]])
        .case(op.stride([1, usize::MAX, 1]), shapes![[1, 1, 2, 1, 1], [1, 1, 1, 2, 1]])
        .case(op, shapes![[0, 2, 2, 2, 2], [2, 2, 1, 2, 2]])
        .case(op, shapes![[2, 0, 2, 2, 2], [0, 2, 1, 2, 2]])
        .pin(
            "a NaN that the padding cuts off",
            op.padding([0, 0, 1]),
            tensors![[[[[[0.0, 1.0, 1.0]]]]], [[[[[inf, 1.0]]]]]],
            [[[[[inf, inf]]]]],
            tensors![[[[[[f64::NAN, inf, inf]]]]], [[[[[2.0, 1.0]]]]]],
        )
        .rejects(op, shapes![[3, 4, 4], [3, 2, 1, 1, 1]], "x has 3 axes instead of 5")
        .rejects(op, shapes![[1, 3, 2, 2, 2], [3, 1]], "the weight has 2 axes instead of 5")
        .rejects(op, shapes![[1, 3, 1, 1, 1], [4, 2, 1, 1, 1]], "the weight has 4 filters, x has 3 channels")
        .rejects(op.groups(2), shapes![[1, 3, 1, 1, 1], [3, 2, 1, 1, 1]], "3 channels do not form 2 groups")
        .rejects(op.stride([0, 1, 1]), shapes![[1, 3, 1, 1, 1], [3, 2, 1, 1, 1]], "the stride is [0, 1, 1]")
        .rejects(op.dilation([1, 0, 1]), shapes![[1, 3, 1, 1, 1], [3, 2, 1, 1, 1]], "the dilation is [1, 0, 1]")
        .rejects(op, shapes![[1, 3, 1, 1, 1], [3, 2, 1, 0, 1]], "the kernel is [1, 0, 1], it must be at least 1")
        .rejects(op, shapes![[1, 3, 1, 0, 1], [3, 2, 1, 1, 1]], "the image is [1, 0, 1], it must be at least 1")
        .rejects(
            op.output_padding([0, 0, 1]),
            shapes![[1, 1, 2, 2, 2], [1, 1, 1, 1, 1]],
            "the output padding is 1 along axis 4, it must be less than the stride 1 or the dilation 1",
        )
        .rejects(
            op.padding([(0, 0), (2, 4), (0, 0)]),
            shapes![[1, 1, 4, 4, 4], [1, 1, 1, 2, 1]],
            "the padding cuts 6 from the 5 that there are along axis 3",
        )
        .rejects(op.stride([1 << 40; 3]), shapes![[1, 1, 2, 2, 2], [1, 1, 1, 1, 1]], "is more than memory can address")
        .bench(
            op.stride([2, 2, 2]).padding([1, 1, 1]),
            shapes![[2, 16, 4, 8, 8], [16, 16, 4, 4, 4]],
            Work::Flops(2 * 2 * 16 * 256 * 16 * 64),
        )
    }
}
