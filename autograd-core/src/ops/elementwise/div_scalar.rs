//! `div_scalar`: the quotient of each element and a number.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The quotient of each element and a number; the same as `x / c`.
    ///
    /// `y = x / c`, correctly rounded: a division, not a product with `1 / c`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy / c`. Saves nothing.
    ///
    /// # Edge cases
    /// Division by 0 gives an infinity or, of 0, NaN; the gradient is infinite.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 6.0]);
    /// let y = &x / 3.0;
    /// assert_eq!(y.to_vec(), [1.0 / 3.0, 2.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0 / 3.0, 1.0 / 3.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn div_scalar(&self, c: T) -> Self {
        record(DivScalar { c: c.as_f64() }, [self])
    }
}

/// The op of [`Var::div_scalar`].
#[derive(Clone)]
pub struct DivScalar {
    /// The divisor.
    pub c: f64,
}

impl Unary for DivScalar {
    const NAME: &'static str = "div_scalar";
    const SAVES: Save = Save::NOTHING;
    const COST: usize = 2;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x / T::of(self.c)
    }

    fn dx<T: Real>(&self, _: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy.div_scalar(T::of(self.c))
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for DivScalar {
    fn cases() -> Cases<Self> {
        Cases::unary(DivScalar { c: -2.5 }, |x| x / -2.5)
            .pin("rounded once", DivScalar { c: 49.0 }, tensors![[49.0]], [1.0], tensors![[1.0 / 49.0]])
            .pin(
                "by zero",
                DivScalar { c: 0.0 },
                tensors![[1.0, 0.0]],
                [f64::INFINITY, f64::NAN],
                tensors![[f64::INFINITY, f64::INFINITY]],
            )
    }
}
