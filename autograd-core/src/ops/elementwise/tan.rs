//! `tan`: the tangent.

use super::unary::Unary;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The tangent of each element, an angle in radians.
    ///
    /// `y = tan x`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · (1 + y²)`. Saves `y`.
    ///
    /// # Edge cases
    /// NaN at infinity.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, 1.0]);
    /// let y = x.tan();
    /// let dx = y.sum().backward().get(&x).unwrap().to_vec();
    /// assert_eq!((y.to_vec()[0], dx[0]), (0.0, 1.0));
    /// assert!((y.to_vec()[1] - 1f64.tan()).abs() < 1e-15);
    /// assert!((dx[1] - (1.0 + 1f64.tan().powi(2))).abs() < 1e-14);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn tan(&self) -> Self {
        record(Tan, [self])
    }
}

/// The op of [`Var::tan`].
#[derive(Clone)]
pub struct Tan;

impl Unary for Tan {
    const NAME: &'static str = "tan";
    const SAVES: Save = Save::OUTPUT;
    const COST: usize = 20;
    const STUMBLES: bool = true;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        math::near::tan(x)
    }

    #[inline(always)]
    fn stumbles<T: Real>(&self, x: T) -> bool {
        math::is_far(x)
    }

    #[inline(always)]
    fn around<T: Real>(&self, x: T) -> T {
        x.tan()
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy * saved.y().square().add_scalar(T::one())
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Tan {
    fn cases() -> Cases<Self> {
        Cases::unary(Tan, |x| x.sin() / x.cos())
            .domain(Domain::between(-1.2, 1.2))
            .pin("at zero", Tan, tensors![[0.0]], [0.0], tensors![[1.0]])
            .pin("at infinity", Tan, tensors![[f64::INFINITY]], [f64::NAN], tensors![[f64::NAN]])
            .pin(
                "far from zero",
                Tan,
                tensors![[1e22, 0.0]],
                [-1.6287782256068988, 0.0],
                tensors![[3.6529185082111577, 1.0]],
            )
    }
}
