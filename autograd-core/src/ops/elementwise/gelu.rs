//! `gelu`: the Gaussian error linear unit.

use super::unary::{Unary, within};
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The Gaussian error linear unit of each element: `x` times the probability that a standard normal variate lies below it.
    ///
    /// `y = x · Φ(x)` with `Φ(x) = ½ erfc(-x / √2)`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · (Φ(x) + x · φ(x))` with `φ(x) = exp(-x²/2) / √(2π)`. Saves `x`.
    ///
    /// # Edge cases
    /// Far below 0 result and gradient are 0, far above 0 they are `x` and 1. `gelu(NaN) = NaN`, and so is
    /// `gelu(-∞)`, `-∞ · 0`, as in PyTorch; gradients at infinity are 0 and 1.
    ///
    /// See [`gelu_tanh`](Var::gelu_tanh) for the approximation.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::<f64>::leaf([0.0, 1.0]);
    /// let y = x.gelu();
    /// assert_eq!(y.value().at([0]), 0.0);
    /// assert!((y.value().at([1]) - 0.8413447460685429).abs() < 1e-15); // Φ(1)
    /// let dx = y.sum().backward().get(&x).unwrap().to_vec();
    /// assert!((dx[0] - 0.5).abs() < 1e-15 && (dx[1] - 1.0833154705876864).abs() < 1e-14);
    /// ```
    ///
    /// Hendrycks and Gimpel, 2016, "Gaussian Error Linear Units".
    #[track_caller]
    #[must_use]
    pub fn gelu(&self) -> Self {
        record(Gelu, [self])
    }
}

/// The op of [`Var::gelu`].
#[derive(Clone)]
pub struct Gelu;

impl Unary for Gelu {
    const NAME: &'static str = "gelu";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 36;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x * T::of(0.5) * math::erfc(-x * T::FRAC_1_SQRT_2())
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let x = within(saved.input(0), 100.0);
        let below = x.mul_scalar(-T::FRAC_1_SQRT_2()).erfc().mul_scalar(T::of(0.5));
        let density = x.square().mul_scalar(T::of(-0.5)).exp().mul_scalar(T::TAU().sqrt().recip());
        dy * (below + &x * density)
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Gelu {
    fn cases() -> Cases<Self> {
        Cases::unary(Gelu, |x| x * 0.5 * (1.0 + super::erf::series(x / 2f64.sqrt())))
            .pin("at zero", Gelu, tensors![[0.0]], [0.0], tensors![[0.5]])
            .pin("saturated", Gelu, tensors![[-1000.0, 1000.0]], [0.0, 1000.0], tensors![[0.0, 1.0]])
            .pin(
                "at infinity",
                Gelu,
                tensors![[f64::NEG_INFINITY, f64::INFINITY]],
                [f64::NAN, f64::INFINITY],
                tensors![[0.0, 1.0]],
            )
            .second(tensors![[0.0, 0.0]])
            .pin("NaN", Gelu, tensors![[f64::NAN]], [f64::NAN], tensors![[f64::NAN]])
    }
}
