//! `leaky_relu`: the rectifier that lets a part through.

use super::unary::Unary;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each element where it is positive, else its product with `slope`.
    ///
    /// `y = x` where `x > 0`, else `slope · x`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy` where `x > 0`, else `slope · dy`. Saves `x`.
    ///
    /// # Edge cases
    /// At 0 the gradient is `slope · dy`. `leaky_relu(NaN) = NaN`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([-2.0, 0.0, 2.0]);
    /// let y = x.leaky_relu(0.25);
    /// assert_eq!(y.to_vec(), [-0.5, 0.0, 2.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.25, 0.25, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn leaky_relu(&self, slope: T) -> Self {
        record(LeakyRelu { slope: slope.as_f64() }, [self])
    }
}

/// The op of [`Var::leaky_relu`].
#[derive(Clone)]
pub struct LeakyRelu {
    /// The slope below 0.
    pub slope: f64,
}

impl Unary for LeakyRelu {
    const NAME: &'static str = "leaky_relu";
    const SAVES: Save = Save::INPUTS;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        if x <= T::zero() { x * T::of(self.slope) } else { x }
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let below = saved.input(0).value().le(T::zero());
        Var::where_(&below, &dy.mul_scalar(T::of(self.slope)), dy)
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for LeakyRelu {
    fn cases() -> Cases<Self> {
        let op = LeakyRelu { slope: 0.25 };
        Cases::unary(op.clone(), |x| if x > 0.0 { x } else { 0.25 * x })
            .domain(Domain::between(-2.0, 2.0).away_from([0.0], 0.1))
            .pin("at zero", op.clone(), tensors![[0.0, -1.0, 1.0]], [0.0, -0.25, 1.0], tensors![[0.25, 0.25, 1.0]])
            .pin("NaN", op, tensors![[f64::NAN]], [f64::NAN], tensors![[1.0]])
    }
}
