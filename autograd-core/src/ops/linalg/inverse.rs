//! `inverse`: the inverse of a matrix.

use super::dense::{each, square};
use super::matrices::matrices;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The inverse of a square matrix, or of each of a batch. To multiply by it, [`solve`](Var::solve) is faster and more exact.
    ///
    /// `y x = x y = 1`
    ///
    /// # Shape
    /// `[.., n, n] -> [.., n, n]`
    ///
    /// # Gradient
    /// `dx = -yᵀ dy yᵀ`. Saves `y`.
    ///
    /// # Edge cases
    /// A matrix that is singular to working precision, in the sense of [`solve`](Var::solve), gives NaN in each place, and a gradient of
    /// NaN.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 1.0], [0.0, 2.0]]);
    /// let y = x.inverse();
    /// assert_eq!(*y.value(), [[1.0, -0.5], [0.0, 0.5]].into());
    /// assert_eq!(*y.sum().backward().get(&x).unwrap(), [[-0.5, -0.5], [0.0, 0.0]].into());
    /// ```
    ///
    /// Giles 2008, "Collected Matrix Derivative Results for Forward and Reverse Mode Algorithmic Differentiation", section 2.2.3.
    #[track_caller]
    #[must_use]
    #[doc(alias = "inv")]
    pub fn inverse(&self) -> Self {
        record(Inverse, [self])
    }
}

/// The op of [`Var::inverse`].
#[derive(Clone)]
pub struct Inverse;

impl<T: Real> Op<T> for Inverse {
    type Arity = Fixed<1>;
    const NAME: &'static str = "inverse";
    const RULE: &'static str = "[.., n, n] -> [.., n, n]";
    const SAVES: Save = Save::OUTPUT;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        square(x).map(|_| x.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let (_, n) = square(x.shape()).expect("the shape rule accepted the operand");
        let matrices = matrices(x);
        each(x.shape().clone(), n * n, 2 * n, |i, y| T::inverse(matrices.matrix(i), y))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| {
            let yt = saved.y().mt();
            -yt.matmul(dy).matmul(&yt)
        })]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Inverse {
    fn cases() -> Cases<Self> {
        let nans = || Tensor::full([2, 2], f64::NAN);
        Cases::new(textbook, Inverse, shapes![[3, 3]])
            .case(Inverse, shapes![[2, 1, 2, 2]])
            .case(Inverse, shapes![[1, 1]])
            .case(Inverse, shapes![[0, 0]])
            .case(Inverse, shapes![[0, 2, 2]])
            .domain(Domain::between(-1.0, 1.0).diagonal(5.0))
            .pin("singular", Inverse, tensors![[[1.0, 2.0], [2.0, 4.0]]], nans(), vec![nans()])
            .pin("singular but for rounding", Inverse, tensors![[[0.1, 0.3], [0.3, 0.9]]], nans(), vec![nans()])
            .pin(
                "one of a batch is singular",
                Inverse,
                tensors![[[[0.0]], [[2.0]]]],
                [[[f64::NAN]], [[0.5]]],
                tensors![[[[f64::NAN]], [[-0.25]]]],
            )
            .rejects(Inverse, shapes![[2, 3]], "the matrix is 2 by 3, it must be square")
            .rejects(Inverse, shapes![[2]], "[2] has no matrix axes")
            .bench(Inverse, shapes![[4, 32, 32]], Work::Flops(4 * 2 * 32 * 32 * 32))
    }
}

/// The solution whose right side is the identity.
#[cfg(any(test, feature = "testing"))]
fn textbook(_: &Inverse, x: &[Tensor<f64>]) -> Tensor<f64> {
    let n = x[0].shape()[x[0].rank() - 1];
    super::dense::eliminate(&x[0], &Tensor::eye(n).broadcast_to(x[0].shape()).contiguous())
}
