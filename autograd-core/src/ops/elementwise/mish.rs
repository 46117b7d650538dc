//! `mish`: a smooth rectifier that dips below 0.

use super::unary::{Unary, within};
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The mish of each element: a smooth rectifier that dips below 0.
    ///
    /// `y = x · tanh(softplus(x))`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · (tanh s + x · (1 - tanh² s) · σ(x))` with `s = softplus(x)`. Saves `x`.
    ///
    /// # Edge cases
    /// Far below 0 result and gradient are 0, far above 0 they are `x` and 1. `mish(NaN) = NaN`, and so is
    /// `mish(-∞)`, `-∞ · 0`, as in PyTorch; gradients at infinity are 0 and 1.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::<f64>::leaf([0.0, 1000.0]);
    /// let y = x.mish();
    /// assert_eq!(y.to_vec(), [0.0, 1000.0]);
    /// let dx = y.sum().backward().get(&x).unwrap().to_vec();
    /// assert!((dx[0] - 0.6).abs() < 1e-15 && dx[1] == 1.0); // tanh(ln 2)
    /// ```
    ///
    /// Misra, 2019, "Mish: A Self Regularized Non-Monotonic Activation Function".
    #[track_caller]
    #[must_use]
    pub fn mish(&self) -> Self {
        record(Mish, [self])
    }
}

/// The op of [`Var::mish`].
#[derive(Clone)]
pub struct Mish;

impl Unary for Mish {
    const NAME: &'static str = "mish";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 24;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        // tanh(ln(1 + eˣ)) = n / (n + 2) with n = e²ˣ + 2eˣ; above 0 both sides are divided by e²ˣ, so that nothing overflows.
        let (e, two) = (math::exp(-x.abs()), T::of(2.0));
        let (n, rest) = if x < T::zero() { (e * (e + two), two) } else { (T::one() + two * e, two * e * e) };
        x * (n / (n + rest))
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let x = within(saved.input(0), 1000.0);
        let s = x.softplus();
        // 1 - tanh² s as 4 σ(2s) σ(-2s): the difference has no digits left where tanh s is nearly 1.
        let s2 = s.mul_scalar(T::of(2.0));
        let slope = (s2.sigmoid() * s2.neg().sigmoid()).mul_scalar(T::of(4.0)) * x.sigmoid();
        dy * (s.tanh() + &x * slope)
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Mish {
    fn cases() -> Cases<Self> {
        Cases::unary(Mish, |x| x * (1.0 + x.exp()).ln().tanh())
            .pin("saturated", Mish, tensors![[-1000.0, 1000.0]], [0.0, 1000.0], tensors![[0.0, 1.0]])
            .pin(
                "at infinity",
                Mish,
                tensors![[f64::NEG_INFINITY, f64::INFINITY]],
                [f64::NAN, f64::INFINITY],
                tensors![[0.0, 1.0]],
            )
            .second(tensors![[0.0, 0.0]])
            .pin("NaN", Mish, tensors![[f64::NAN]], [f64::NAN], tensors![[f64::NAN]])
    }
}
