//! `copysign`: the size of one operand with the sign of another.

use super::binary::broadcast;
use super::unary::flat;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The absolute value of each element with the sign of another.
    ///
    /// `y = |a|` where `b` is positive or 0, `-|a|` where it is negative or -0
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `da = dy` where the signs of `a` and `b` agree, else `-dy`; `db = 0`. Saves both.
    ///
    /// # Edge cases
    /// At `a = 0` the gradient is 0, as that of [`abs`](Var::abs). The two zeros have their signs.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([3.0, -3.0, 3.0]), Var::leaf([-1.0, -0.0, 2.0]));
    /// let y = a.copysign(&b);
    /// assert_eq!(y.to_vec(), [-3.0, -3.0, 3.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&a).unwrap().to_vec(), [-1.0, 1.0, 1.0]);
    /// assert_eq!(gradients.get(&b).unwrap().to_vec(), [0.0, 0.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn copysign(&self, sign: &Var<T>) -> Self {
        broadcast(Copysign, self, sign)
    }
}

/// The op of [`Var::copysign`], on operands of one shape.
#[derive(Clone)]
pub struct Copysign;

impl<T: Real> Op<T> for Copysign {
    type Arity = Fixed<2>;
    const NAME: &'static str = "copysign";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["x", "sign"];

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(a, b)
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
        a.zip_cost(b, 1, T::copysign)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let da = || {
            let [a, b] = saved.inputs();
            let flips = a.value().zip_cost(b.value(), 1, move |a, b| a.is_sign_negative() != b.is_sign_negative());
            Var::where_(&flips, &dy.neg(), dy).masked_fill(&a.value().eq(T::zero()), T::zero())
        };
        [saved.needs(0).then(da), saved.needs(1).then(|| flat(dy))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Copysign {
    fn cases() -> Cases<Self> {
        Cases::binary(Copysign, |a, b| if b < 0.0 { -a.abs() } else { a.abs() })
            .domain(Domain::between(-2.0, 2.0).away_from([0.0], 0.1))
            .pin("at zero", Copysign, tensors![[0.0, -0.0], [-1.0, 1.0]], [0.0, 0.0], tensors![[0.0; 2], [0.0; 2]])
            .pin(
                "signs of zero",
                Copysign,
                tensors![[2.0, 2.0, -2.0], [0.0, -0.0, 0.0]],
                [2.0, -2.0, 2.0],
                tensors![[1.0, -1.0, -1.0], [0.0; 3]],
            )
            .pin("infinite", Copysign, tensors![[f64::INFINITY], [-1.0]], [f64::NEG_INFINITY], tensors![[-1.0], [0.0]])
    }
}
