//! `xlogy`: a number times a logarithm, where nothing times minus infinity is nothing.

use super::binary::broadcast;
use crate::kernel::elementwise::Function;
use crate::kernel::special;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each element times the natural logarithm of another, 0 where it is 0 itself: the terms of an entropy.
    ///
    /// `z = x · ln y`, and 0 at `x = 0`
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `dx = dz · ln y`, `dy = dz · x / y`. Saves both.
    ///
    /// # Edge cases
    /// `xlogy(0, y) = 0` for each `y` but NaN. At `x = 0` and `y <= 0` both gradients are 0; PyTorch gives NaN for that of `y` at
    /// `(0, 0)`. Elsewhere below `y = 0` the result is NaN, and at `y = 0` infinite.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let p = Var::leaf([0.0, 0.5, 0.5]);
    /// let entropy = p.xlogy(&p).sum().neg();
    /// assert_eq!(entropy.item(), 2f64.ln());
    /// assert_eq!(entropy.backward().get(&p).unwrap().to_vec(), [0.0, 2f64.ln() - 1.0, 2f64.ln() - 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn xlogy(&self, y: &Var<T>) -> Self {
        broadcast(Xlogy, self, y)
    }
}

/// The op of [`Var::xlogy`], on operands of one shape.
#[derive(Clone)]
pub struct Xlogy;

impl<T: Real> Function<(T, T), T> for Xlogy {
    #[inline(always)]
    fn at(&self, (x, y): (T, T)) -> T {
        special::xlogy(x, y)
    }
}

impl<T: Real> Op<T> for Xlogy {
    type Arity = Fixed<2>;
    const NAME: &'static str = "xlogy";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["x", "y"];

    fn shape(&self, [x, y]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(x, y)
    }

    fn forward(&self, [x, y]: [&Tensor<T>; 2]) -> Tensor<T> {
        x.zip_by(y, 18, self.clone())
    }

    fn backward(&self, saved: &Saved<'_, T>, dz: &Var<T>) -> [Option<Var<T>>; 2] {
        let [x, y] = saved.inputs();
        let nothing = x.value().zip_cost(y.value(), 1, move |x, y| x == T::zero() && y <= T::zero());
        // Before the formula and after it, so that neither 0 · inf nor 0 / 0 comes up in any order.
        let y = y.masked_fill(&nothing, T::one());
        [
            saved.needs(0).then(|| dz.xlogy(&y).masked_fill(&nothing, T::zero())),
            saved.needs(1).then(|| (dz * (x / &y)).masked_fill(&nothing, T::zero())),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Xlogy {
    fn cases() -> Cases<Self> {
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::binary(Xlogy, |x, y| x * y.ln())
            .domains([Domain::between(-2.0, 2.0), Domain::between(0.3, 4.0)])
            .pin("nothing", Xlogy, tensors![[0.0, 0.0], [0.0, -1.0]], [0.0, 0.0], tensors![[0.0, 0.0], [0.0, 0.0]])
            .pin(
                "x = 0",
                Xlogy,
                tensors![[0.0, 0.0, 0.0], [1.0, 3.0, infinity]],
                [0.0, 0.0, 0.0],
                tensors![[0.0, 3f64.ln(), infinity], [0.0, 0.0, 0.0]],
            )
            .pin("y = 0", Xlogy, tensors![[2.0], [0.0]], [-infinity], tensors![[-infinity], [infinity]])
            .pin("y below 0", Xlogy, tensors![[2.0], [-1.0]], [nan], tensors![[nan], [-2.0]])
            .pin("NaN", Xlogy, tensors![[0.0, nan], [nan, 1.0]], [nan, nan], tensors![[nan, 0.0], [nan, nan]])
    }
}
