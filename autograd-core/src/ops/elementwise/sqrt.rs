//! `sqrt`: the square root.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The square root of each element.
    ///
    /// `y = √x`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy / 2y`. Saves `y`.
    ///
    /// # Edge cases
    /// At 0 the gradient is infinite; NaN below 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 16.0]);
    /// let y = x.sqrt();
    /// assert_eq!(y.to_vec(), [1.0, 4.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.5, 0.125]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn sqrt(&self) -> Self {
        record(Sqrt, [self])
    }
}

/// The op of [`Var::sqrt`].
#[derive(Clone)]
pub struct Sqrt;

impl Unary for Sqrt {
    const NAME: &'static str = "sqrt";
    const SAVES: Save = Save::OUTPUT;
    const COST: usize = 4;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x.sqrt()
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy / saved.y().mul_scalar(T::of(2.0))
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Sqrt {
    fn cases() -> Cases<Self> {
        Cases::unary(Sqrt, f64::sqrt)
            .domain(Domain::between(0.3, 4.0))
            .pin("at zero", Sqrt, tensors![[0.0, 4.0]], [0.0, 2.0], tensors![[f64::INFINITY, 0.25]])
            .second(tensors![[f64::NEG_INFINITY, -0.03125]])
            .pin("below zero", Sqrt, tensors![[-1.0]], [f64::NAN], tensors![[f64::NAN]])
    }
}
