//! `neg`: the negative.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The negative of each element; the same as `-x`.
    ///
    /// `y = -x`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = -dy`. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf(2.0);
    /// let y = -&x;
    /// assert_eq!(y.item(), -2.0);
    /// assert_eq!(y.backward().get(&x).unwrap().item(), -1.0);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn neg(&self) -> Self {
        record(Neg, [self])
    }
}

/// The op of [`Var::neg`].
#[derive(Clone)]
pub struct Neg;

impl Unary for Neg {
    const NAME: &'static str = "neg";
    const SAVES: Save = Save::NOTHING;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        -x
    }

    fn dx<T: Real>(&self, _: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy.neg()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Neg {
    fn cases() -> Cases<Self> {
        Cases::unary(Neg, |x| 0.0 - x)
    }
}
