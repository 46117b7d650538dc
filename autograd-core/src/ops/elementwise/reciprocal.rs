//! `reciprocal`: one over each element.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// One over each element.
    ///
    /// `y = 1 / x`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = -dy · y²`. Saves `y`.
    ///
    /// # Edge cases
    /// `reciprocal(0) = inf`, with gradient minus infinity; 0 at infinity, with gradient 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([2.0, -4.0]);
    /// let y = x.reciprocal();
    /// assert_eq!(y.to_vec(), [0.5, -0.25]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [-0.25, -0.0625]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "recip")]
    pub fn reciprocal(&self) -> Self {
        record(Reciprocal, [self])
    }
}

/// The op of [`Var::reciprocal`].
#[derive(Clone)]
pub struct Reciprocal;

impl Unary for Reciprocal {
    const NAME: &'static str = "reciprocal";
    const SAVES: Save = Save::OUTPUT;
    const COST: usize = 2;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x.recip()
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        (dy * saved.y().square()).neg()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Reciprocal {
    fn cases() -> Cases<Self> {
        Cases::unary(Reciprocal, |x| 1.0 / x)
            .domain(Domain::between(-3.0, 3.0).away_from([0.0], 0.5))
            .pin("at zero", Reciprocal, tensors![[0.0, -0.0]], [f64::INFINITY, f64::NEG_INFINITY], {
                tensors![[f64::NEG_INFINITY, f64::NEG_INFINITY]]
            })
            .pin("at infinity", Reciprocal, tensors![[f64::NEG_INFINITY]], [0.0], tensors![[0.0]])
    }
}
