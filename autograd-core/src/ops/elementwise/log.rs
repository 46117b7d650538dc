//! `log`: the natural logarithm.

use super::unary::Unary;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The natural logarithm of each element.
    ///
    /// `y = ln x`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy / x`. Saves `x`.
    ///
    /// # Edge cases
    /// `log(0) = -inf`, with an infinite gradient; NaN below 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 4.0]);
    /// let y = x.log();
    /// assert_eq!(y.to_vec(), [0.0, 4f64.ln()]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 0.25]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "ln")]
    pub fn log(&self) -> Self {
        record(Log, [self])
    }
}

/// The op of [`Var::log`].
#[derive(Clone)]
pub struct Log;

impl Unary for Log {
    const NAME: &'static str = "log";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 16;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        math::log(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy / saved.input(0)
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Log {
    fn cases() -> Cases<Self> {
        Cases::unary(Log, f64::ln)
            .domain(Domain::between(0.3, 4.0))
            .pin("at zero", Log, tensors![[0.0]], [f64::NEG_INFINITY], tensors![[f64::INFINITY]])
            .pin("below zero", Log, tensors![[-2.0]], [f64::NAN], tensors![[-0.5]])
            .pin("at infinity", Log, tensors![[f64::INFINITY]], [f64::INFINITY], tensors![[0.0]])
    }
}
