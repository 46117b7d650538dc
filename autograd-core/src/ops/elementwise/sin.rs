//! `sin`: the sine.

use super::unary::Unary;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The sine of each element, an angle in radians.
    ///
    /// `y = sin x`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · cos x`. Saves `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, 1.0]);
    /// let y = x.sin();
    /// assert_eq!(y.to_vec(), [0.0, 1f64.sin()]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 1f64.cos()]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn sin(&self) -> Self {
        record(Sin, [self])
    }
}

/// The op of [`Var::sin`].
#[derive(Clone)]
pub struct Sin;

impl Unary for Sin {
    const NAME: &'static str = "sin";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 12;
    const STUMBLES: bool = true;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        math::near::sin(x)
    }

    #[inline(always)]
    fn stumbles<T: Real>(&self, x: T) -> bool {
        math::is_far(x)
    }

    #[inline(always)]
    fn around<T: Real>(&self, x: T) -> T {
        x.sin()
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy * saved.input(0).cos()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Sin {
    fn cases() -> Cases<Self> {
        Cases::unary(Sin, f64::sin).pin("at zero", Sin, tensors![[0.0]], [0.0], tensors![[1.0]]).pin(
            "far from zero",
            Sin,
            tensors![[1e22, 0.0]],
            [-0.8522008497671888, 0.0],
            tensors![[0.523214785395139, 1.0]],
        )
    }
}
