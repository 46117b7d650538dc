//! `silu`: the sigmoid-weighted linear unit.

use super::unary::{Unary, within};
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The sigmoid-weighted linear unit of each element, also called swish.
    ///
    /// `y = x · σ(x)`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · (σ(x) + x · σ(x) · σ(-x))`. Saves `x`.
    ///
    /// # Edge cases
    /// Far below 0 result and gradient are 0, far above 0 they are `x` and 1. `silu(NaN) = NaN`, and so is
    /// `silu(-∞)`, `-∞ · 0`, as in PyTorch; gradients at infinity are 0 and 1.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, 1000.0]);
    /// let y = x.silu();
    /// assert_eq!(y.to_vec(), [0.0, 1000.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.5, 1.0]);
    /// ```
    ///
    /// Elfwing, Uchibe and Doya, 2017, "Sigmoid-Weighted Linear Units for Neural Network Function Approximation".
    #[track_caller]
    #[must_use]
    #[doc(alias = "swish")]
    pub fn silu(&self) -> Self {
        record(Silu, [self])
    }
}

/// The op of [`Var::silu`].
#[derive(Clone)]
pub struct Silu;

impl Unary for Silu {
    const NAME: &'static str = "silu";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 18;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x * math::sigmoid(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let x = within(saved.input(0), 1000.0);
        // σ(-x) instead of 1 - σ(x), which has no digits left far above 0.
        let (open, shut) = (x.sigmoid(), x.neg().sigmoid());
        dy * (&open + &x * (&open * shut))
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Silu {
    fn cases() -> Cases<Self> {
        Cases::unary(Silu, |x| x / (1.0 + (-x).exp()))
            .pin("at zero", Silu, tensors![[0.0]], [0.0], tensors![[0.5]])
            .pin("saturated", Silu, tensors![[-1000.0, 1000.0]], [0.0, 1000.0], tensors![[0.0, 1.0]])
            .pin(
                "at infinity",
                Silu,
                tensors![[f64::NEG_INFINITY, f64::INFINITY]],
                [f64::NAN, f64::INFINITY],
                tensors![[0.0, 1.0]],
            )
            .second(tensors![[0.0, 0.0]])
            .pin("NaN", Silu, tensors![[f64::NAN]], [f64::NAN], tensors![[f64::NAN]])
    }
}
