//! `mul`: the product of two operands, the gradient switcher.

use super::binary::broadcast;
use crate::kernel::product::Product;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The product of two operands, element by element; the same as `a * b`.
    ///
    /// `y = a · b`
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `da = dy · b`, `db = dy · a`: the gate switches the operands. Saves both.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf(4.0), Var::leaf(-3.0));
    /// let y = &a * &b;
    /// assert_eq!(y.item(), -12.0);
    /// let gradients = y.backward();
    /// assert_eq!(gradients.get(&a).unwrap().item(), -3.0);
    /// assert_eq!(gradients.get(&b).unwrap().item(), 4.0);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn mul(&self, other: &Var<T>) -> Self {
        broadcast(Mul, self, other)
    }
}

/// The op of [`Var::mul`], on operands of one shape.
#[derive(Clone)]
pub struct Mul;

impl<T: Real> Op<T> for Mul {
    type Arity = Fixed<2>;
    const NAME: &'static str = "mul";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::INPUTS;

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(a, b)
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
        a.zip_by(b, 1, Product)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        [saved.needs(0).then(|| dy * saved.input(1)), saved.needs(1).then(|| dy * saved.input(0))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Mul {
    fn cases() -> Cases<Self> {
        Cases::binary(Mul, |a, b| a * b)
    }
}
