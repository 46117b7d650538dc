//! `add_scalar`: the sum of each element and a number.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The sum of each element and a number; the same as `x + c`.
    ///
    /// `y = x + c`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy`. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 2.0]);
    /// let y = &x + 0.5;
    /// assert_eq!(y.to_vec(), [1.5, 2.5]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn add_scalar(&self, c: T) -> Self {
        record(AddScalar { c: c.as_f64() }, [self])
    }
}

/// The op of [`Var::add_scalar`].
#[derive(Clone)]
pub struct AddScalar {
    /// The number.
    pub c: f64,
}

impl Unary for AddScalar {
    const NAME: &'static str = "add_scalar";
    const SAVES: Save = Save::NOTHING;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x + T::of(self.c)
    }

    fn dx<T: Real>(&self, _: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy.clone()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for AddScalar {
    fn cases() -> Cases<Self> {
        Cases::unary(AddScalar { c: -1.5 }, |x| x - 1.5)
    }
}
