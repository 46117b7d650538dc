//! `sigmoid`: the logistic function.

use super::unary::Unary;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The logistic function of each element.
    ///
    /// `y = 1 / (1 + e⁻ˣ)`, from `e` to the power `-|x|`, which cannot overflow
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · y (1 - y)`. Saves `y`.
    ///
    /// # Edge cases
    /// Far from 0 it is exactly 0 or 1, with gradient 0. `sigmoid(NaN) = NaN`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, -800.0]);
    /// let y = x.sigmoid();
    /// assert_eq!(y.to_vec(), [0.5, 0.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.25, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "logistic")]
    #[doc(alias = "expit")]
    pub fn sigmoid(&self) -> Self {
        record(Sigmoid, [self])
    }
}

/// The op of [`Var::sigmoid`].
#[derive(Clone)]
pub struct Sigmoid;

impl Unary for Sigmoid {
    const NAME: &'static str = "sigmoid";
    const SAVES: Save = Save::OUTPUT;
    const COST: usize = 16;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        math::sigmoid(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let y = saved.y();
        dy * (&y * y.rsub_scalar(T::one()))
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Sigmoid {
    fn cases() -> Cases<Self> {
        Cases::unary(Sigmoid, |x| 1.0 / (1.0 + (-x).exp()))
            .domain(Domain::between(-4.0, 4.0))
            .pin("saturated", Sigmoid, tensors![[-800.0, 800.0, 0.0]], [0.0, 1.0, 0.5], tensors![[0.0, 0.0, 0.25]])
            .pin("at infinity", Sigmoid, tensors![[f64::NEG_INFINITY, f64::INFINITY]], [0.0, 1.0], tensors![[0.0, 0.0]])
            .pin("NaN", Sigmoid, tensors![[f64::NAN]], [f64::NAN], tensors![[f64::NAN]])
    }
}
