//! `asin`: the inverse of the sine.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The angle between -π/2 and π/2 whose sine is each element.
    ///
    /// `y = arcsin x`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy / √((1 - x)(1 + x))`. Saves `x`.
    ///
    /// # Edge cases
    /// At -1 and 1 the gradient is infinite; NaN beyond.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::<f64>::leaf([0.0, 0.6]);
    /// let y = x.asin();
    /// assert_eq!(y.to_vec(), [0.0, 0.6f64.asin()]);
    /// let dx = y.sum().backward().get(&x).unwrap().to_vec();
    /// assert!(dx[0] == 1.0 && (dx[1] - 1.25).abs() < 1e-12);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "arcsin")]
    pub fn asin(&self) -> Self {
        record(Asin, [self])
    }
}

/// The op of [`Var::asin`].
#[derive(Clone)]
pub struct Asin;

impl Unary for Asin {
    const NAME: &'static str = "asin";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 24;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x.asin()
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let x = saved.input(0);
        // As a product, 1 - x² keeps its digits where x is nearly 1.
        dy / (x.rsub_scalar(T::one()) * x.add_scalar(T::one())).sqrt()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Asin {
    fn cases() -> Cases<Self> {
        Cases::unary(Asin, |x| x.atan2((1.0 - x * x).sqrt()))
            .domain(Domain::between(-0.8, 0.8))
            .pin(
                "at the ends",
                Asin,
                tensors![[-1.0, 1.0]],
                [-std::f64::consts::FRAC_PI_2, std::f64::consts::FRAC_PI_2],
                tensors![[f64::INFINITY, f64::INFINITY]],
            )
            .pin("beyond", Asin, tensors![[1.5]], [f64::NAN], tensors![[f64::NAN]])
    }
}
