//! `exp2`: the power of 2.

use super::unary::Unary;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// 2 to the power of each element.
    ///
    /// `y = 2ˣ`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · y · ln 2`. Saves `y`.
    ///
    /// # Edge cases
    /// Exact for whole `x`. Overflows to infinity from 1024 (f64) and 128 (f32) on. `exp2(-inf) = 0`, with gradient 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// use std::f64::consts::LN_2;
    /// let x = Var::leaf([3.0, -1.0]);
    /// let y = x.exp2();
    /// assert_eq!(y.to_vec(), [8.0, 0.5]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [8.0 * LN_2, 0.5 * LN_2]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn exp2(&self) -> Self {
        record(Exp2, [self])
    }
}

/// The op of [`Var::exp2`].
#[derive(Clone)]
pub struct Exp2;

impl Unary for Exp2 {
    const NAME: &'static str = "exp2";
    const SAVES: Save = Save::OUTPUT;
    const COST: usize = 16;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        math::exp2(x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy * saved.y().mul_scalar(T::LN_2())
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Exp2 {
    fn cases() -> Cases<Self> {
        Cases::unary(Exp2, |x| (x * std::f64::consts::LN_2).exp())
            .pin("whole", Exp2, tensors![[0.0, 10.0]], [1.0, 1024.0], {
                tensors![[std::f64::consts::LN_2, 1024.0 * std::f64::consts::LN_2]]
            })
            .pin("overflow", Exp2, tensors![[1024.0]], [f64::INFINITY], tensors![[f64::INFINITY]])
            .pin("at minus infinity", Exp2, tensors![[f64::NEG_INFINITY]], [0.0], tensors![[0.0]])
    }
}
