//! `gelu_tanh`: the approximation of `gelu` by a hyperbolic tangent.

use super::unary::{Unary, within};
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The approximation of [`gelu`](Var::gelu) by a hyperbolic tangent, that of GPT-2, off by less than 0.0005.
    ///
    /// `y = ½x · (1 + tanh u) = x · σ(2u)` with `u = √(2/π) · (x + 0.044715 x³)`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · (σ(2u) + x · σ(2u) · σ(-2u) · 2u′)` with `u′ = √(2/π) · (1 + 0.134145 x²)`. Saves `x`.
    ///
    /// # Edge cases
    /// Far below 0 result and gradient are 0, far above 0 they are `x` and 1. `gelu_tanh(NaN) = NaN`, and so is
    /// `gelu_tanh(-∞)`, `-∞ · 0`, as in PyTorch; gradients at infinity are 0 and 1.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::<f64>::leaf([0.0, 1.0]);
    /// let y = x.gelu_tanh();
    /// assert_eq!(y.value().at([0]), 0.0);
    /// assert!((y.value().at([1]) - 0.8411919906082768).abs() < 1e-15);
    /// let dx = y.sum().backward().get(&x).unwrap().to_vec();
    /// assert!(dx[0] == 0.5 && (dx[1] - 1.0829640838457826).abs() < 1e-14);
    /// ```
    ///
    /// Hendrycks and Gimpel, 2016, "Gaussian Error Linear Units".
    #[track_caller]
    #[must_use]
    pub fn gelu_tanh(&self) -> Self {
        record(GeluTanh, [self])
    }
}

/// 2√(2/π), the factor of `x` in 2u.
const LINEAR: f64 = std::f64::consts::SQRT_2 * std::f64::consts::FRAC_2_SQRT_PI;
/// The factor of `x³` in 2u.
const CUBIC: f64 = LINEAR * 0.044715;

/// The op of [`Var::gelu_tanh`].
#[derive(Clone)]
pub struct GeluTanh;

impl Unary for GeluTanh {
    const NAME: &'static str = "gelu_tanh";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 24;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        let u2 = T::of(LINEAR) * x + T::of(CUBIC) * x * x * x;
        x * math::sigmoid(u2)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let x = within(saved.input(0), 100.0);
        let (linear, square) = (T::of(LINEAR), x.square());
        let u2 = &x * square.mul_scalar(T::of(CUBIC)).add_scalar(linear);
        let slope = square.mul_scalar(T::of(3.0 * CUBIC)).add_scalar(linear);
        let (open, shut) = (u2.sigmoid(), u2.neg().sigmoid());
        dy * (&open + &x * (&open * shut) * slope)
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for GeluTanh {
    fn cases() -> Cases<Self> {
        let tanh = |x: f64| ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x)).tanh();
        Cases::unary(GeluTanh, move |x| x * 0.5 * (1.0 + tanh(x)))
            .pin("at zero", GeluTanh, tensors![[0.0]], [0.0], tensors![[0.5]])
            .pin("saturated", GeluTanh, tensors![[-1000.0, 1000.0]], [0.0, 1000.0], tensors![[0.0, 1.0]])
            .pin("the cube overflows", GeluTanh, tensors![[-1e160, 1e160]], [0.0, 1e160], tensors![[0.0, 1.0]])
            .pin(
                "at infinity",
                GeluTanh,
                tensors![[f64::NEG_INFINITY, f64::INFINITY]],
                [f64::NAN, f64::INFINITY],
                tensors![[0.0, 1.0]],
            )
            .second(tensors![[0.0, 0.0]])
            .pin("NaN", GeluTanh, tensors![[f64::NAN]], [f64::NAN], tensors![[f64::NAN]])
    }
}
