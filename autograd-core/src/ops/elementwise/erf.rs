//! `erf`: the error function.

use super::unary::{Unary, within};
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The error function of each element: how likely a normal variate of variance ½ lies within `x` of its mean.
    ///
    /// `y = 2/√π ∫₀ˣ exp(-t²) dt`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · 2/√π · exp(-x²)`. Saves `x`.
    ///
    /// # Edge cases
    /// ±1 at infinity, with gradient 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// use std::f64::consts::FRAC_2_SQRT_PI;
    /// let x = Var::<f64>::leaf([0.0, 1.0]);
    /// let y = x.erf();
    /// assert_eq!(y.value().at([0]), 0.0);
    /// assert!((y.value().at([1]) - 0.8427007929497149).abs() < 1e-15);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [FRAC_2_SQRT_PI, (-1f64).exp() * FRAC_2_SQRT_PI]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn erf(&self) -> Self {
        record(Erf, [self])
    }
}

/// The op of [`Var::erf`].
#[derive(Clone)]
pub struct Erf;

impl Unary for Erf {
    const NAME: &'static str = "erf";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 32;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        math::erf(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy * within(saved.input(0), 100.0).square().neg().exp().mul_scalar(T::FRAC_2_SQRT_PI())
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Erf {
    fn cases() -> Cases<Self> {
        Cases::unary(Erf, series)
            .pin("at zero", Erf, tensors![[0.0]], [0.0], tensors![[std::f64::consts::FRAC_2_SQRT_PI]])
            .pin("saturated", Erf, tensors![[-40.0, 40.0]], [-1.0, 1.0], tensors![[0.0, 0.0]])
            .pin("at infinity", Erf, tensors![[f64::NEG_INFINITY, f64::INFINITY]], [-1.0, 1.0], tensors![[0.0, 0.0]])
            .second(tensors![[0.0, 0.0]])
            .pin("NaN", Erf, tensors![[f64::NAN]], [f64::NAN], tensors![[f64::NAN]])
    }
}

/// `2/√π · exp(-x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1 · 3 · .. · (2n + 1))`, whose terms have one sign (Abramowitz and Stegun, 7.1.6).
#[cfg(any(test, feature = "testing"))]
pub(super) fn series(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for n in 1..100 {
        term *= 2.0 * x * x / f64::from(2 * n + 1);
        sum += term;
    }
    std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp() * sum
}
