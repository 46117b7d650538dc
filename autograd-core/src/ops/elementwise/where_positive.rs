//! `where_positive`: one operand where another is positive, the gradient of `relu`.

use super::binary::broadcast;
use super::unary::flat;
use crate::ops::prelude::*;
use std::hint::select_unpredictable;

impl<T: Real> Var<T> {
    /// Each element where that of another variable is positive, else 0: a gate that the other one opens.
    ///
    /// `y = x` where `by > 0`, else 0
    ///
    /// It is the gradient of [`relu`](Var::relu), given that of its result and the result itself.
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `dx = dy` where `by > 0`, else 0; `dby = 0`. Saves `by`.
    ///
    /// # Edge cases
    /// Where `by` is NaN, `x` passes, as `relu` passes NaN. What is not let through leaks nowhere, be it NaN or infinite.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (x, by) = (Var::leaf([1.0, 2.0, -3.0]), Var::leaf([-1.0, 0.0, 4.0]));
    /// let y = x.where_positive(&by);
    /// assert_eq!(y.to_vec(), [0.0, 0.0, -3.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 0.0, 1.0]);
    /// assert_eq!(gradients.get(&by).unwrap().to_vec(), [0.0, 0.0, 0.0]);
    /// ```
    ///
    /// Glorot, Bordes and Bengio, 2011, "Deep Sparse Rectifier Neural Networks", section 3.
    #[track_caller]
    #[must_use]
    pub fn where_positive(&self, by: &Var<T>) -> Self {
        broadcast(WherePositive, self, by)
    }
}

/// The op of [`Var::where_positive`], on operands of one shape.
#[derive(Clone)]
pub struct WherePositive;

impl<T: Real> Op<T> for WherePositive {
    type Arity = Fixed<2>;
    const NAME: &'static str = "where_positive";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::input(1);
    const OPERANDS: &'static [&'static str] = &["x", "by"];

    fn shape(&self, [x, by]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(x, by)
    }

    fn forward(&self, [x, by]: [&Tensor<T>; 2]) -> Tensor<T> {
        // As `if`, it could become a branch.
        x.zip_cost(by, 1, |x, by| select_unpredictable(by <= T::zero(), T::zero(), x))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let dx = || dy.where_positive(&saved.input(1).detach());
        [saved.needs(0).then(dx), saved.needs(1).then(|| flat(dy))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for WherePositive {
    fn cases() -> Cases<Self> {
        Cases::binary(WherePositive, |x, by| if by <= 0.0 { 0.0 } else { x })
            .domains([Domain::between(-2.0, 2.0), Domain::between(-2.0, 2.0).away_from([0.0], 0.1)])
            .pin(
                "at zero",
                WherePositive,
                tensors![[2.0, 2.0, 2.0], [0.0, -0.0, 1e-300]],
                [0.0, 0.0, 2.0],
                tensors![[0.0, 0.0, 1.0], [0.0; 3]],
            )
            .pin(
                "hidden",
                WherePositive,
                tensors![[f64::NAN, f64::INFINITY], [-1.0, -1.0]],
                [0.0, 0.0],
                tensors![[0.0; 2], [0.0; 2]],
            )
            .pin("NaN", WherePositive, tensors![[3.0], [f64::NAN]], [3.0], tensors![[1.0], [0.0]])
    }
}
