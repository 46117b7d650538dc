//! `sinh`: the hyperbolic sine.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The hyperbolic sine of each element.
    ///
    /// `y = (eˣ - e⁻ˣ) / 2`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · cosh x`. Saves `x`.
    ///
    /// # Edge cases
    /// Overflows to an infinity beyond ±710.47 (f64) and ±89.41 (f32), with an infinite gradient.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, 1.0]);
    /// let y = x.sinh();
    /// assert_eq!(y.to_vec(), [0.0, 1f64.sinh()]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 1f64.cosh()]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn sinh(&self) -> Self {
        record(Sinh, [self])
    }
}

/// The op of [`Var::sinh`].
#[derive(Clone)]
pub struct Sinh;

impl Unary for Sinh {
    const NAME: &'static str = "sinh";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 32;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x.sinh()
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy * saved.input(0).cosh()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Sinh {
    fn cases() -> Cases<Self> {
        Cases::unary(Sinh, |x| (x.exp() - (-x).exp()) / 2.0)
            .pin("tiny", Sinh, tensors![[0.0, 1e-20]], [0.0, 1e-20], tensors![[1.0, 1.0]])
            .pin("overflow", Sinh, tensors![[-1000.0, 1000.0]], [f64::NEG_INFINITY, f64::INFINITY], {
                tensors![[f64::INFINITY, f64::INFINITY]]
            })
    }
}
