//! `det`: the determinant.

use super::dense::{each, square};
use super::matrices::matrices;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The determinant of a square matrix, or of each of a batch; [`slogdet`](Var::slogdet) neither overflows nor vanishes.
    ///
    /// `y = det x`, the product of the pivots of elimination
    ///
    /// # Shape
    /// `[.., n, n] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · y · x⁻ᵀ`. Saves `x` and `y`.
    ///
    /// # Edge cases
    /// A singular matrix has the determinant 0, and a gradient of NaN: the formula has none. A matrix without elements has the
    /// determinant 1.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[2.0, 0.0], [1.0, 4.0]]);
    /// let y = x.det();
    /// assert_eq!(y.item(), 8.0);
    /// assert_eq!(*y.backward().get(&x).unwrap(), [[4.0, -1.0], [0.0, 2.0]].into());
    /// ```
    ///
    /// Giles 2008, "Collected Matrix Derivative Results for Forward and Reverse Mode Algorithmic Differentiation", section 2.2.4.
    #[track_caller]
    #[must_use]
    pub fn det(&self) -> Self {
        record(Det, [self])
    }
}

/// The op of [`Var::det`].
#[derive(Clone)]
pub struct Det;

impl<T: Real> Op<T> for Det {
    type Arity = Fixed<1>;
    const NAME: &'static str = "det";
    const RULE: &'static str = "[.., n, n] -> [..]";
    const SAVES: Save = Save::INPUTS.and(Save::OUTPUT);

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        square(x).map(|(batch, _)| batch.into())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let (batch, n) = square(x.shape()).expect("the shape rule accepted the operand");
        let matrices = matrices(x);
        each(batch.into(), 1, n * n * n, |i, y| y[0] = T::det(matrices.matrix(i)))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| per_matrix(&(dy * saved.y())) * saved.input(0).inverse().mt())]
    }
}

/// Numbers, one for each matrix of a batch, with axes of size 1 to multiply matrices by.
#[track_caller]
pub(super) fn per_matrix<T: Real>(x: &Var<T>) -> Var<T> {
    x.reshape(Shape::joined([x.shape(), &[1, 1][..]]))
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Det {
    fn cases() -> Cases<Self> {
        let nan = f64::NAN;
        Cases::new(|_, x| super::dense::expand(&x[0]), Det, shapes![[3, 3]])
            .case(Det, shapes![[2, 1, 2, 2]])
            .case(Det, shapes![[4, 4]])
            .case(Det, shapes![[1, 1]])
            .case(Det, shapes![[0, 0]])
            .case(Det, shapes![[0, 2, 2]])
            .domain(Domain::between(-1.0, 1.0).diagonal(-5.0))
            .pin("singular", Det, tensors![[[1.0, 2.0], [2.0, 4.0]]], 0.0, tensors![[[nan, nan], [nan, nan]]])
            .pin(
                "rows are exchanged",
                Det,
                tensors![[[0.0, 2.0], [1.0, 0.0]]],
                -2.0,
                tensors![[[0.0, -1.0], [-2.0, 0.0]]],
            )
            .rejects(Det, shapes![[2, 3]], "the matrix is 2 by 3, it must be square")
            .rejects(Det, shapes![[2]], "[2] has no matrix axes")
            .bench(Det, shapes![[16, 24, 24]], Work::Flops(16 * 2 * 24 * 24 * 24 / 3))
    }
}
