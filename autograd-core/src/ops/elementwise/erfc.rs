//! `erfc`: the complement of the error function.

use super::unary::{Unary, within};
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The complement of the error function of each element, with full precision where it is nearly 0.
    ///
    /// `y = 1 - erf x = 2/√π ∫ₓ exp(-t²) dt`, to infinity
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = -dy · 2/√π · exp(-x²)`. Saves `x`.
    ///
    /// # Edge cases
    /// 0 at infinity and 2 at minus infinity, with gradient 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// use std::f64::consts::FRAC_2_SQRT_PI;
    /// let x = Var::<f64>::leaf([0.0, 10.0]);
    /// let y = x.erfc();
    /// assert_eq!(y.value().at([0]), 1.0);
    /// assert!((y.value().at([1]) / 2.088487583762545e-45 - 1.0).abs() < 1e-14);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [-FRAC_2_SQRT_PI, (-100f64).exp() * -FRAC_2_SQRT_PI]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn erfc(&self) -> Self {
        record(Erfc, [self])
    }
}

/// The op of [`Var::erfc`].
#[derive(Clone)]
pub struct Erfc;

impl Unary for Erfc {
    const NAME: &'static str = "erfc";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 32;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        math::erfc(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy * within(saved.input(0), 100.0).square().neg().exp().mul_scalar(-T::FRAC_2_SQRT_PI())
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Erfc {
    fn cases() -> Cases<Self> {
        Cases::unary(Erfc, |x| 1.0 - super::erf::series(x))
            .pin("at zero", Erfc, tensors![[0.0]], [1.0], tensors![[-std::f64::consts::FRAC_2_SQRT_PI]])
            .pin("at infinity", Erfc, tensors![[f64::NEG_INFINITY, f64::INFINITY]], [2.0, 0.0], tensors![[0.0, 0.0]])
            .second(tensors![[0.0, 0.0]])
            .pin("NaN", Erfc, tensors![[f64::NAN]], [f64::NAN], tensors![[f64::NAN]])
    }
}
