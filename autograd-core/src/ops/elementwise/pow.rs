//! `pow`: a power whose exponent is a variable.

use super::binary::broadcast;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each element raised to its exponent.
    ///
    /// `y = aᵇ`
    ///
    /// See [`pow_scalar`](Var::pow_scalar) for an exponent that is a number.
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `da = dy · b · aᵇ⁻¹`, `db = dy · y · ln a`. Saves `a`, `b` and `y`.
    ///
    /// # Edge cases
    /// `pow(a, 0) = 1` for each `a`, 0 and NaN included, and there `da = 0`. At `a = 0` and `b >= 0`, `db = 0`. Where `a < 0` the result
    /// is NaN unless `b` is whole, and `db` is NaN.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf(2.0), Var::leaf(3.0));
    /// let y = a.pow(&b);
    /// assert_eq!(y.item(), 8.0);
    /// let gradients = y.backward();
    /// assert_eq!(gradients.get(&a).unwrap().item(), 12.0);
    /// assert_eq!(gradients.get(&b).unwrap().item(), 8.0 * 2f64.ln());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn pow(&self, exponent: &Var<T>) -> Self {
        broadcast(Pow, self, exponent)
    }
}

/// The op of [`Var::pow`], on operands of one shape.
#[derive(Clone)]
pub struct Pow;

impl<T: Real> Op<T> for Pow {
    type Arity = Fixed<2>;
    const NAME: &'static str = "pow";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::INPUTS.and(Save::OUTPUT);

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(a, b)
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
        a.zip_cost(b, 40, T::powf)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let (zero, one) = (T::zero(), T::one());
        let [a, b] = saved.inputs();
        // Where a formula would meet 0 · inf, the base is replaced by 1 before it and the result by 0 after it: so the gradient of the
        // gradient meets no 0 · inf either.
        let da = || {
            let flat = a.value().zip_cost(b.value(), 1, move |a, b| b == zero && (a == zero || a.is_nan()));
            let slope = &b * a.masked_fill(&flat, one).pow(&b.add_scalar(-one));
            (dy * slope).masked_fill(&flat, zero)
        };
        let db = || {
            let flat = a.value().zip_cost(b.value(), 1, move |a, b| a == zero && b >= zero);
            (dy * (saved.y() * a.masked_fill(&flat, one).log())).masked_fill(&flat, zero)
        };
        [saved.needs(0).then(da), saved.needs(1).then(db)]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Pow {
    fn cases() -> Cases<Self> {
        Cases::binary(Pow, f64::powf)
            .domains([Domain::between(0.3, 2.5), Domain::between(-2.0, 2.0)])
            .pin(
                "base zero",
                Pow,
                tensors![[0.0, 0.0, 0.0], [0.0, 2.0, 1.0]],
                [1.0, 0.0, 0.0],
                tensors![[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]],
            )
            .pin("exponent zero", Pow, tensors![[2.0, f64::NAN], [0.0, 0.0]], [1.0, 1.0], {
                tensors![[0.0, 0.0], [2f64.ln(), f64::NAN]]
            })
            .pin("base zero, exponent negative", Pow, tensors![[0.0], [-1.0]], [f64::INFINITY], {
                tensors![[f64::NEG_INFINITY], [f64::NEG_INFINITY]]
            })
            .pin("base negative", Pow, tensors![[-2.0, -2.0], [3.0, 0.5]], [-8.0, f64::NAN], {
                tensors![[12.0, f64::NAN], [f64::NAN, f64::NAN]]
            })
    }
}
