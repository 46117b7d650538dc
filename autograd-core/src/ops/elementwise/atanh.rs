//! `atanh`: the inverse of the hyperbolic tangent.

use super::unary::Unary;
use crate::kernel::special;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The number whose hyperbolic tangent is each element.
    ///
    /// `y = ½ ln((1 + x) / (1 - x))`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy / ((1 - x)(1 + x))`. Saves `x`.
    ///
    /// # Edge cases
    /// ±infinity at ±1, with an infinite gradient; NaN beyond.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::<f64>::leaf([0.0, 0.5]);
    /// let y = x.atanh();
    /// assert_eq!(y.value().at([0]), 0.0);
    /// assert!((y.value().at([1]) - 3f64.ln() / 2.0).abs() < 1e-15);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 4.0 / 3.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "arctanh")]
    pub fn atanh(&self) -> Self {
        record(Atanh, [self])
    }
}

/// The op of [`Var::atanh`].
#[derive(Clone)]
pub struct Atanh;

impl Unary for Atanh {
    const NAME: &'static str = "atanh";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 32;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        special::atanh(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let x = saved.input(0);
        // As a product, 1 - x² keeps its digits where x is nearly 1.
        dy / (x.rsub_scalar(T::one()) * x.add_scalar(T::one()))
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Atanh {
    fn cases() -> Cases<Self> {
        Cases::unary(Atanh, |x| ((1.0 + x) / (1.0 - x)).ln() / 2.0)
            .domain(Domain::between(-0.8, 0.8))
            .pin("tiny", Atanh, tensors![[0.0, 1e-20]], [0.0, 1e-20], tensors![[1.0, 1.0]])
            .pin("at the ends", Atanh, tensors![[-1.0, 1.0]], [f64::NEG_INFINITY, f64::INFINITY], {
                tensors![[f64::INFINITY, f64::INFINITY]]
            })
            .pin("beyond", Atanh, tensors![[2.0]], [f64::NAN], tensors![[-1.0 / 3.0]])
    }
}
