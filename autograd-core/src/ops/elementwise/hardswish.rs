//! `hardswish`: `silu` made of straight lines and a parabola.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each element times its [`hardsigmoid`](Var::hardsigmoid): a [`silu`](Var::silu) without exponentials.
    ///
    /// `y = x · min(max(x + 3, 0), 6) / 6`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = 0` where `x <= -3`, `dy` where `x >= 3`, else `dy · (2x + 3) / 6`. Saves `x`.
    ///
    /// # Edge cases
    /// At -3 the gradient is 0, at 3 it is 1. `hardswish(NaN) = NaN`, and so is `hardswish(-∞)`, `-∞ · 0`, as in PyTorch;
    /// gradients at infinity are 0 and 1.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([-4.0, 0.0, 1.5, 3.0]);
    /// let y = x.hardswish();
    /// assert_eq!(y.to_vec(), [0.0, 0.0, 1.125, 3.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 0.5, 1.0, 1.0]);
    /// ```
    ///
    /// Howard et al., 2019, "Searching for MobileNetV3", section 5.2.
    #[track_caller]
    #[must_use]
    pub fn hardswish(&self) -> Self {
        record(Hardswish, [self])
    }
}

/// The op of [`Var::hardswish`].
#[derive(Clone)]
pub struct Hardswish;

impl Unary for Hardswish {
    const NAME: &'static str = "hardswish";
    const SAVES: Save = Save::INPUTS;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        let (zero, three, six) = (T::zero(), T::of(3.0), T::of(6.0));
        let gate = x + three;
        let gate = if gate < zero { zero } else { gate };
        let gate = if gate > six { six } else { gate };
        x * (gate / six)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let (x, three) = (saved.input(0), T::of(3.0));
        // What the slope is off 1 between the bounds; beyond 3 it is nothing off, beyond -3 there is no slope.
        let bend = x.mul_scalar(T::of(2.0)).add_scalar(-three).div_scalar(T::of(6.0));
        let slope = bend.where_positive(&x.rsub_scalar(three).detach()).add_scalar(T::one());
        dy * slope.where_positive(&x.add_scalar(three).detach())
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Hardswish {
    fn cases() -> Cases<Self> {
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::unary(Hardswish, |x| x * (x + 3.0).clamp(0.0, 6.0) / 6.0)
            .domain(Domain::between(-5.0, 5.0).away_from([-3.0, 3.0], 0.1))
            .pin("at its bounds", Hardswish, tensors![[-3.0, 3.0]], [0.0, 3.0], tensors![[0.0, 1.0]])
            .second(tensors![[0.0, 0.0]])
            .pin("inside", Hardswish, tensors![[0.0, 1.5]], [0.0, 1.125], tensors![[0.5, 1.0]])
            .pin("at infinity", Hardswish, tensors![[-infinity, infinity]], [nan, infinity], tensors![[0.0, 1.0]])
            .pin("NaN", Hardswish, tensors![[nan]], [nan], tensors![[nan]])
    }
}
