//! `maximum`: the larger of two operands, the gradient router.

use super::binary::broadcast;
use crate::kernel::elementwise;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The larger of two operands, element by element.
    ///
    /// `y = max(a, b)`
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `da = dy` where `a > b`, else 0, and `db` likewise: the gate routes the gradient to the operand that won. Saves both.
    ///
    /// # Edge cases
    /// At a tie each gets half. NaN wins: where an operand is NaN the result is, and both get the whole gradient.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([1.0, 2.0, 5.0]), Var::leaf([3.0, 2.0, 4.0]));
    /// let y = a.maximum(&b);
    /// assert_eq!(y.to_vec(), [3.0, 2.0, 5.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&a).unwrap().to_vec(), [0.0, 0.5, 1.0]);
    /// assert_eq!(gradients.get(&b).unwrap().to_vec(), [1.0, 0.5, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "max")]
    pub fn maximum(&self, other: &Var<T>) -> Self {
        broadcast(Maximum, self, other)
    }
}

/// The op of [`Var::maximum`], on operands of one shape.
#[derive(Clone)]
pub struct Maximum;

impl<T: Real> Op<T> for Maximum {
    type Arity = Fixed<2>;
    const NAME: &'static str = "maximum";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::INPUTS;

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(a, b)
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
        a.zip_cost(b, 1, elementwise::max)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let (a, b) = (saved.input(0), saved.input(1));
        let (a, b) = (a.value(), b.value());
        let ties = a.eq(b);
        let shared = if ties.any() { &Var::where_(&ties, &dy.mul_scalar(T::of(0.5)), dy) } else { dy };
        [
            saved.needs(0).then(|| shared.masked_fill(&a.lt(b), T::zero())),
            saved.needs(1).then(|| shared.masked_fill(&a.gt(b), T::zero())),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Maximum {
    fn cases() -> Cases<Self> {
        Cases::binary(Maximum, f64::max)
            .domain(Domain::distinct(0.05))
            .pin("tie", Maximum, tensors![[1.0, 2.0], [1.0, 3.0]], [1.0, 3.0], tensors![[0.5, 0.0], [0.5, 1.0]])
            .second(tensors![[0.0, 0.0], [0.0, 0.0]])
            .pin(
                "NaN wins",
                Maximum,
                tensors![[f64::NAN, 1.0, f64::NAN], [1.0, f64::NAN, f64::NAN]],
                [f64::NAN; 3],
                tensors![[1.0; 3], [1.0; 3]],
            )
            .pin(
                "tie at infinity",
                Maximum,
                tensors![[f64::INFINITY, f64::NEG_INFINITY], [f64::INFINITY, f64::NEG_INFINITY]],
                [f64::INFINITY, f64::NEG_INFINITY],
                tensors![[0.5, 0.5], [0.5, 0.5]],
            )
            .second(tensors![[0.0, 0.0], [0.0, 0.0]])
    }
}
