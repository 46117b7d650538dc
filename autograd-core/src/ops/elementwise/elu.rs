//! `elu`, the exponential linear unit, and `selu`, the scaled one.

use super::unary::Unary;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The exponential linear unit of each element: below 0 it bends towards `-alpha`.
    ///
    /// `y = x` where `x > 0`, else `alpha · (eˣ - 1)`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy` where `x > 0`, else `dy · alpha · eˣ`. Saves `x`.
    ///
    /// # Edge cases
    /// At 0 the gradient is `alpha · dy`. Far below 0 it is 0, and the result `-alpha`. `elu(NaN) = NaN`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([2.0, 0.0, -1.0]);
    /// let y = x.elu(0.5);
    /// assert_eq!(y.to_vec(), [2.0, 0.0, 0.5 * (-1f64).exp_m1()]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 0.5, 0.5 * (-1f64).exp()]);
    /// ```
    ///
    /// Clevert, Unterthiner and Hochreiter, 2015, "Fast and Accurate Deep Network Learning by Exponential Linear Units".
    #[track_caller]
    #[must_use]
    pub fn elu(&self, alpha: T) -> Self {
        record(Elu { alpha: alpha.as_f64() }, [self])
    }

    /// The scaled exponential linear unit of each element: where the weights of `n` inputs have variance `1 / n`, it draws activations
    /// towards mean 0 and variance 1.
    ///
    /// `y = λ · elu(x)` with `alpha = 1.6732632423543772` and `λ = 1.0507009873554805`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// That of [`elu`](Var::elu), times `λ`. Saves `x`.
    ///
    /// # Edge cases
    /// At 0 the gradient is `λ · alpha · dy`. Far below 0 it is 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, -1000.0]);
    /// let y = x.selu();
    /// assert_eq!(y.to_vec(), [1.0507009873554805, -1.7580993408473766]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0507009873554805, 0.0]);
    /// ```
    ///
    /// Klambauer, Unterthiner, Mayr and Hochreiter, 2017, "Self-Normalizing Neural Networks", equation 14 and appendix.
    #[track_caller]
    #[must_use]
    pub fn selu(&self) -> Self {
        self.elu(T::of(SELU_ALPHA)).mul_scalar(T::of(SELU_SCALE))
    }
}

const SELU_ALPHA: f64 = 1.6732632423543772;
const SELU_SCALE: f64 = 1.0507009873554805;

/// The op of [`Var::elu`].
#[derive(Clone)]
pub struct Elu {
    /// What the result approaches far below 0, negated.
    pub alpha: f64,
}

impl Unary for Elu {
    const NAME: &'static str = "elu";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 24;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        if x > T::zero() { x } else { T::of(self.alpha) * math::expm1(x) }
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        let x = saved.input(0);
        let above = x.value().gt(T::zero());
        // The exponential of what is not on this branch could overflow, to 0 · inf in the second derivative.
        let slope = x.masked_fill(&above, T::zero()).exp().mul_scalar(T::of(self.alpha));
        Var::where_(&above, dy, &(dy * slope))
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Elu {
    fn cases() -> Cases<Self> {
        let op = Elu { alpha: 0.75 };
        Cases::unary(op.clone(), |x| if x > 0.0 { x } else { 0.75 * (x.exp() - 1.0) })
            .domain(Domain::between(-2.0, 2.0).away_from([0.0], 0.1))
            .pin("at zero", op.clone(), tensors![[0.0]], [0.0], tensors![[0.75]])
            .pin("saturated", op.clone(), tensors![[-1000.0, 1000.0]], [-0.75, 1000.0], tensors![[0.0, 1.0]])
            .pin(
                "at infinity",
                op.clone(),
                tensors![[f64::NEG_INFINITY, f64::INFINITY]],
                [-0.75, f64::INFINITY],
                tensors![[0.0, 1.0]],
            )
            .pin("NaN", op, tensors![[f64::NAN]], [f64::NAN], tensors![[f64::NAN]])
    }
}

#[cfg(test)]
mod tests {
    use super::{SELU_ALPHA, SELU_SCALE};
    use crate::testing::{gradcheck, gradgradcheck};
    use crate::{Tensor, Var};

    #[test]
    fn selu_is_elu_scaled_in_every_order() {
        let x = [Tensor::from([-2.0, -0.5, 0.5, 2.0])];
        gradcheck(|x| x[0].selu(), &x).unwrap();
        gradgradcheck(|x| x[0].selu(), &x).unwrap();
        let zero = Var::leaf(0.0);
        assert_eq!(zero.selu().backward().get(&zero).unwrap().item(), SELU_ALPHA * SELU_SCALE);
    }

    #[test]
    fn selu_keeps_mean_zero_and_variance_one() {
        // Means over a normal variate, by the trapezium rule.
        let n = 20_001;
        let x = Tensor::linspace(-10.0, 10.0, n);
        let weight = x.map(|x: f64| (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt() * 20.0 / (n - 1) as f64);
        let y = Var::constant(&x).selu();
        let mean = (&y * Var::constant(&weight)).sum().item();
        let variance = (y.square() * Var::constant(&weight)).sum().item();
        assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-6, "mean {mean}, variance {variance}");
    }
}
