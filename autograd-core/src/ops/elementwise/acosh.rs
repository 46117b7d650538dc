//! `acosh`: the inverse of the hyperbolic cosine.

use super::unary::Unary;
use crate::kernel::special;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The number from 0 on whose hyperbolic cosine is each element.
    ///
    /// `y = ln(x + √(x² - 1))`, without its overflow
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy / (√(x - 1) · √(x + 1))`. Saves `x`.
    ///
    /// # Edge cases
    /// At 1 the gradient is infinite; NaN below. Neither the result nor the gradient overflows for large `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::<f64>::leaf([1.0, 1.25]);
    /// let y = x.acosh();
    /// assert_eq!(y.value().at([0]), 0.0);
    /// assert!((y.value().at([1]) - 2f64.ln()).abs() < 1e-15);
    /// let dx = y.sum().backward().get(&x).unwrap().to_vec();
    /// assert!(dx[0] == f64::INFINITY && (dx[1] - 4.0 / 3.0).abs() < 1e-15);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "arccosh")]
    pub fn acosh(&self) -> Self {
        record(Acosh, [self])
    }
}

/// The op of [`Var::acosh`].
#[derive(Clone)]
pub struct Acosh;

impl Unary for Acosh {
    const NAME: &'static str = "acosh";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 32;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        special::acosh(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let x = saved.input(0);
        // Two roots: the product x² - 1 would overflow for a large x.
        dy / (x.add_scalar(-T::one()).sqrt() * x.add_scalar(T::one()).sqrt())
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Acosh {
    fn cases() -> Cases<Self> {
        let far = 1e308f64.ln() + std::f64::consts::LN_2;
        Cases::unary(Acosh, |x| (x + (x * x - 1.0).sqrt()).ln())
            .domain(Domain::between(1.4, 4.0))
            .pin("at one", Acosh, tensors![[1.0]], [0.0], tensors![[f64::INFINITY]])
            .pin("below", Acosh, tensors![[0.5, -2.0]], [f64::NAN, f64::NAN], tensors![[f64::NAN, f64::NAN]])
            .pin("far", Acosh, tensors![[1e308, f64::INFINITY]], [far, f64::INFINITY], tensors![[1e-308, 0.0]])
    }
}
