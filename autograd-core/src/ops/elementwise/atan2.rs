//! `atan2`: the angle of a point.

use super::binary::broadcast;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The angle, between -π and π, from the positive axis of `x` to the point `(x, y)`; this is the ordinate `y`.
    ///
    /// `φ = arctan(y / x)`, in the quadrant of the point
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `dy = dφ · x / r²`, `dx = -dφ · y / r²` with `r² = x² + y²`, which is never formed: neither large nor small operands spoil it.
    /// Saves both.
    ///
    /// # Edge cases
    /// On the axes the gradient is that of the quadrants beside. At the origin the angle is 0 and the gradient NaN: it points everywhere.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (y, x) = (Var::<f64>::leaf(1.0), Var::leaf(-1.0));
    /// let angle = y.atan2(&x);
    /// assert_eq!(angle.item(), 0.75 * std::f64::consts::PI);
    /// let gradients = angle.backward();
    /// assert!((gradients.get(&y).unwrap().item() + 0.5).abs() < 1e-15);
    /// assert!((gradients.get(&x).unwrap().item() + 0.5).abs() < 1e-15);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "arctan2")]
    pub fn atan2(&self, x: &Var<T>) -> Self {
        broadcast(Atan2, self, x)
    }
}

/// The op of [`Var::atan2`], on operands of one shape.
#[derive(Clone)]
pub struct Atan2;

impl<T: Real> Op<T> for Atan2 {
    type Arity = Fixed<2>;
    const NAME: &'static str = "atan2";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["y", "x"];

    fn shape(&self, [y, x]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(y, x)
    }

    fn forward(&self, [y, x]: [&Tensor<T>; 2]) -> Tensor<T> {
        y.zip_cost(x, 40, T::atan2)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let [y, x] = saved.inputs();
        let r = y.hypot(&x);
        let dy = dy / &r;
        [saved.needs(0).then(|| &dy * (x / &r)), saved.needs(1).then(|| (&dy * (y / &r)).neg())]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Atan2 {
    fn cases() -> Cases<Self> {
        use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};
        let nan = f64::NAN;
        // Half the angle, from the half-angle formula: another way than through quadrants.
        Cases::binary(Atan2, |y, x| 2.0 * (y / (y.hypot(x) + x)).atan())
            .domains([Domain::between(0.3, 2.0), Domain::between(-2.0, 2.0)])
            .pin(
                "on the axes",
                Atan2,
                tensors![[0.0, 2.0, 0.0, -2.0], [2.0, 0.0, -2.0, 0.0]],
                [0.0, FRAC_PI_2, PI, -FRAC_PI_2],
                tensors![[0.5, 0.0, -0.5, 0.0], [0.0, -0.5, 0.0, 0.5]],
            )
            .pin("at the origin", Atan2, tensors![[0.0], [0.0]], [0.0], tensors![[nan], [nan]])
            .pin("large and small", Atan2, tensors![[0.0, 0.0], [1e200, 1e-200]], [0.0, 0.0], {
                tensors![[1e-200, 1e200], [0.0, 0.0]]
            })
            .pin("at infinity", Atan2, tensors![[f64::INFINITY], [f64::INFINITY]], [FRAC_PI_4], tensors![[nan], [nan]])
    }
}
