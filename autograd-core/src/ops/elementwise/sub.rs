//! `sub`: the difference of two operands.

use super::binary::broadcast;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The difference of two operands, element by element; the same as `a - b`.
    ///
    /// `y = a - b`
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `da = dy`, `db = -dy`. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([1.0, 2.0]), Var::leaf(10.0));
    /// let y = &a - &b;
    /// assert_eq!(y.to_vec(), [-9.0, -8.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&a).unwrap().to_vec(), [1.0, 1.0]);
    /// assert_eq!(gradients.get(&b).unwrap().item(), -2.0); // b was used twice
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "subtract")]
    pub fn sub(&self, other: &Var<T>) -> Self {
        broadcast(Sub, self, other)
    }
}

/// The op of [`Var::sub`], on operands of one shape.
#[derive(Clone)]
pub struct Sub;

impl<T: Real> Op<T> for Sub {
    type Arity = Fixed<2>;
    const NAME: &'static str = "sub";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(a, b)
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
        a.zip_cost(b, 1, move |a, b| a - b)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        [saved.needs(0).then(|| dy.clone()), saved.needs(1).then(|| dy.neg())]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Sub {
    fn cases() -> Cases<Self> {
        Cases::binary(Sub, |a, b| a - b)
    }
}
