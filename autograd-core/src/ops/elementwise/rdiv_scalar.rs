//! `rdiv_scalar`: a number divided by each element.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// A number divided by each element; the same as `c / x`.
    ///
    /// `y = c / x`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = -(dy · c / x) / x`. Saves `x`.
    ///
    /// # Edge cases
    /// Division by 0 gives an infinity of the sign of `c`; there the gradient is infinite too.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::<f64>::leaf([2.0, 4.0]);
    /// let y = 1.0 / &x;
    /// assert_eq!(y.to_vec(), [0.5, 0.25]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [-0.25, -0.0625]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn rdiv_scalar(&self, c: T) -> Self {
        record(RdivScalar { c: c.as_f64() }, [self])
    }
}

/// The op of [`Var::rdiv_scalar`].
#[derive(Clone)]
pub struct RdivScalar {
    /// The dividend.
    pub c: f64,
}

impl Unary for RdivScalar {
    const NAME: &'static str = "rdiv_scalar";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 2;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        T::of(self.c) / x
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let x = saved.input(0);
        dy * x.rdiv_scalar(T::of(-self.c)) / &x
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for RdivScalar {
    fn cases() -> Cases<Self> {
        Cases::unary(RdivScalar { c: -2.5 }, |x| -2.5 / x)
            .domain(Domain::between(-3.0, 3.0).away_from([0.0], 0.5))
            .pin("rounded once", RdivScalar { c: 49.0 }, tensors![[49.0]], [1.0], tensors![[-1.0 / 49.0]])
            .pin("by zero", RdivScalar { c: 1.0 }, tensors![[0.0]], [f64::INFINITY], tensors![[f64::NEG_INFINITY]])
    }
}
