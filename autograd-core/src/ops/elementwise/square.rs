//! `square`: the square.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The square of each element.
    ///
    /// `y = x²`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = 2x · dy`. Saves `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, -3.0]);
    /// let y = x.square();
    /// assert_eq!(y.to_vec(), [1.0, 9.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [2.0, -6.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn square(&self) -> Self {
        record(Square, [self])
    }
}

/// The op of [`Var::square`].
#[derive(Clone)]
pub struct Square;

impl Unary for Square {
    const NAME: &'static str = "square";
    const SAVES: Save = Save::INPUTS;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x * x
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy * saved.input(0).mul_scalar(T::of(2.0))
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Square {
    fn cases() -> Cases<Self> {
        Cases::unary(Square, |x| x * x)
    }
}
