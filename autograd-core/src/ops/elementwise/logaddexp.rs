//! `logaddexp`: the logarithm of the sum of two exponentials.

use super::binary::broadcast;
use crate::kernel::elementwise::Function;
use crate::kernel::special;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The logarithm of the sum of the exponentials of two operands, a smooth maximum: the sum of two probabilities given by their
    /// logarithms.
    ///
    /// `y = ln(eᵃ + eᵇ)`, from `max(a, b) + ln(1 + e⁻|a - b|)`, which cannot overflow
    ///
    /// See [`logsumexp`](Var::logsumexp) for the sum over an axis.
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `da = dy · σ(a - b)`, `db = dy · σ(b - a)`. Saves both.
    ///
    /// # Edge cases
    /// An operand of minus infinity counts for nothing and has gradient 0; if both are, the result is minus infinity, and both gradients are
    /// 0. Far apart, the larger operand takes all.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([1000.0, 0.0]), Var::leaf([1000.0, f64::NEG_INFINITY]));
    /// let y = a.logaddexp(&b);
    /// assert_eq!(y.to_vec(), [1000.0 + 2f64.ln(), 0.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&a).unwrap().to_vec(), [0.5, 1.0]);
    /// assert_eq!(gradients.get(&b).unwrap().to_vec(), [0.5, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn logaddexp(&self, other: &Var<T>) -> Self {
        broadcast(LogAddExp, self, other)
    }
}

/// The op of [`Var::logaddexp`], on operands of one shape.
#[derive(Clone)]
pub struct LogAddExp;

impl<T: Real> Function<(T, T), T> for LogAddExp {
    #[inline(always)]
    fn at(&self, (a, b): (T, T)) -> T {
        special::logaddexp(a, b)
    }
}

impl<T: Real> Op<T> for LogAddExp {
    type Arity = Fixed<2>;
    const NAME: &'static str = "logaddexp";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::INPUTS;

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(a, b)
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
        a.zip_by(b, 40, self.clone())
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let [a, b] = saved.inputs();
        let nothing = a.value().zip_cost(b.value(), 1, move |a, b| a == T::neg_infinity() && b == T::neg_infinity());
        // There the difference would be NaN: any number will do, since the gradient is 0.
        let fill = |x: Var<T>| if nothing.any() { x.masked_fill(&nothing, T::zero()) } else { x };
        let ahead = fill(a) - fill(b);
        [saved.needs(0).then(|| fill(dy * ahead.sigmoid())), saved.needs(1).then(|| fill(dy * ahead.neg().sigmoid()))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for LogAddExp {
    fn cases() -> Cases<Self> {
        let infinity = f64::INFINITY;
        Cases::binary(LogAddExp, |a, b| (a.exp() + b.exp()).ln())
            .pin("tie", LogAddExp, tensors![[0.0], [0.0]], [std::f64::consts::LN_2], tensors![[0.5], [0.5]])
            .pin("far apart", LogAddExp, tensors![[-1000.0], [1000.0]], [1000.0], tensors![[0.0], [1.0]])
            .pin("one of minus infinity", LogAddExp, tensors![[-infinity], [3.0]], [3.0], tensors![[0.0], [1.0]])
            .pin("both of minus infinity", LogAddExp, tensors![[-infinity], [-infinity]], [-infinity], {
                tensors![[0.0], [0.0]]
            })
            .pin("one infinite", LogAddExp, tensors![[infinity], [3.0]], [infinity], tensors![[1.0], [0.0]])
            .pin("NaN", LogAddExp, tensors![[f64::NAN], [3.0]], [f64::NAN], tensors![[f64::NAN], [f64::NAN]])
    }
}
