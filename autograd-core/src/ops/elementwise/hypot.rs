//! `hypot`: the length of the hypotenuse.

use super::binary::broadcast;
use crate::kernel::elementwise::Function;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The length of the hypotenuse over two legs, without the overflow of their squares.
    ///
    /// `y = √(a² + b²)`
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `da = dy · a / y`, `db = dy · b / y`. Saves `a`, `b` and `y`.
    ///
    /// # Edge cases
    /// At 0, where the cone has its tip, both gradients are 0, of every order. Neither the result nor the gradient overflows for large operands
    /// or vanishes for small ones.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([3.0, 0.0]), Var::leaf([4.0, 0.0]));
    /// let y = a.hypot(&b);
    /// assert_eq!(y.to_vec(), [5.0, 0.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&a).unwrap().to_vec(), [0.6, 0.0]);
    /// assert_eq!(gradients.get(&b).unwrap().to_vec(), [0.8, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn hypot(&self, other: &Var<T>) -> Self {
        broadcast(Hypot, self, other)
    }
}

/// The op of [`Var::hypot`], on operands of one shape.
#[derive(Clone)]
pub struct Hypot;

impl<T: Real> Function<(T, T), T> for Hypot {
    #[inline(always)]
    fn at(&self, (a, b): (T, T)) -> T {
        math::hypot(a, b)
    }
}

impl<T: Real> Op<T> for Hypot {
    type Arity = Fixed<2>;
    const NAME: &'static str = "hypot";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::INPUTS.and(Save::OUTPUT);

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(a, b)
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
        a.zip_by(b, 4, self.clone())
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let ([a, b], y) = (saved.inputs(), saved.y());
        let tip = y.value().eq(T::zero());
        // Before the division and after it, so that 0 / 0 comes up in no order.
        let y = y.masked_fill(&tip, T::one());
        let toward = |leg: Var<T>| (dy * (leg / &y)).masked_fill(&tip, T::zero());
        [saved.needs(0).then(|| toward(a)), saved.needs(1).then(|| toward(b))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Hypot {
    fn cases() -> Cases<Self> {
        let (infinity, large) = (f64::INFINITY, 2f64.powi(700));
        Cases::binary(Hypot, |a, b| (a * a + b * b).sqrt())
            .domains([Domain::between(-2.0, 2.0), Domain::between(-2.0, 2.0).away_from([0.0], 0.4)])
            .pin("at zero", Hypot, tensors![[0.0], [0.0]], [0.0], tensors![[0.0], [0.0]])
            .second(tensors![[0.0], [0.0]])
            .pin("on an axis", Hypot, tensors![[-2.0], [0.0]], [2.0], tensors![[-1.0], [0.0]])
            .second(tensors![[0.0], [1.0]])
            .pin(
                "large and small",
                Hypot,
                tensors![[3.0 * large, 3.0 / large], [4.0 * large, 4.0 / large]],
                [5.0 * large, 5.0 / large],
                tensors![[0.6, 0.6], [0.8, 0.8]],
            )
            .pin(
                "infinite and NaN",
                Hypot,
                tensors![[infinity], [f64::NAN]],
                [infinity],
                tensors![[f64::NAN], [f64::NAN]],
            )
            .pin("at infinity", Hypot, tensors![[infinity], [1.0]], [infinity], tensors![[f64::NAN], [0.0]])
    }
}
