//! `round`: the nearest whole number.

use super::unary::{Unary, flat};
use crate::kernel::special;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The whole number nearest to each element; of two equally near ones the even one.
    ///
    /// `y = ⌊x + ½⌋` but for the halves, which go to the even neighbour
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
    /// let x = Var::leaf([0.5, 1.5, 2.5, -0.7]);
    /// let y = x.round();
    /// assert_eq!(y.to_vec(), [0.0, 2.0, 2.0, -1.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0; 4]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "rint")]
    #[doc(alias = "round_ties_even")]
    pub fn round(&self) -> Self {
        record(Round, [self])
    }
}

/// The op of [`Var::round`].
#[derive(Clone)]
pub struct Round;

impl Unary for Round {
    const NAME: &'static str = "round";
    const SAVES: Save = Save::NOTHING;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        special::round_ties_even(x)
    }

    fn dx<T: Real>(&self, _: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        flat(dy)
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Round {
    fn cases() -> Cases<Self> {
        Cases::unary(Round, |x| (x + 0.5).floor())
            .domain(Domain::between(-2.4, 2.4).away_from([-1.5, -0.5, 0.5, 1.5], 0.1))
            .pin("halves", Round, tensors![[-1.5, -0.5, 0.5, 1.5, 2.5]], [-2.0, 0.0, 0.0, 2.0, 2.0], tensors![[0.0; 5]])
            .pin(
                "not finite",
                Round,
                tensors![[f64::INFINITY, f64::NEG_INFINITY, f64::NAN]],
                [f64::INFINITY, f64::NEG_INFINITY, f64::NAN],
                tensors![[0.0; 3]],
            )
    }
}
