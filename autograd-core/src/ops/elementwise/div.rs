//! `div`: the quotient of two operands.

use super::binary::broadcast;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The quotient of two operands, element by element; the same as `a / b`.
    ///
    /// `y = a / b`
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `da = dy / b`, `db = -(dy / b) · y`. Saves `b` and `y`.
    ///
    /// # Edge cases
    /// Division by 0 gives an infinity or, of 0, NaN; gradients too.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf(6.0), Var::leaf(4.0));
    /// let y = &a / &b;
    /// assert_eq!(y.item(), 1.5);
    /// let gradients = y.backward();
    /// assert_eq!(gradients.get(&a).unwrap().item(), 0.25);
    /// assert_eq!(gradients.get(&b).unwrap().item(), -0.375); // -a / b²
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "divide")]
    pub fn div(&self, other: &Var<T>) -> Self {
        broadcast(Div, self, other)
    }
}

/// The op of [`Var::div`], on operands of one shape.
#[derive(Clone)]
pub struct Div;

impl<T: Real> Op<T> for Div {
    type Arity = Fixed<2>;
    const NAME: &'static str = "div";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::input(1).and(Save::OUTPUT);

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(a, b)
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
        a.zip_cost(b, 2, move |a, b| a / b)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let da = dy / saved.input(1);
        let db = saved.needs(1).then(|| (&da * saved.y()).neg());
        [saved.needs(0).then_some(da), db]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Div {
    fn cases() -> Cases<Self> {
        Cases::binary(Div, |a, b| a / b)
            .domains([Domain::between(-2.0, 2.0), Domain::between(-3.0, 3.0).away_from([0.0], 0.5)])
            .pin(
                "by zero",
                Div,
                tensors![[1.0, 0.0], [0.0, 0.0]],
                [f64::INFINITY, f64::NAN],
                tensors![[f64::INFINITY, f64::INFINITY], [f64::NEG_INFINITY, f64::NAN]],
            )
            .pin("by infinity", Div, tensors![[1.0], [f64::INFINITY]], [0.0], tensors![[0.0], [0.0]])
    }
}
