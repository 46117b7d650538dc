//! `relu`: the rectifier.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each element where it is positive, else 0.
    ///
    /// `y = max(0, x)`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy` where `y > 0`, else 0. Saves `y`.
    ///
    /// # Edge cases
    /// At 0 the gradient is 0. `relu(NaN) = NaN`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([-1.0, 0.0, 2.0]);
    /// let y = x.relu();
    /// assert_eq!(y.to_vec(), [0.0, 0.0, 2.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 0.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn relu(&self) -> Self {
        record(Relu, [self])
    }
}

/// The op of [`Var::relu`].
#[derive(Clone)]
pub struct Relu;

impl Unary for Relu {
    const NAME: &'static str = "relu";
    const SAVES: Save = Save::OUTPUT;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        if x <= T::zero() { T::zero() } else { x }
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy.where_positive(&saved.y().detach())
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Relu {
    fn cases() -> Cases<Self> {
        Cases::unary(Relu, |x| if x > 0.0 { x } else { 0.0 })
            .domain(Domain::between(-2.0, 2.0).away_from([0.0], 0.1))
            .pin("at zero", Relu, tensors![[0.0, -0.0, 1e-300]], [0.0, 0.0, 1e-300], tensors![[0.0, 0.0, 1.0]])
            .second(tensors![[0.0, 0.0, 0.0]])
            .pin(
                "at infinity",
                Relu,
                tensors![[f64::NEG_INFINITY, f64::INFINITY]],
                [0.0, f64::INFINITY],
                tensors![[0.0, 1.0]],
            )
            .second(tensors![[0.0, 0.0]])
            .pin("NaN", Relu, tensors![[f64::NAN]], [f64::NAN], tensors![[1.0]])
    }
}
