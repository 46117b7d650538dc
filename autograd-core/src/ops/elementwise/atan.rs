//! `atan`: the inverse of the tangent.

use super::unary::{Unary, within};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The angle between -π/2 and π/2 whose tangent is each element.
    ///
    /// `y = arctan x`
    ///
    /// See [`atan2`](Var::atan2) for the angle of a point.
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy / (1 + x²)`. Saves `x`.
    ///
    /// # Edge cases
    /// ±π/2 at infinity, with gradient 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, 1.0, -3.0]);
    /// let y = x.atan();
    /// assert_eq!(y.to_vec(), [0.0, std::f64::consts::FRAC_PI_4, -3f64.atan()]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 0.5, 0.1]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "arctan")]
    pub fn atan(&self) -> Self {
        record(Atan, [self])
    }
}

/// The op of [`Var::atan`].
#[derive(Clone)]
pub struct Atan;

impl Unary for Atan {
    const NAME: &'static str = "atan";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 24;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x.atan()
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        // The square of the bound is infinite, twice the bound is not.
        let x = within(saved.input(0), T::max_value().as_f64() / 4.0);
        dy / x.square().add_scalar(T::one())
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Atan {
    fn cases() -> Cases<Self> {
        Cases::unary(Atan, |x| (x / (1.0 + x * x).sqrt()).asin())
            .pin("at zero", Atan, tensors![[0.0]], [0.0], tensors![[1.0]])
            .pin(
                "at infinity",
                Atan,
                tensors![[f64::INFINITY, f64::NEG_INFINITY]],
                [std::f64::consts::FRAC_PI_2, -std::f64::consts::FRAC_PI_2],
                tensors![[0.0, 0.0]],
            )
            .second(tensors![[0.0, 0.0]])
    }
}
