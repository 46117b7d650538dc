//! `conv1d_weight`: the gradient of the filters of a convolution of signals.

use super::{Conv1d, ConvWeight};
#[cfg(any(test, feature = "testing"))]
use super::{Padding, textbook};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The gradient of the filters of a [`conv1d`](Var::conv1d) of this variable, given `dy`, that of its result. Linear in both, so
    /// convolutions have derivatives of every order.
    ///
    /// `y[k, c, i] = Σ x[n, c, o·stride + i·dilation − padding] · dy[n, k, o]`
    ///
    /// # Shape
    /// `[n, c, l] x [n, k, ol] -> [k, c / groups, r]` for a kernel `[r]`
    ///
    /// # Gradient
    /// Of `x` the [`conv_transpose1d`](Var::conv_transpose1d) of `dy` with the cotangent as the filters; of `dy` the
    /// [`conv1d`](Var::conv1d) of `x` with them. Saves both operands.
    ///
    /// # Edge cases
    /// The padding is zeros that `dy` multiplies: infinite there, it makes NaN.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Conv1d};
    /// let x = Var::leaf([[[1.0, 2.0, 3.0]]]);
    /// let dy = Var::leaf([[[10.0, 1.0]]]);
    /// let y = x.conv1d_weight(&dy, [2], Conv1d::default());
    /// assert_eq!(y.to_vec(), [12.0, 23.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [10.0, 11.0, 1.0]);
    /// assert_eq!(gradients.get(&dy).unwrap().to_vec(), [3.0, 5.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn conv1d_weight(&self, dy: &Var<T>, kernel: [usize; 1], options: Conv1d) -> Self {
        record(ConvWeight { conv: options, kernel }, [self, dy])
    }
}

/// The op of [`Var::conv1d_weight`].
pub type Conv1dWeight = ConvWeight<1>;

impl<T: Real> Op<T> for Conv1dWeight {
    type Arity = Fixed<2>;
    const NAME: &'static str = "conv1d_weight";
    const RULE: &'static str = "[n, c, l] x [n, k, ol] -> [k, c / groups, r]";
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
        let Conv1dWeight { conv, kernel } = *self;
        [
            saved.needs(0).then(|| dy.conv_transpose1d(cotangent, conv.transposed(x.shape(), kernel))),
            saved.needs(1).then(|| x.conv1d(cotangent, conv)),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Conv1dWeight {
    fn cases() -> Cases<Self> {
        let conv = Conv1d::default();
        let of = |kernel: usize, conv| ConvWeight { conv, kernel: [kernel] };
        let inf = f64::INFINITY;
        Cases::new(textbook::conv_weight, of(3, conv.padding([1])), shapes![[2, 2, 4], [2, 3, 4]])
            .case(of(2, conv.stride([2]).padding([(0, 1)]).groups(2)), shapes![[1, 4, 5], [1, 2, 3]])
            .case(of(2, conv.dilation([3]).padding(Padding::Same)), shapes![[2, 1, 4], [2, 2, 4]])
            .case(of(1, conv), shapes![[2, 2, 3], [2, 3, 3]])
            .case(of(2, conv.groups(2)), shapes![[17, 2, 3], [17, 2, 2]])
            .case(of(2, conv), shapes![[0, 2, 3], [0, 2, 2]])
            .case(of(2, conv), shapes![[2, 2, 3], [2, 0, 2]])
            .pin(
                "an infinite dy on the padding",
                of(2, conv.padding([1])),
                tensors![[[[1.0, 2.0]]], [[[inf, 1.0, 1.0]]]],
                [[[f64::NAN, inf]]],
                tensors![[[[inf, 2.0]]], [[[1.0, 3.0, 2.0]]]],
            )
            .rejects(of(1, conv), shapes![[2, 3], [2, 3, 1]], "x has 2 axes instead of 3")
            .rejects(of(1, conv), shapes![[2, 3, 1], [2]], "dy has 1 axes instead of 3")
            .rejects(of(1, conv.groups(0)), shapes![[1, 1, 1], [1, 1, 1]], "1 channels do not form 0 groups")
            .rejects(of(0, conv), shapes![[1, 1, 1], [1, 1, 1]], "the kernel is [0]")
            .rejects(of(usize::MAX, conv), shapes![[1, 1, 1], [1, 1, 1]], "is more than memory can address")
            .rejects(
                of(2, conv),
                shapes![[2, 1, 3], [2, 1, 3]],
                "dy has shape [2, 1, 3], the convolution gives [2, 1, 2]",
            )
            .bench(
                of(3, conv.padding([1])),
                shapes![[8, 64, 256], [8, 64, 256]],
                Work::Flops(2 * 8 * 64 * 256 * 64 * 3),
            )
    }
}
