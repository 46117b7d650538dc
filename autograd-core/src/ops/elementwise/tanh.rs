//! `tanh`: the hyperbolic tangent.

use super::unary::Unary;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The hyperbolic tangent of each element.
    ///
    /// `y = tanh x`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · (1 - y²)`. Saves `y`.
    ///
    /// # Edge cases
    /// Far from 0 it is exactly -1 or 1, with gradient 0. `tanh(NaN) = NaN`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, 1.0]);
    /// let y = x.tanh();
    /// assert_eq!(y.to_vec(), [0.0, 1f64.tanh()]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 1.0 - 1f64.tanh().powi(2)]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn tanh(&self) -> Self {
        record(Tanh, [self])
    }
}

/// The op of [`Var::tanh`].
#[derive(Clone)]
pub struct Tanh;

impl Unary for Tanh {
    const NAME: &'static str = "tanh";
    const SAVES: Save = Save::OUTPUT;
    const COST: usize = 24;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        math::tanh(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy * saved.y().square().rsub_scalar(T::one())
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Tanh {
    fn cases() -> Cases<Self> {
        Cases::unary(Tanh, f64::tanh)
            .pin("at zero", Tanh, tensors![[0.0]], [0.0], tensors![[1.0]])
            .pin("saturated", Tanh, tensors![[-50.0, 50.0]], [-1.0, 1.0], tensors![[0.0, 0.0]])
            .pin("at infinity", Tanh, tensors![[f64::NEG_INFINITY, f64::INFINITY]], [-1.0, 1.0], tensors![[0.0, 0.0]])
            .pin("NaN", Tanh, tensors![[f64::NAN]], [f64::NAN], tensors![[f64::NAN]])
    }
}
