//! `conv2d_weight`: the gradient of a convolution's filters.

use super::{Conv2d, ConvWeight};
#[cfg(any(test, feature = "testing"))]
use super::{Padding, textbook};
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
    /// # Edge cases
    /// The padding is zeros that `dy` multiplies: infinite there, it makes NaN.
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
        record(ConvWeight { conv: options, kernel }, [self, dy])
    }
}

/// The op of [`Var::conv2d_weight`].
pub type Conv2dWeight = ConvWeight<2>;

impl<T: Real> Op<T> for Conv2dWeight {
    type Arity = Fixed<2>;
    const NAME: &'static str = "conv2d_weight";
    const RULE: &'static str = "[n, c, h, w] x [n, k, oh, ow] -> [k, c / groups, r, s]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["x", "dy"];

    fn shape(&self, [x, dy]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        self.result(x, dy)
    }

    fn forward(&self, [x, dy]: [&Tensor<T>; 2]) -> Tensor<T> {
        self.compute(x, dy)
    }

    fn backward(&self, saved: &Saved<'_, T>, cotangent: &Var<T>) -> [Option<Var<T>>; 2] {
        let [x, dy] = saved.inputs();
        let Conv2dWeight { conv, kernel } = *self;
        [
            saved.needs(0).then(|| dy.conv_transpose2d(cotangent, conv.transposed(x.shape(), kernel))),
            saved.needs(1).then(|| x.conv2d(cotangent, conv)),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Conv2dWeight {
    fn cases() -> Cases<Self> {
        let conv = Conv2d::default();
        let of = |kernel, conv| ConvWeight { conv, kernel };
        let inf = f64::INFINITY;
        Cases::new(textbook::conv_weight, of([3, 2], conv.padding([1, 0])), shapes![[2, 2, 3, 4], [2, 3, 3, 3]])
            .case(of([2, 2], conv.stride([2, 3]).groups(2)), shapes![[1, 4, 5, 5], [1, 2, 2, 2]])
            .case(of([2, 3], conv.dilation([2, 1]).padding([0, 1])), shapes![[3, 1, 4, 3], [3, 1, 2, 3]])
            .case(of([2, 2], conv.padding(Padding::Same)), shapes![[2, 1, 2, 3], [2, 2, 2, 3]])
            .case(of([1, 1], conv), shapes![[2, 2, 2, 3], [2, 3, 2, 3]])
            .case(of([2, 2], conv.groups(2)), shapes![[17, 2, 2, 3], [17, 2, 1, 2]])
            .case(of([2, 2], conv), shapes![[0, 2, 3, 3], [0, 2, 2, 2]])
            .case(of([2, 2], conv), shapes![[2, 2, 3, 3], [2, 0, 2, 2]])
            // One filter, which is depthwise, and two, which are a matrix product, agree.
            .pin(
                "an infinite dy on the padding",
                of([1, 2], conv.padding([0, 1])),
                tensors![[[[[1.0, 2.0]]]], [[[[inf, 1.0, 1.0]]]]],
                [[[[f64::NAN, inf]]]],
                tensors![[[[[inf, 2.0]]]], [[[[1.0, 3.0, 2.0]]]]],
            )
            .pin(
                "two infinite dy on the padding",
                of([1, 2], conv.padding([0, 1])),
                tensors![[[[[1.0, 2.0]]]], [[[[inf, 1.0, 1.0]], [[inf, 1.0, 1.0]]]]],
                [[[[f64::NAN, inf]]], [[[f64::NAN, inf]]]],
                tensors![[[[[inf, 4.0]]]], [[[[1.0, 3.0, 2.0]], [[1.0, 3.0, 2.0]]]]],
            )
            .rejects(of([1, 1], conv), shapes![[2, 3], [2, 3, 1, 1]], "x has 2 axes instead of 4")
            .rejects(of([1, 1], conv), shapes![[2, 3, 1, 1], [2]], "dy has 1 axes instead of 4")
            .rejects(of([1, 1], conv.groups(0)), shapes![[1, 1, 1, 1], [1, 1, 1, 1]], "1 channels do not form 0 groups")
            .rejects(of([0, 1], conv), shapes![[1, 1, 1, 1], [1, 1, 1, 1]], "the kernel is [0, 1]")
            .rejects(
                of([2, 2], conv),
                shapes![[2, 1, 3, 3], [2, 1, 2, 3]],
                "dy has shape [2, 1, 2, 3], the convolution gives [2, 1, 2, 2]",
            )
            .rejects(of([1, usize::MAX], conv), shapes![[1, 1, 1, 1], [1, 1, 1, 1]], "is more than memory can address")
            .bench(of([5, 5], conv), shapes![[64, 6, 12, 12], [64, 16, 8, 8]], Work::Flops(2 * 64 * 16 * 64 * 150))
            .bench(
                of([3, 3], conv.padding([1, 1])),
                shapes![[8, 64, 32, 32], [8, 64, 32, 32]],
                Work::Flops(2 * 8 * 64 * 1024 * 64 * 9),
            )
    }
}
