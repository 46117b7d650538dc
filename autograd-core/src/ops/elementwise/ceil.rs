//! `ceil`: the next whole number above.

use super::unary::{Unary, flat};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The smallest whole number not below each element.
    ///
    /// `y = ⌈x⌉`
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
    /// let x = Var::leaf([-1.5, 2.0, 2.2]);
    /// let y = x.ceil();
    /// assert_eq!(y.to_vec(), [-1.0, 2.0, 3.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 0.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn ceil(&self) -> Self {
        record(Ceil, [self])
    }
}

/// The op of [`Var::ceil`].
#[derive(Clone)]
pub struct Ceil;

impl Unary for Ceil {
    const NAME: &'static str = "ceil";
    const SAVES: Save = Save::NOTHING;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x.ceil()
    }

    fn dx<T: Real>(&self, _: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        flat(dy)
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Ceil {
    fn cases() -> Cases<Self> {
        Cases::unary(Ceil, |x| {
            let t = x as i64 as f64;
            if t < x { t + 1.0 } else { t }
        })
        .domain(Domain::between(-2.4, 2.4).away_from([-2.0, -1.0, 0.0, 1.0, 2.0], 0.1))
        .pin("at a jump", Ceil, tensors![[-1.0, 0.0, 2.0]], [-1.0, 0.0, 2.0], tensors![[0.0; 3]])
        .pin(
            "not finite",
            Ceil,
            tensors![[f64::INFINITY, f64::NEG_INFINITY, f64::NAN]],
            [f64::INFINITY, f64::NEG_INFINITY, f64::NAN],
            tensors![[0.0; 3]],
        )
    }
}
