//! `cos`: the cosine.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The cosine of each element, an angle in radians.
    ///
    /// `y = cos x`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = -dy · sin x`. Saves `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, 1.0]);
    /// let y = x.cos();
    /// assert_eq!(y.to_vec(), [1.0, 1f64.cos()]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, -1f64.sin()]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cos(&self) -> Self {
        record(Cos, [self])
    }
}

/// The op of [`Var::cos`].
#[derive(Clone)]
pub struct Cos;

impl Unary for Cos {
    const NAME: &'static str = "cos";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 16;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x.cos()
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy * saved.input(0).sin().neg()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Cos {
    fn cases() -> Cases<Self> {
        Cases::unary(Cos, f64::cos).pin("at zero", Cos, tensors![[0.0]], [1.0], tensors![[0.0]])
    }
}
