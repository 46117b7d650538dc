//! `cosh`: the hyperbolic cosine.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The hyperbolic cosine of each element.
    ///
    /// `y = (eˣ + e⁻ˣ) / 2`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · sinh x`. Saves `x`.
    ///
    /// # Edge cases
    /// Overflows to infinity beyond ±710.47 (f64) and ±89.41 (f32), with an infinite gradient.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, 1.0]);
    /// let y = x.cosh();
    /// assert_eq!(y.to_vec(), [1.0, 1f64.cosh()]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1f64.sinh()]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cosh(&self) -> Self {
        record(Cosh, [self])
    }
}

/// The op of [`Var::cosh`].
#[derive(Clone)]
pub struct Cosh;

impl Unary for Cosh {
    const NAME: &'static str = "cosh";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 32;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x.cosh()
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy * saved.input(0).sinh()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Cosh {
    fn cases() -> Cases<Self> {
        Cases::unary(Cosh, |x| (x.exp() + (-x).exp()) / 2.0)
            .pin("at zero", Cosh, tensors![[0.0]], [1.0], tensors![[0.0]])
            .pin("overflow", Cosh, tensors![[-1000.0, 1000.0]], [f64::INFINITY, f64::INFINITY], {
                tensors![[f64::NEG_INFINITY, f64::INFINITY]]
            })
    }
}
