//! `softplus`: the smooth rectifier.

use super::unary::Unary;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The logarithm of 1 more than the exponential of each element: a smooth rectifier.
    ///
    /// `y = ln(1 + eˣ)`, from `max(x, 0) + ln(1 + e⁻|x|)`, which cannot overflow
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · σ(x)`. Saves `x`.
    ///
    /// # Edge cases
    /// Far below 0 result and gradient are 0, far above 0 they are `x` and 1, exactly, at infinity too. `softplus(NaN) = NaN`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, -800.0, 800.0]);
    /// let y = x.softplus();
    /// assert_eq!(y.to_vec(), [2f64.ln(), 0.0, 800.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.5, 0.0, 1.0]);
    /// ```
    ///
    /// Dugas, Bengio, Bélisle, Nadeau and Garcia, 2001, "Incorporating Second-Order Functional Knowledge for Better Option Pricing".
    #[track_caller]
    #[must_use]
    pub fn softplus(&self) -> Self {
        record(Softplus, [self])
    }
}

/// The op of [`Var::softplus`].
#[derive(Clone)]
pub struct Softplus;

impl Unary for Softplus {
    const NAME: &'static str = "softplus";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 32;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        math::softplus(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy * saved.input(0).sigmoid()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Softplus {
    fn cases() -> Cases<Self> {
        Cases::unary(Softplus, |x| (1.0 + x.exp()).ln())
            .pin("at zero", Softplus, tensors![[0.0]], [std::f64::consts::LN_2], tensors![[0.5]])
            .pin("saturated", Softplus, tensors![[-1000.0, 1000.0]], [0.0, 1000.0], tensors![[0.0, 1.0]])
            .pin("nearly 0", Softplus, tensors![[-50.0]], [(-50f64).exp()], tensors![[(-50f64).exp()]])
            .pin(
                "at infinity",
                Softplus,
                tensors![[f64::NEG_INFINITY, f64::INFINITY]],
                [0.0, f64::INFINITY],
                tensors![[0.0, 1.0]],
            )
            .pin("NaN", Softplus, tensors![[f64::NAN]], [f64::NAN], tensors![[f64::NAN]])
    }
}
