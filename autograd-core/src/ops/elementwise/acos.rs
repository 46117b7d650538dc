//! `acos`: the inverse of the cosine.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The angle between 0 and π whose cosine is each element.
    ///
    /// `y = arccos x`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = -dy / √((1 - x)(1 + x))`. Saves `x`.
    ///
    /// # Edge cases
    /// At -1 and 1 the gradient is minus infinity; NaN beyond.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::<f64>::leaf([1.0, 0.6]);
    /// let y = x.acos();
    /// assert_eq!(y.to_vec(), [0.0, 0.6f64.acos()]);
    /// let dx = y.sum().backward().get(&x).unwrap().to_vec();
    /// assert!(dx[0] == f64::NEG_INFINITY && (dx[1] + 1.25).abs() < 1e-12);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "arccos")]
    pub fn acos(&self) -> Self {
        record(Acos, [self])
    }
}

/// The op of [`Var::acos`].
#[derive(Clone)]
pub struct Acos;

impl Unary for Acos {
    const NAME: &'static str = "acos";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 24;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        x.acos()
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let x = saved.input(0);
        // As a product, 1 - x² keeps its digits where x is nearly 1.
        dy.neg() / (x.rsub_scalar(T::one()) * x.add_scalar(T::one())).sqrt()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Acos {
    fn cases() -> Cases<Self> {
        Cases::unary(Acos, |x| (1.0 - x * x).sqrt().atan2(x))
            .domain(Domain::between(-0.8, 0.8))
            .pin("at the ends", Acos, tensors![[-1.0, 1.0]], [std::f64::consts::PI, 0.0], {
                tensors![[f64::NEG_INFINITY, f64::NEG_INFINITY]]
            })
            .pin("beyond", Acos, tensors![[1.5]], [f64::NAN], tensors![[f64::NAN]])
    }
}
