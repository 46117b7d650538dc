//! `abs`: the absolute value.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The absolute value of each element.
    ///
    /// `y = |x|`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy` where `x > 0`, `-dy` where `x < 0`. Saves `x`.
    ///
    /// # Edge cases
    /// At 0 the gradient is 0. `abs(NaN) = NaN`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([-2.0, 0.0, 3.0]);
    /// let y = x.abs();
    /// assert_eq!(y.to_vec(), [2.0, 0.0, 3.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [-1.0, 0.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "absolute")]
    pub fn abs(&self) -> Self {
        record(Abs, [self])
    }
}

/// The op of [`Var::abs`].
#[derive(Clone)]
pub struct Abs;

impl Unary for Abs {
    const NAME: &'static str = "abs";
    const SAVES: Save = Save::INPUTS;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x.abs()
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let (x, zero) = (saved.input(0), T::zero());
        Var::where_(&x.value().lt(zero), &dy.neg(), dy).masked_fill(&x.value().eq(zero), zero)
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Abs {
    fn cases() -> Cases<Self> {
        Cases::unary(Abs, f64::abs)
            .domain(Domain::between(-2.0, 2.0).away_from([0.0], 0.1))
            .pin("at zero", Abs, tensors![[0.0, -0.0, 1.0]], [0.0, 0.0, 1.0], tensors![[0.0, 0.0, 1.0]])
            .second(tensors![[0.0, 0.0, 0.0]])
            .pin("NaN", Abs, tensors![[f64::NAN]], [f64::NAN], tensors![[1.0]])
    }
}
