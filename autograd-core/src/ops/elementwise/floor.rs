//! `floor`: the next whole number below.

use super::unary::{Unary, flat};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The largest whole number not above each element.
    ///
    /// `y = ⌊x⌋`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = 0`: a gradient of zeros, since a path leads to `x`, not an absent one. Saves nothing.
    ///
    /// # Edge cases
    /// The gradient is 0 at the jumps, too. Infinities and NaN stay what they are.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([-1.5, 2.0, 2.7]);
    /// let y = x.floor();
    /// assert_eq!(y.to_vec(), [-2.0, 2.0, 2.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 0.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn floor(&self) -> Self {
        record(Floor, [self])
    }
}

/// The op of [`Var::floor`].
#[derive(Clone)]
pub struct Floor;

impl Unary for Floor {
    const NAME: &'static str = "floor";
    const SAVES: Save = Save::NOTHING;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x.floor()
    }

    fn dx<T: Real>(&self, _: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        flat(dy)
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Floor {
    fn cases() -> Cases<Self> {
        Cases::unary(Floor, |x| {
            let t = x as i64 as f64;
            if t > x { t - 1.0 } else { t }
        })
        .domain(Domain::between(-2.4, 2.4).away_from([-2.0, -1.0, 0.0, 1.0, 2.0], 0.1))
        .pin("at a jump", Floor, tensors![[-1.0, 0.0, 2.0]], [-1.0, 0.0, 2.0], tensors![[0.0; 3]])
        .pin(
            "not finite",
            Floor,
            tensors![[f64::INFINITY, f64::NEG_INFINITY, f64::NAN]],
            [f64::INFINITY, f64::NEG_INFINITY, f64::NAN],
            tensors![[0.0; 3]],
        )
    }
}
