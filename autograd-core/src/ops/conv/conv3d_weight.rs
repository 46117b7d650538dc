//! `conv3d_weight`: the gradient of the filters of a convolution of volumes.

use super::{Conv3d, ConvWeight};
#[cfg(any(test, feature = "testing"))]
use super::{Padding, textbook};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The gradient of the filters of a [`conv3d`](Var::conv3d) of this variable, given `dy`, that of its result. Linear in both, so
    /// convolutions have derivatives of every order.
    ///
    /// `y[k, c, i] = Σ x[n, c, o·stride + i·dilation − padding] · dy[n, k, o]`; `o` and `i` have three components each
    ///
    /// # Shape
    /// `[n, c, d, h, w] x [n, k, od, oh, ow] -> [k, c / groups, q, r, s]` for a kernel `[q, r, s]`
    ///
    /// # Gradient
    /// Of `x` the [`conv_transpose3d`](Var::conv_transpose3d) of `dy` with the cotangent as the filters; of `dy` the
    /// [`conv3d`](Var::conv3d) of `x` with them. Saves both operands.
    ///
    /// # Edge cases
    /// The padding is zeros that `dy` multiplies: infinite there, it makes NaN.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var, ops::Conv3d};
    /// let x = Var::leaf(Tensor::from([1.0, 2.0, 3.0, 4.0]).reshape([1, 1, 2, 1, 2]));
    /// let dy = Var::leaf(Tensor::from([1.0, 10.0]).reshape([1, 1, 1, 1, 2]));
    /// let y = x.conv3d_weight(&dy, [2, 1, 1], Conv3d::default());
    /// assert_eq!(y.to_vec(), [21.0, 43.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 10.0, 1.0, 10.0]);
    /// assert_eq!(gradients.get(&dy).unwrap().to_vec(), [4.0, 6.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn conv3d_weight(&self, dy: &Var<T>, kernel: [usize; 3], options: Conv3d) -> Self {
        record(ConvWeight { conv: options, kernel }, [self, dy])
    }
}

/// The op of [`Var::conv3d_weight`].
pub type Conv3dWeight = ConvWeight<3>;

impl<T: Real> Op<T> for Conv3dWeight {
    type Arity = Fixed<2>;
    const NAME: &'static str = "conv3d_weight";
    const RULE: &'static str = "[n, c, d, h, w] x [n, k, od, oh, ow] -> [k, c / groups, q, r, s]";
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
        let Conv3dWeight { conv, kernel } = *self;
        [
            saved.needs(0).then(|| dy.conv_transpose3d(cotangent, conv.transposed(x.shape(), kernel))),
            saved.needs(1).then(|| x.conv3d(cotangent, conv)),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Conv3dWeight {
    fn cases() -> Cases<Self> {
        let conv = Conv3d::default();
        let of = |kernel, conv| ConvWeight { conv, kernel };
        let inf = f64::INFINITY;
        Cases::new(
            textbook::conv_weight,
            of([2, 1, 3], conv.padding([0, 1, 1])),
            shapes![[2, 2, 3, 2, 2], [2, 3, 2, 4, 2]],
        )
        .case(of([2, 2, 1], conv.stride([2, 1, 3]).groups(2)), shapes![[1, 4, 3, 2, 4], [1, 2, 1, 1, 2]])
        .case(of([1, 2, 2], conv.dilation([1, 2, 1]).padding(Padding::Same)), shapes![[2, 1, 2, 2, 2], [2, 2, 2, 2, 2]])
        .case(of([1, 1, 1], conv), shapes![[2, 2, 1, 2, 2], [2, 3, 1, 2, 2]])
        .case(of([2, 1, 1], conv.groups(2)), shapes![[17, 2, 2, 1, 2], [17, 2, 1, 1, 2]])
        .case(of([1, 2, 2], conv), shapes![[0, 2, 2, 2, 2], [0, 2, 2, 1, 1]])
        .case(of([1, 2, 2], conv), shapes![[2, 2, 2, 2, 2], [2, 0, 2, 1, 1]])
        .pin(
            "an infinite dy on the padding",
            of([1, 1, 2], conv.padding([0, 0, 1])),
            tensors![[[[[[1.0, 2.0]]]]], [[[[[inf, 1.0, 1.0]]]]]],
            [[[[[f64::NAN, inf]]]]],
            tensors![[[[[[inf, 2.0]]]]], [[[[[1.0, 3.0, 2.0]]]]]],
        )
        .rejects(of([1, 1, 1], conv), shapes![[2, 3], [2, 3, 1, 1, 1]], "x has 2 axes instead of 5")
        .rejects(of([1, 1, 1], conv), shapes![[2, 3, 1, 1, 1], [2]], "dy has 1 axes instead of 5")
        .rejects(
            of([1, 1, 1], conv.groups(0)),
            shapes![[1, 1, 1, 1, 1], [1, 1, 1, 1, 1]],
            "1 channels do not form 0 groups",
        )
        .rejects(of([1, 0, 1], conv), shapes![[1, 1, 1, 1, 1], [1, 1, 1, 1, 1]], "the kernel is [1, 0, 1]")
        .rejects(
            of([2, 1, 1], conv),
            shapes![[2, 1, 3, 1, 1], [2, 1, 2, 1, 2]],
            "dy has shape [2, 1, 2, 1, 2], the convolution gives [2, 1, 2, 1, 1]",
        )
        .bench(
            of([3, 3, 3], conv.padding([1, 1, 1])),
            shapes![[2, 16, 8, 16, 16], [2, 16, 8, 16, 16]],
            Work::Flops(2 * 2 * 16 * 2048 * 16 * 27),
        )
    }
}
