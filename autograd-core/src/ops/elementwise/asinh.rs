//! `asinh`: the inverse of the hyperbolic sine.

use super::unary::Unary;
use crate::kernel::special;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The number whose hyperbolic sine is each element.
    ///
    /// `y = ln(x + √(x² + 1))`, without its cancellation below 0 and its overflow
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy / √(x² + 1)`. Saves `x`.
    ///
    /// # Edge cases
    /// Neither the result nor the gradient overflows for large `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::<f64>::leaf([0.0, 0.75]);
    /// let y = x.asinh();
    /// assert_eq!(y.value().at([0]), 0.0);
    /// assert!((y.value().at([1]) - 2f64.ln()).abs() < 1e-15);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 0.8]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "arcsinh")]
    pub fn asinh(&self) -> Self {
        record(Asinh, [self])
    }
}

/// The op of [`Var::asinh`].
#[derive(Clone)]
pub struct Asinh;

impl Unary for Asinh {
    const NAME: &'static str = "asinh";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 32;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        special::asinh(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        // The square of a large x would overflow, its hypotenuse does not.
        dy / saved.input(0).hypot(&Var::constant(Tensor::ones([])))
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Asinh {
    fn cases() -> Cases<Self> {
        let far = 1e200f64.ln() + std::f64::consts::LN_2;
        Cases::unary(Asinh, |x| (x + (x * x + 1.0).sqrt()).ln())
            .pin("tiny", Asinh, tensors![[0.0, 1e-20]], [0.0, 1e-20], tensors![[1.0, 1.0]])
            .pin("far", Asinh, tensors![[-1e200, 1e200]], [-far, far], tensors![[1e-200, 1e-200]])
            .pin("at infinity", Asinh, tensors![[f64::INFINITY]], [f64::INFINITY], tensors![[0.0]])
    }
}
