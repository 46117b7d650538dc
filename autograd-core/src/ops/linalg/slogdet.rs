//! `slogdet`: the logarithm of the determinant.

use super::dense::{each, square};
use super::det::per_matrix;
use super::matrices::matrices;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The sign of the determinant, and the logarithm of its absolute value, of a square matrix or of each of a batch: they neither
    /// overflow nor vanish where the determinant does.
    ///
    /// `(sign det x, ln |det x|)`
    ///
    /// # Shape
    /// `[.., n, n] -> [..]`, both
    ///
    /// # Gradient
    /// The sign has none, so it is a tensor. That of the logarithm is `dx = dy · x⁻ᵀ`. Saves `x`.
    ///
    /// # Edge cases
    /// A singular matrix has the sign 0, the logarithm `-inf`, and a gradient of NaN. A matrix without elements has the sign 1 and the
    /// logarithm 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[0.0, 1.0], [1.0, 0.0]]);
    /// let (sign, log) = x.slogdet();
    /// assert_eq!((sign.item(), log.item()), (-1.0, 0.0));
    /// assert_eq!(*log.backward().get(&x).unwrap(), [[0.0, 1.0], [1.0, 0.0]].into());
    /// ```
    ///
    /// Giles 2008, "Collected Matrix Derivative Results for Forward and Reverse Mode Algorithmic Differentiation", section 2.2.4.
    #[track_caller]
    #[must_use]
    pub fn slogdet(&self) -> (Tensor<T>, Self) {
        let log = record(SLogDet, [self]);
        (signs(self.value()), log)
    }

    /// The logarithm of the determinant of a square matrix, or of each of a batch.
    ///
    /// `y = ln det x`
    ///
    /// For a positive definite matrix, `2 Σ ln` of the diagonal of [`cholesky`](Var::cholesky) is the same, at half the work.
    ///
    /// # Shape
    /// `[.., n, n] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · x⁻ᵀ`. Saves `x`.
    ///
    /// # Edge cases
    /// As those of the logarithm: a singular matrix gives `-inf`; a negative determinant gives NaN, while the formula of the gradient
    /// holds.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[2.0, 0.0], [1.0, 0.5]]);
    /// let y = x.logdet();
    /// assert_eq!(y.item(), 0.0);
    /// assert_eq!(*y.backward().get(&x).unwrap(), [[0.5, -1.0], [0.0, 2.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn logdet(&self) -> Self {
        if let Err(why) = square(self.shape()) {
            let rule = <SLogDet as Op<T>>::RULE;
            crate::Error::refused("logdet", rule, why, &[], std::iter::once(self.shape())).raise();
        }
        let (sign, log) = self.slogdet();
        let undefined = sign.map(|sign| if sign < T::zero() { T::nan() } else { T::zero() });
        log + Var::constant(undefined)
    }
}

/// The op of [`Var::slogdet`] and [`Var::logdet`]: the logarithm of the absolute value of the determinant.
#[derive(Clone)]
pub struct SLogDet;

/// The signs of the determinants.
fn signs<T: Real>(x: &Tensor<T>) -> Tensor<T> {
    determinants(x, |(sign, _)| sign)
}

fn determinants<T: Real>(x: &Tensor<T>, of: impl Fn((T, T)) -> T + Sync) -> Tensor<T> {
    let (batch, n) = square(x.shape()).expect("the shape rule accepted the operand");
    let matrices = matrices(x);
    each(batch.into(), 1, n * n * n, |i, y| y[0] = of(T::slogdet(matrices.matrix(i))))
}

impl<T: Real> Op<T> for SLogDet {
    type Arity = Fixed<1>;
    const NAME: &'static str = "slogdet";
    const RULE: &'static str = "[.., n, n] -> [..]";
    const SAVES: Save = Save::INPUTS;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        square(x).map(|(batch, _)| batch.into())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        determinants(x, |(_, log)| log)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| per_matrix(dy) * saved.input(0).inverse().mt())]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for SLogDet {
    fn cases() -> Cases<Self> {
        let nan = f64::NAN;
        Cases::new(|_, x| super::dense::expand(&x[0]).map(|det| det.abs().ln()), SLogDet, shapes![[3, 3]])
            .case(SLogDet, shapes![[2, 1, 2, 2]])
            .case(SLogDet, shapes![[1, 1]])
            .case(SLogDet, shapes![[0, 0]])
            .case(SLogDet, shapes![[0, 2, 2]])
            .domain(Domain::between(-1.0, 1.0).diagonal(-5.0))
            .pin(
                "singular",
                SLogDet,
                tensors![[[1.0, 2.0], [2.0, 4.0]]],
                f64::NEG_INFINITY,
                tensors![[[nan, nan], [nan, nan]]],
            )
            .rejects(SLogDet, shapes![[2, 3]], "the matrix is 2 by 3, it must be square")
            .rejects(SLogDet, shapes![[2]], "[2] has no matrix axes")
            .bench(SLogDet, shapes![[16, 24, 24]], Work::Flops(16 * 2 * 24 * 24 * 24 / 3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn signs_and_logarithms_of_determinants_that_overflow() {
        let x = Var::<f64>::constant([
            [[0.0, 1e200], [-1e200, 0.0]],
            [[-1e-200, 0.0], [0.0, 1e-200]],
            [[1.0, 1.0], [1.0, 1.0]],
        ]);
        let (sign, log) = x.slogdet();
        assert_eq!(sign.to_vec(), [1.0, -1.0, 0.0]);
        let expected = 400.0 * 10f64.ln();
        assert!((log.to_vec()[0] - expected).abs() < 1e-12 * expected);
        assert!((log.to_vec()[1] + expected).abs() < 1e-12 * expected);
        assert_eq!(log.to_vec()[2], f64::NEG_INFINITY);
        assert_eq!(x.slogdet().0.to_vec(), [1.0, -1.0, 0.0]);
        let nan = Var::<f64>::constant([[f64::NAN, 0.0], [0.0, 1.0]]).slogdet();
        assert!(nan.0.item().is_nan() && nan.1.item().is_nan());
    }

    #[test]
    fn the_logarithm_of_a_negative_determinant_is_not_a_number() {
        let x = Var::<f64>::leaf([[[0.0, 2.0], [1.0, 0.0]], [[1.0, 2.0], [2.0, 4.0]]]);
        let y = x.logdet();
        assert!(y.to_vec()[0].is_nan());
        assert_eq!(y.to_vec()[1], f64::NEG_INFINITY);
        let dx = y.sum().backward();
        assert_eq!(dx.get(&x).unwrap().to_vec()[..4], [0.0, 0.5, 1.0, 0.0]);
    }

    #[test]
    fn derivatives() {
        let x = [Tensor::from([[2.0, 0.3, -0.4], [0.1, 1.5, 0.2], [-0.3, 0.6, 1.0]])];
        gradcheck(|x| x[0].logdet(), &x).unwrap();
        gradgradcheck(|x| x[0].logdet(), &x).unwrap();
    }

    #[test]
    #[should_panic(expected = "logdet: the matrix is 1 by 2, it must be square")]
    fn errors_name_the_method() {
        let _ = Var::constant([[1.0, 2.0]]).logdet();
    }
}
