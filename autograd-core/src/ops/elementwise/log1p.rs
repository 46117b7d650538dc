//! `log1p`: the logarithm of 1 more.

use super::unary::Unary;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The natural logarithm of 1 more than each element, exact near 0, where the sum would forget it.
    ///
    /// `y = ln(1 + x)`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy / (1 + x)`. Saves `x`.
    ///
    /// # Edge cases
    /// `log1p(-1) = -inf`, with an infinite gradient; NaN below -1.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, 1e-20, 3.0]);
    /// let y = x.log1p();
    /// assert_eq!(y.to_vec(), [0.0, 1e-20, 3f64.ln_1p()]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 1.0, 0.25]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "ln_1p")]
    pub fn log1p(&self) -> Self {
        record(Log1p, [self])
    }
}

/// The op of [`Var::log1p`].
#[derive(Clone)]
pub struct Log1p;

impl Unary for Log1p {
    const NAME: &'static str = "log1p";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 24;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        math::log1p(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy / saved.input(0).add_scalar(T::one())
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Log1p {
    fn cases() -> Cases<Self> {
        Cases::unary(Log1p, |x| (1.0 + x).ln())
            .domain(Domain::between(-0.6, 4.0))
            .pin("tiny", Log1p, tensors![[0.0, 1e-20]], [0.0, 1e-20], tensors![[1.0, 1.0]])
            .pin("at minus one", Log1p, tensors![[-1.0]], [f64::NEG_INFINITY], tensors![[f64::INFINITY]])
            .pin("below", Log1p, tensors![[-3.0]], [f64::NAN], tensors![[-0.5]])
            .pin("at infinity", Log1p, tensors![[f64::INFINITY]], [f64::INFINITY], tensors![[0.0]])
    }
}
