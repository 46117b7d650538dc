//! `expm1`: the exponential function less 1.

use super::unary::Unary;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The exponential of each element less 1, exact near 0, where `exp` and a subtraction would leave nothing.
    ///
    /// `y = eˣ - 1`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · eˣ`. Saves `x`: far below 0, `y + 1` has no digits of it left.
    ///
    /// # Edge cases
    /// `expm1(-inf) = -1`, with gradient 0. Overflows as [`exp`](Var::exp) does.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, 1e-20, 1.0]);
    /// let y = x.expm1();
    /// assert_eq!(y.to_vec(), [0.0, 1e-20, 1f64.exp_m1()]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 1.0, 1f64.exp()]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "exp_m1")]
    pub fn expm1(&self) -> Self {
        record(Expm1, [self])
    }
}

/// The op of [`Var::expm1`].
#[derive(Clone)]
pub struct Expm1;

impl Unary for Expm1 {
    const NAME: &'static str = "expm1";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 24;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        math::expm1(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy * saved.input(0).exp()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Expm1 {
    fn cases() -> Cases<Self> {
        Cases::unary(Expm1, |x| x.exp() - 1.0)
            .pin("tiny", Expm1, tensors![[0.0, 1e-20]], [0.0, 1e-20], tensors![[1.0, 1.0]])
            .pin("far below zero", Expm1, tensors![[-100.0]], [-1.0], tensors![[math::exp(-100f64)]])
            .pin(
                "at infinity",
                Expm1,
                tensors![[f64::NEG_INFINITY, f64::INFINITY]],
                [-1.0, f64::INFINITY],
                tensors![[0.0, f64::INFINITY]],
            )
    }
}
