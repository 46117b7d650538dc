//! `add`: the sum of two operands, the gradient distributor.

use super::binary::broadcast;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The sum of two operands, element by element; the same as `a + b`.
    ///
    /// `y = a + b`
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `da = dy`, `db = dy`: the gate distributes the gradient. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([1.0, 2.0]), Var::leaf(10.0));
    /// let y = &a + &b;
    /// assert_eq!(y.to_vec(), [11.0, 12.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&a).unwrap().to_vec(), [1.0, 1.0]);
    /// assert_eq!(gradients.get(&b).unwrap().item(), 2.0); // b was used twice
    /// ```
    #[track_caller]
    #[must_use]
    pub fn add(&self, other: &Var<T>) -> Self {
        broadcast(Add, self, other)
    }
}

/// The op of [`Var::add`], on operands of one shape.
#[derive(Clone)]
pub struct Add;

impl<T: Real> Op<T> for Add {
    type Arity = Fixed<2>;
    const NAME: &'static str = "add";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(a, b)
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
        a.zip_cost(b, 1, move |a, b| a + b)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        [saved.needs(0).then(|| dy.clone()), saved.needs(1).then(|| dy.clone())]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Add {
    fn cases() -> Cases<Self> {
        Cases::binary(Add, |a, b| a + b)
    }
}
