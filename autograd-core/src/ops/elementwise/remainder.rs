//! `remainder`: what a division by whole numbers leaves.

use super::binary::broadcast;
use crate::kernel::special;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// What is left of each element after it is divided by another a whole number of times; it has the sign of the divisor.
    ///
    /// `y = a - b · ⌊a / b⌋`, exact
    ///
    /// Rust's `%` rounds the quotient towards 0 instead, and the result has the sign of the dividend.
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `da = dy`, `db = -dy · ⌊a / b⌋`. Saves both.
    ///
    /// # Edge cases
    /// At a jump, where `b` divides `a`, the gradient is that of the branch that begins there. A remainder by 0 is NaN.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([7.0, -7.0]), Var::leaf(3.0));
    /// let y = a.remainder(&b);
    /// assert_eq!(y.to_vec(), [1.0, 2.0]);
    /// let gradients = y.backward_with(&[1.0, 10.0].into());
    /// assert_eq!(gradients.get(&a).unwrap().to_vec(), [1.0, 10.0]);
    /// assert_eq!(gradients.get(&b).unwrap().item(), -2.0 + 30.0);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "rem")]
    #[doc(alias = "mod")]
    pub fn remainder(&self, divisor: &Var<T>) -> Self {
        broadcast(Remainder, self, divisor)
    }
}

/// The op of [`Var::remainder`], on operands of one shape.
#[derive(Clone)]
pub struct Remainder;

impl<T: Real> Op<T> for Remainder {
    type Arity = Fixed<2>;
    const NAME: &'static str = "remainder";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::INPUTS;

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(a, b)
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
        a.zip_cost(b, 20, special::remainder)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let db = || {
            let [a, b] = saved.inputs();
            // Constant between the jumps: a factor without gradient.
            (dy * Var::constant(a.value().zip_cost(b.value(), 20, special::floor_div))).neg()
        };
        [saved.needs(0).then(|| dy.clone()), saved.needs(1).then(db)]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Remainder {
    fn cases() -> Cases<Self> {
        Cases::binary(Remainder, |a, b| a - b * (a / b).floor())
            // The quotient stays between -2.8 and -2.1: no jump is near.
            .domains([Domain::between(-2.7, -2.4), Domain::between(1.0, 1.1)])
            .pin(
                "signs",
                Remainder,
                tensors![[7.0, -7.0, 7.0, -7.0], [3.0, 3.0, -3.0, -3.0]],
                [1.0, 2.0, -2.0, -1.0],
                tensors![[1.0; 4], [-2.0, 3.0, 3.0, -2.0]],
            )
            .pin("at a jump", Remainder, tensors![[6.0, -6.0], [3.0, 3.0]], [0.0, 0.0], tensors![[1.0; 2], [-2.0, 2.0]])
            .pin("a tenth, rounded up", Remainder, tensors![[1.0], [0.1]], [1.0 % 0.1], tensors![[1.0], [-9.0]])
            .pin("by zero", Remainder, tensors![[1.0], [0.0]], [f64::NAN], tensors![[1.0], [f64::NEG_INFINITY]])
            .pin("by infinity", Remainder, tensors![[1.0], [f64::INFINITY]], [1.0], tensors![[1.0], [0.0]])
    }
}
