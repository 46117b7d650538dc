//! `rsub_scalar`: a number less each element.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// A number less each element; the same as `c - x`.
    ///
    /// `y = c - x`
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
    /// let x = Var::<f64>::leaf([1.0, 2.0]);
    /// let y = 3.0 - &x;
    /// assert_eq!(y.to_vec(), [2.0, 1.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [-1.0, -1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "rsub")]
    pub fn rsub_scalar(&self, c: T) -> Self {
        record(RsubScalar { c: c.as_f64() }, [self])
    }
}

/// The op of [`Var::rsub_scalar`].
#[derive(Clone)]
pub struct RsubScalar {
    /// The number.
    pub c: f64,
}

impl Unary for RsubScalar {
    const NAME: &'static str = "rsub_scalar";
    const SAVES: Save = Save::NOTHING;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        T::of(self.c) - x
    }

    fn dx<T: Real>(&self, _: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy.neg()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for RsubScalar {
    fn cases() -> Cases<Self> {
        Cases::unary(RsubScalar { c: 1.5 }, |x| 1.5 - x)
    }
}
