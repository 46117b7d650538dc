//! `log2`: the logarithm to base 2.

use super::unary::Unary;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The logarithm to base 2 of each element.
    ///
    /// `y = ln x / ln 2`, exact for powers of 2
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy / (x · ln 2)`. Saves `x`.
    ///
    /// # Edge cases
    /// `log2(0) = -inf`, with an infinite gradient; NaN below 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// use std::f64::consts::LN_2;
    /// let x = Var::leaf([1.0, 8.0]);
    /// let y = x.log2();
    /// assert_eq!(y.to_vec(), [0.0, 3.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0 / LN_2, 1.0 / (8.0 * LN_2)]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn log2(&self) -> Self {
        record(Log2, [self])
    }
}

/// The op of [`Var::log2`].
#[derive(Clone)]
pub struct Log2;

impl Unary for Log2 {
    const NAME: &'static str = "log2";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 16;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        math::log2(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy / saved.input(0).mul_scalar(T::LN_2())
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Log2 {
    fn cases() -> Cases<Self> {
        let slope = 1.0 / std::f64::consts::LN_2;
        Cases::unary(Log2, move |x| x.ln() * slope)
            .domain(Domain::between(0.3, 4.0))
            .pin(
                "powers",
                Log2,
                tensors![[1.0, 2.0]],
                [0.0, 1.0],
                tensors![[slope, 1.0 / (2.0 * std::f64::consts::LN_2)]],
            )
            .pin("at zero", Log2, tensors![[0.0]], [f64::NEG_INFINITY], tensors![[f64::INFINITY]])
            .pin("below zero", Log2, tensors![[-1.0]], [f64::NAN], tensors![[-slope]])
            .pin("at infinity", Log2, tensors![[f64::INFINITY]], [f64::INFINITY], tensors![[0.0]])
    }
}
