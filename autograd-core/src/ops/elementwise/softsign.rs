//! `softsign`: a sign with a soft step.

use super::unary::{Unary, within};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each element by 1 more than its absolute value: a sign with a soft step, which reaches ±1 more slowly than [`tanh`](Var::tanh).
    ///
    /// `y = x / (1 + |x|)`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy / (1 + |x|)²`. Saves `x`.
    ///
    /// # Edge cases
    /// At 0 the gradient is 1. `softsign(NaN) = NaN`, and so is `softsign(±∞)`, `∞ / ∞`, as in PyTorch, with gradient 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, 1.0, -3.0]);
    /// let y = x.softsign();
    /// assert_eq!(y.to_vec(), [0.0, 0.5, -0.75]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 0.25, 0.0625]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn softsign(&self) -> Self {
        record(Softsign, [self])
    }
}

/// The op of [`Var::softsign`].
#[derive(Clone)]
pub struct Softsign;

impl Unary for Softsign {
    const NAME: &'static str = "softsign";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 3;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x / (T::one() + x.abs())
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        // The square of the bound is infinite, twice the bound is not.
        let x = within(saved.input(0), T::max_value().as_f64() / 4.0);
        dy / x.abs().add_scalar(T::one()).square()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Softsign {
    fn cases() -> Cases<Self> {
        Cases::unary(Softsign, |x| if x < 0.0 { x / (1.0 - x) } else { x / (1.0 + x) })
            .domain(Domain::between(-2.0, 2.0).away_from([0.0], 0.1))
            .pin("at zero", Softsign, tensors![[0.0]], [0.0], tensors![[1.0]])
            .pin("saturated", Softsign, tensors![[-1e200, 1e200]], [-1.0, 1.0], tensors![[0.0, 0.0]])
            .pin(
                "at infinity",
                Softsign,
                tensors![[f64::NEG_INFINITY, f64::INFINITY]],
                [f64::NAN, f64::NAN],
                tensors![[0.0, 0.0]],
            )
            .second(tensors![[0.0, 0.0]])
            .pin("NaN", Softsign, tensors![[f64::NAN]], [f64::NAN], tensors![[f64::NAN]])
    }
}
