//! `where`: each element from one operand or the other, as a condition says.

use super::ternary::common_shape;
use crate::kernel::elementwise::Short;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each element of `a` where the condition is true, of `b` where it is false.
    ///
    /// `y = a` where the condition holds, else `b`
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; operands and condition are broadcast to one shape first.
    ///
    /// # Gradient
    /// `da = dy` where the condition holds, else 0; `db = dy` where it does not, else 0. Saves nothing but the condition.
    ///
    /// # Edge cases
    /// The gate selects, it does not multiply: a NaN or an infinity that is not taken leaks neither into the result nor into a gradient.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var};
    /// let (a, b) = (Var::leaf([1.0, 2.0]), Var::leaf([10.0, 20.0]));
    /// let y = Var::where_(&Tensor::from([true, false]), &a, &b);
    /// assert_eq!(y.to_vec(), [1.0, 20.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&a).unwrap().to_vec(), [1.0, 0.0]);
    /// assert_eq!(gradients.get(&b).unwrap().to_vec(), [0.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "where")]
    #[doc(alias = "select")]
    pub fn where_(condition: &Tensor<bool>, a: &Var<T>, b: &Var<T>) -> Self {
        let shape = common_shape("where", &["condition", "a", "b"], [condition.shape(), a.shape(), b.shape()]);
        let condition = condition.broadcast_to(&shape);
        record(Where { condition }, [&a.broadcast_to(&shape), &b.broadcast_to(&shape)])
    }
}

/// The op of [`Var::where_`], on a condition and operands of one shape.
#[derive(Clone)]
pub struct Where {
    /// Where the first operand is taken.
    pub condition: Tensor<bool>,
}

impl<T: Real> Op<T> for Where {
    type Arity = Fixed<2>;
    const NAME: &'static str = "where";
    const RULE: &'static str = "[..] x [..] -> [..], the condition alike";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        let condition = self.condition.shape();
        match condition == a {
            true => same_shape(a, b),
            false => Err(Mismatch::new(format!("the condition has shape {condition}, the first operand {a}"))),
        }
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
        self.condition.zip3_by((a, b), 1, Short(|c, a, b| if c { a } else { b }))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        [
            saved.needs(0).then(|| dy.masked_fill(&self.condition.not(), T::zero())),
            saved.needs(1).then(|| dy.masked_fill(&self.condition, T::zero())),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Where {
    fn cases() -> Cases<Self> {
        let thirds = |shape: &[usize]| Where { condition: Tensor::from_fn(shape, |i| i % 3 == 0) };
        let first = Where { condition: [true, false].into() };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, thirds(&[3, 4]), shapes![[3, 4], [3, 4]])
            .case(thirds(&[]), shapes![[], []])
            .case(thirds(&[0, 2]), shapes![[0, 2], [0, 2]])
            .case(Where { condition: thirds(&[3, 1]).condition.broadcast_to([2, 3, 2]) }, shapes![[2, 3, 2], [2, 3, 2]])
            .pin(
                "not taken",
                first,
                tensors![[1.0, nan], [infinity, 4.0]],
                [1.0, 4.0],
                tensors![[1.0, 0.0], [0.0, 1.0]],
            )
            .rejects(thirds(&[2, 3]), shapes![[2, 3], [3]], "shapes differ")
            .rejects(thirds(&[3]), shapes![[2, 3], [2, 3]], "the condition has shape [3], the first operand [2, 3]")
            .shared(thirds(&[300, 500]), shapes![[300, 500], [300, 500]])
            .bench(thirds(&[1024, 1024]), shapes![[1024, 1024], [1024, 1024]], Work::Bytes(13 << 20))
    }
}

/// Each element from where the condition says.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Where, x: &[Tensor<f64>]) -> Tensor<f64> {
    let (condition, a, b) = (op.condition.to_vec(), x[0].to_vec(), x[1].to_vec());
    Tensor::from_fn(x[0].shape(), |i| if condition[i] { a[i] } else { b[i] })
}
