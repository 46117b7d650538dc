//! `log10`: the logarithm to base 10.

use super::unary::Unary;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The logarithm to base 10 of each element.
    ///
    /// `y = ln x / ln 10`, exact for powers of 10
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy / (x · ln 10)`. Saves `x`.
    ///
    /// # Edge cases
    /// `log10(0) = -inf`, with an infinite gradient; NaN below 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// use std::f64::consts::LN_10;
    /// let x = Var::leaf([1.0, 1000.0]);
    /// let y = x.log10();
    /// assert_eq!(y.to_vec(), [0.0, 3.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0 / LN_10, 1.0 / (1000.0 * LN_10)]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn log10(&self) -> Self {
        record(Log10, [self])
    }
}

/// The op of [`Var::log10`].
#[derive(Clone)]
pub struct Log10;

impl Unary for Log10 {
    const NAME: &'static str = "log10";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 16;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        math::log10(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy / saved.input(0).mul_scalar(T::LN_10())
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Log10 {
    fn cases() -> Cases<Self> {
        let slope = 1.0 / std::f64::consts::LN_10;
        Cases::unary(Log10, move |x| x.ln() * slope)
            .domain(Domain::between(0.3, 4.0))
            .pin(
                "powers",
                Log10,
                tensors![[1.0, 10.0]],
                [0.0, 1.0],
                tensors![[slope, 1.0 / (10.0 * std::f64::consts::LN_10)]],
            )
            .pin("at zero", Log10, tensors![[0.0]], [f64::NEG_INFINITY], tensors![[f64::INFINITY]])
            .pin("below zero", Log10, tensors![[-1.0]], [f64::NAN], tensors![[-slope]])
            .pin("at infinity", Log10, tensors![[f64::INFINITY]], [f64::INFINITY], tensors![[0.0]])
    }
}
