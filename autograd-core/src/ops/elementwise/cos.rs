//! `cos`: the cosine.

use super::unary::Unary;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The cosine of each element, an angle in radians.
    ///
    /// `y = cos x`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = -dy · sin x`. Saves `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, 1.0]);
    /// let y = x.cos();
    /// assert_eq!(y.to_vec(), [1.0, 1f64.cos()]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, -1f64.sin()]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cos(&self) -> Self {
        record(Cos, [self])
    }
}

/// The op of [`Var::cos`].
#[derive(Clone)]
pub struct Cos;

impl Unary for Cos {
    const NAME: &'static str = "cos";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 12;
    const STUMBLES: bool = true;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        math::near::cos(x)
    }

    #[inline(always)]
    fn stumbles<T: Real>(&self, x: T) -> bool {
        math::is_far(x)
    }

    #[inline(always)]
    fn around<T: Real>(&self, x: T) -> T {
        x.cos()
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy * saved.input(0).sin().neg()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Cos {
    fn cases() -> Cases<Self> {
        Cases::unary(Cos, f64::cos).pin("at zero", Cos, tensors![[0.0]], [1.0], tensors![[0.0]]).pin(
            "far from zero",
            Cos,
            tensors![[1e22, 0.0]],
            [0.523214785395139, 1.0],
            tensors![[0.8522008497671888, -0.0]],
        )
    }
}
