//! `rsqrt`: one over the square root.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// One over the square root of each element.
    ///
    /// `y = 1 / √x`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = -½ · dy · y³`. Saves `y`.
    ///
    /// # Edge cases
    /// `rsqrt(0) = inf`, with gradient minus infinity; NaN below 0; 0 at infinity, with gradient 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 4.0]);
    /// let y = x.rsqrt();
    /// assert_eq!(y.to_vec(), [1.0, 0.5]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [-0.5, -0.0625]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn rsqrt(&self) -> Self {
        record(Rsqrt, [self])
    }
}

/// The op of [`Var::rsqrt`].
#[derive(Clone)]
pub struct Rsqrt;

impl Unary for Rsqrt {
    const NAME: &'static str = "rsqrt";
    const SAVES: Save = Save::OUTPUT;
    const COST: usize = 6;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x.sqrt().recip()
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let y = saved.y();
        dy * (y.square() * &y).mul_scalar(T::of(-0.5))
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Rsqrt {
    fn cases() -> Cases<Self> {
        Cases::unary(Rsqrt, |x| x.powf(-0.5))
            .domain(Domain::between(0.3, 4.0))
            .pin("at zero", Rsqrt, tensors![[0.0]], [f64::INFINITY], tensors![[f64::NEG_INFINITY]])
            .pin("below zero", Rsqrt, tensors![[-1.0]], [f64::NAN], tensors![[f64::NAN]])
            .pin("at infinity", Rsqrt, tensors![[f64::INFINITY]], [0.0], tensors![[0.0]])
    }
}
