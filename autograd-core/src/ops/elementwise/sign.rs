//! `sign`: -1, 0 or 1.

use super::unary::{Unary, flat};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The sign of each element: -1, 0 or 1.
    ///
    /// `y = 1` where `x > 0`, `-1` where `x < 0`, else 0
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = 0`: a gradient of zeros, since a path leads to `x`, not an absent one. Saves nothing.
    ///
    /// # Edge cases
    /// The sign of 0 of either sign is 0, and so is, as in PyTorch, that of NaN. The gradient is 0 everywhere.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([-3.0, 0.0, 0.5]);
    /// let y = x.sign();
    /// assert_eq!(y.to_vec(), [-1.0, 0.0, 1.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 0.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "sgn")]
    #[doc(alias = "signum")]
    pub fn sign(&self) -> Self {
        record(Sign, [self])
    }
}

/// The op of [`Var::sign`].
#[derive(Clone)]
pub struct Sign;

impl Unary for Sign {
    const NAME: &'static str = "sign";
    const SAVES: Save = Save::NOTHING;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        let (zero, one) = (T::zero(), T::one());
        if x > zero {
            one
        } else if x < zero {
            -one
        } else {
            zero
        }
    }

    fn dx<T: Real>(&self, _: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        flat(dy)
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Sign {
    fn cases() -> Cases<Self> {
        Cases::unary(Sign, f64::signum)
            .domain(Domain::between(-2.0, 2.0).away_from([0.0], 0.1))
            .pin("at zero", Sign, tensors![[0.0, -0.0]], [0.0, 0.0], tensors![[0.0, 0.0]])
            .pin(
                "not finite",
                Sign,
                tensors![[f64::INFINITY, f64::NEG_INFINITY, f64::NAN]],
                [1.0, -1.0, 0.0],
                tensors![[0.0; 3]],
            )
    }
}
