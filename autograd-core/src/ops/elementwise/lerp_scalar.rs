//! `lerp_scalar`: the way from one operand to another, the part of it that a number says.

use super::binary::broadcast;
use crate::kernel::special;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The point on the way from this to `end` that a number says: 0 is the start, 1 the end.
    ///
    /// `y = a + w · (b - a)`, from the nearer end
    ///
    /// See [`lerp`](Var::lerp) for a weight that has a gradient.
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `da = dy · (1 - w)`, `db = dy · w`. Saves nothing.
    ///
    /// # Edge cases
    /// At 0 the result is the start and at 1 the end, to the last bit. Weights outside of that go beyond.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf(2.0), Var::leaf(10.0));
    /// let y = a.lerp_scalar(&b, 0.25);
    /// assert_eq!(y.item(), 4.0);
    /// let gradients = y.backward();
    /// assert_eq!(gradients.get(&a).unwrap().item(), 0.75);
    /// assert_eq!(gradients.get(&b).unwrap().item(), 0.25);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn lerp_scalar(&self, end: &Var<T>, weight: T) -> Self {
        broadcast(LerpScalar { weight: weight.as_f64() }, self, end)
    }
}

/// The op of [`Var::lerp_scalar`], on operands of one shape.
#[derive(Clone)]
pub struct LerpScalar {
    /// Which part of the way.
    pub weight: f64,
}

impl<T: Real> Op<T> for LerpScalar {
    type Arity = Fixed<2>;
    const NAME: &'static str = "lerp_scalar";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::NOTHING;
    const OPERANDS: &'static [&'static str] = &["start", "end"];

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(a, b)
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
        let w = T::of(self.weight);
        a.zip_cost(b, 3, move |a, b| special::lerp(a, b, w))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let w = T::of(self.weight);
        [saved.needs(0).then(|| dy.mul_scalar(T::one() - w)), saved.needs(1).then(|| dy.mul_scalar(w))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for LerpScalar {
    fn cases() -> Cases<Self> {
        let at = |weight| LerpScalar { weight };
        Cases::binary(at(0.7), |a, b| 0.3 * a + 0.7 * b)
            .pin("at the start", at(0.0), tensors![[0.1], [0.7]], [0.1], tensors![[1.0], [0.0]])
            .pin("at the end", at(1.0), tensors![[0.1], [0.7]], [0.7], tensors![[0.0], [1.0]])
            .pin("beyond", at(3.0), tensors![[1.0], [2.0]], [4.0], tensors![[-2.0], [3.0]])
    }
}
