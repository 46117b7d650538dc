//! `mul_scalar`: the product of each element with a number.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The product of each element with a number; the same as `x * c`.
    ///
    /// `y = x · c`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · c`. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::<f64>::leaf([1.0, 2.0]);
    /// let y = 3.0 * &x;
    /// assert_eq!(y.to_vec(), [3.0, 6.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [3.0, 3.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "scale")]
    pub fn mul_scalar(&self, c: T) -> Self {
        record(MulScalar { c: c.as_f64() }, [self])
    }
}

/// The op of [`Var::mul_scalar`].
#[derive(Clone)]
pub struct MulScalar {
    /// The number.
    pub c: f64,
}

impl Unary for MulScalar {
    const NAME: &'static str = "mul_scalar";
    const SAVES: Save = Save::NOTHING;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x * T::of(self.c)
    }

    fn dx<T: Real>(&self, _: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy.mul_scalar(T::of(self.c))
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for MulScalar {
    fn cases() -> Cases<Self> {
        Cases::unary(MulScalar { c: -2.5 }, |x| x * -2.5)
    }
}
