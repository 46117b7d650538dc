//! `clamp`: each element moved into an interval.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each element moved into the interval from `min` to `max`; `None` leaves a side open.
    ///
    /// `y = min(max(x, min), max)`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy` where `min < y < max`, else 0. Saves `y`.
    ///
    /// # Edge cases
    /// At a bound the gradient is 0. With `min > max` each element becomes `max`. `clamp(NaN) = NaN`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([-2.0, 0.5, 1.0, 3.0]);
    /// let y = x.clamp(Some(0.0), Some(1.0));
    /// assert_eq!(y.to_vec(), [0.0, 0.5, 1.0, 1.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0, 0.0]);
    /// assert_eq!(x.clamp(None, Some(1.0)).to_vec(), [-2.0, 0.5, 1.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "clip")]
    pub fn clamp(&self, min: Option<T>, max: Option<T>) -> Self {
        record(Clamp { min: min.map(T::as_f64), max: max.map(T::as_f64) }, [self])
    }
}

/// The op of [`Var::clamp`].
#[derive(Clone)]
pub struct Clamp {
    /// The lower bound, if there is one.
    pub min: Option<f64>,
    /// The upper bound, if there is one.
    pub max: Option<f64>,
}

impl Unary for Clamp {
    const NAME: &'static str = "clamp";
    const SAVES: Save = Save::OUTPUT;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        let (min, max) = (T::of(self.min.unwrap_or(f64::NEG_INFINITY)), T::of(self.max.unwrap_or(f64::INFINITY)));
        let x = if x < min { min } else { x };
        if x > max { max } else { x }
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let (min, max) = (self.min.map(T::of), self.max.map(T::of));
        let stops = move |y: T| min.is_some_and(|min| y <= min) || max.is_some_and(|max| y >= max);
        dy.masked_fill(&saved.y().value().map_cost(1, stops), T::zero())
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Clamp {
    fn cases() -> Cases<Self> {
        let between = |min, max| Clamp { min, max };
        let unit = between(Some(0.0), Some(1.0));
        Cases::new(textbook, between(Some(-0.5), Some(0.7)), shapes![[3, 4]])
            .case(between(None, Some(0.7)), shapes![[3, 4]])
            .case(between(Some(-0.5), None), shapes![[2, 1, 5]])
            .case(between(None, None), shapes![[3]])
            .case(between(Some(-0.5), Some(0.7)), shapes![[]])
            .case(between(Some(-0.5), Some(0.7)), shapes![[0]])
            .domain(Domain::between(-2.0, 2.0).away_from([-0.5, 0.7], 0.1))
            .pin("at a bound", unit.clone(), tensors![[0.0, 1.0, 0.5]], [0.0, 1.0, 0.5], tensors![[0.0, 0.0, 1.0]])
            .second(tensors![[0.0, 0.0, 0.0]])
            .pin(
                "crossed bounds",
                between(Some(1.0), Some(0.0)),
                tensors![[0.5, 2.0]],
                [0.0, 0.0],
                tensors![[0.0, 0.0]],
            )
            .pin(
                "open at infinity",
                between(None, Some(1.0)),
                tensors![[f64::NEG_INFINITY]],
                [f64::NEG_INFINITY],
                tensors![[1.0]],
            )
            .pin("NaN", unit.clone(), tensors![[f64::NAN]], [f64::NAN], tensors![[1.0]])
            .shared(unit.clone(), shapes![[300, 500]])
            .bench(unit, shapes![[1024, 1024]], Work::Bytes(8 << 20))
    }
}

/// Each element, or the bound that it crosses.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Clamp, x: &[Tensor<f64>]) -> Tensor<f64> {
    let (min, max) = (op.min.unwrap_or(f64::NEG_INFINITY), op.max.unwrap_or(f64::INFINITY));
    crate::testing::from_index(x[0].shape().clone(), |index| crate::testing::element(&x[0], index).max(min).min(max))
}
