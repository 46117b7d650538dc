//! `exp`: the exponential function.

use super::unary::Unary;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The exponential of each element.
    ///
    /// `y = eˣ`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · y`. Saves `y`.
    ///
    /// # Edge cases
    /// Overflows to infinity above 709.78 (f64) and 88.72 (f32); there the gradient is infinite too. `exp(-inf) = 0`, with gradient 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, 2.0]);
    /// let y = x.exp();
    /// let gradients = y.sum().backward();
    /// assert_eq!(y.to_vec(), [1.0, 2f64.exp()]);
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), y.to_vec()); // eˣ is its own derivative
    /// ```
    #[track_caller]
    #[must_use]
    pub fn exp(&self) -> Self {
        record(Exp, [self])
    }
}

/// The op of [`Var::exp`].
#[derive(Clone)]
pub struct Exp;

impl Unary for Exp {
    const NAME: &'static str = "exp";
    const SAVES: Save = Save::OUTPUT;
    const COST: usize = 16;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        math::exp(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy * saved.y()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Exp {
    fn cases() -> Cases<Self> {
        Cases::unary(Exp, f64::exp)
            .domain(Domain::between(-3.0, 3.0))
            .pin("at zero", Exp, tensors![[0.0]], [1.0], tensors![[1.0]])
            .pin("at minus infinity", Exp, tensors![[f64::NEG_INFINITY]], [0.0], tensors![[0.0]])
            .second(tensors![[0.0]])
            .pin("overflow", Exp, tensors![[710.0]], [f64::INFINITY], tensors![[f64::INFINITY]])
    }
}
