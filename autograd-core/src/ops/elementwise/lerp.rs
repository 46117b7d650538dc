//! `lerp`: the way from one operand to another, a part of it.

use super::ternary::common_shape;
use crate::kernel::elementwise::Short;
use crate::kernel::special;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The point on the way from this to `end` that `weight` says: 0 is the start, 1 the end.
    ///
    /// `y = a + w · (b - a)`, from the nearer end
    ///
    /// See [`lerp_scalar`](Var::lerp_scalar) for a weight that is a number.
    ///
    /// # Shape
    /// `[..] x [..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `da = dy · (1 - w)`, `db = dy · w`, `dw = dy · (b - a)`. Saves all three.
    ///
    /// # Edge cases
    /// At 0 the result is the start and at 1 the end, to the last bit. Weights outside of that go beyond.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b, w) = (Var::leaf(2.0), Var::leaf(10.0), Var::leaf(0.25));
    /// let y = a.lerp(&b, &w);
    /// assert_eq!(y.item(), 4.0);
    /// let gradients = y.backward();
    /// assert_eq!([&a, &b, &w].map(|x| gradients.get(x).unwrap().item()), [0.75, 0.25, 8.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn lerp(&self, end: &Var<T>, weight: &Var<T>) -> Self {
        let operands = [self, end, weight];
        let shape = common_shape("lerp", <Lerp as Op<T>>::OPERANDS, operands.map(Var::shape));
        let [a, b, w] = operands.map(|x| x.broadcast_to(&shape));
        record(Lerp, [&a, &b, &w])
    }
}

/// The op of [`Var::lerp`], on operands of one shape.
#[derive(Clone)]
pub struct Lerp;

impl<T: Real> Op<T> for Lerp {
    type Arity = Fixed<3>;
    const NAME: &'static str = "lerp";
    const RULE: &'static str = "[..] x [..] x [..] -> [..]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["start", "end", "weight"];

    fn shape(&self, [a, b, w]: [&Shape; 3]) -> Result<Shape, Mismatch> {
        same_shape(a, b).and_then(|shape| same_shape(&shape, w))
    }

    fn forward(&self, [a, b, w]: [&Tensor<T>; 3]) -> Tensor<T> {
        a.zip3_by((b, w), 3, Short(special::lerp))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 3] {
        let [a, b, w] = saved.inputs();
        [
            saved.needs(0).then(|| dy * w.rsub_scalar(T::one())),
            saved.needs(1).then(|| dy * &w),
            saved.needs(2).then(|| dy * (b - a)),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Lerp {
    fn cases() -> Cases<Self> {
        let three = |shape: &[usize]| vec![Shape::from(shape); 3];
        Cases::new(textbook, Lerp, three(&[3, 4]))
            .case(Lerp, three(&[]))
            .case(Lerp, three(&[2, 0]))
            .case(Lerp, three(&[2, 1, 3, 2]))
            .pin(
                "at the ends",
                Lerp,
                tensors![[0.1, 0.1], [0.7, 0.7], [0.0, 1.0]],
                [0.1, 0.7],
                tensors![[1.0, 0.0], [0.0, 1.0], [0.7 - 0.1, 0.7 - 0.1]],
            )
            .pin("beyond", Lerp, tensors![[1.0], [2.0], [3.0]], [4.0], tensors![[-2.0], [3.0], [1.0]])
            .rejects(Lerp, shapes![[2], [3], [2]], "shapes differ")
            .rejects(Lerp, shapes![[2], [2], []], "shapes differ")
            .shared(Lerp, three(&[300, 500]))
            .bench(Lerp, three(&[1024, 512]), Work::Bytes(8 << 20))
    }
}

/// The formula as it stands.
#[cfg(any(test, feature = "testing"))]
fn textbook(_: &Lerp, x: &[Tensor<f64>]) -> Tensor<f64> {
    let [a, b, w] = [0, 1, 2].map(|i| x[i].to_vec());
    Tensor::from_fn(x[0].shape(), |i| (1.0 - w[i]) * a[i] + w[i] * b[i])
}

#[cfg(test)]
mod tests {
    use crate::Var;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn operands_are_broadcast() {
        let operands = [[[1.0], [2.0]].into(), [3.0, 5.0].into(), 0.25.into()];
        gradcheck(|x| x[0].lerp(&x[1], &x[2]), &operands).unwrap();
        gradgradcheck(|x| x[0].lerp(&x[1], &x[2]), &operands).unwrap();
    }

    #[test]
    #[should_panic(expected = "lerp: ")]
    fn operands_that_do_not_broadcast_are_refused() {
        let _ = Var::constant([1.0, 2.0]).lerp(&Var::constant([1.0, 2.0, 3.0]), &Var::constant(0.5));
    }
}
