//! `pow_scalar`: a power whose exponent is a number.

use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each element raised to a power.
    ///
    /// `y = xᵖ`
    ///
    /// See [`pow`](Var::pow) for an exponent that has a gradient.
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · p · xᵖ⁻¹`. Saves `x`.
    ///
    /// # Edge cases
    /// `x⁰ = 1` for each `x`, 0 and NaN included, with gradient 0. At 0 the gradient of `x²` is 0, that of `√x` infinite. Where `x < 0` the
    /// result is NaN unless `p` is whole.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([2.0, -1.0]);
    /// let y = x.pow_scalar(3.0);
    /// assert_eq!(y.to_vec(), [8.0, -1.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [12.0, 3.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "powf")]
    pub fn pow_scalar(&self, exponent: T) -> Self {
        record(PowScalar { exponent: exponent.as_f64() }, [self])
    }
}

/// The op of [`Var::pow_scalar`].
#[derive(Clone)]
pub struct PowScalar {
    /// The exponent.
    pub exponent: f64,
}

impl<T: Real> Op<T> for PowScalar {
    type Arity = Fixed<1>;
    const NAME: &'static str = "pow_scalar";
    const RULE: &'static str = "[..] -> [..]";
    const SAVES: Save = Save::INPUTS;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        Ok(x.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        // The exponents that a few exactly rounded operations serve; a general power costs ten times as much.
        match self.exponent {
            1.0 => x.clone(),
            2.0 => x.map_cost(1, move |x| x * x),
            -1.0 => x.map_cost(2, T::recip),
            0.5 => x.map_cost(4, T::sqrt),
            p => x.map_cost(40, move |x| x.powf(T::of(p))),
        }
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let p = self.exponent;
        let slope = || saved.input(0).pow_scalar(T::of(p - 1.0)).mul_scalar(T::of(p));
        [saved.needs(0).then(|| match p {
            // 1 everywhere: its slope 0 · x⁻¹ would be NaN at 0.
            0.0 => Var::constant(Tensor::zeros(dy.shape())),
            1.0 => dy.clone(),
            _ => dy * slope(),
        })]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for PowScalar {
    fn cases() -> Cases<Self> {
        let to = |exponent| PowScalar { exponent };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, to(3.0), shapes![[3, 4]])
            .case(to(0.5), shapes![[2, 1, 3]])
            .case(to(-1.0), shapes![[3]])
            .case(to(2.0), shapes![[3, 2]])
            .case(to(1.0), shapes![[4]])
            .case(to(0.0), shapes![[4]])
            .case(to(-1.7), shapes![[]])
            .case(to(2.5), shapes![[2, 0]])
            .domain(Domain::between(0.3, 2.0))
            .pin("exponent 0", to(0.0), tensors![[0.0, 2.0, nan]], [1.0, 1.0, 1.0], tensors![[0.0, 0.0, 0.0]])
            .second(tensors![[0.0, 0.0, 0.0]])
            .pin("exponent 1", to(1.0), tensors![[0.0, -2.0]], [0.0, -2.0], tensors![[1.0, 1.0]])
            .second(tensors![[0.0, 0.0]])
            .pin("exponent 2", to(2.0), tensors![[0.0, -2.0]], [0.0, 4.0], tensors![[0.0, -4.0]])
            .second(tensors![[2.0, 2.0]])
            .pin("exponent 1/2", to(0.5), tensors![[0.0, 4.0, -1.0]], [0.0, 2.0, nan], tensors![[infinity, 0.25, nan]])
            .pin("exponent 3", to(3.0), tensors![[0.0, -2.0]], [0.0, -8.0], tensors![[0.0, 12.0]])
            .second(tensors![[0.0, -12.0]])
            .shared(to(2.0), shapes![[300, 500]])
            .shared(to(2.5), shapes![[300, 500]])
            .bench(to(2.0), shapes![[1024, 1024]], Work::Bytes(8 << 20))
            .bench(to(2.5), shapes![[1024, 1024]], Work::Bytes(8 << 20))
    }
}

/// The power of each element.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &PowScalar, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::from_index(x[0].shape().clone(), |index| crate::testing::element(&x[0], index).powf(op.exponent))
}
