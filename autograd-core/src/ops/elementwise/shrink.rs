//! The gates that silence what is small: `softshrink`, `hardshrink`, `threshold`.

use crate::error::{Error, Mismatch};
use crate::tensor::Real;
use crate::var::Var;

impl<T: Real> Var<T> {
    /// Each element drawn towards 0 by `lambda`, and 0 where it is closer than that: the proximal step of the 1-norm.
    ///
    /// `y = x - lambda` where `x > lambda`, `x + lambda` where `x < -lambda`, else 0
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy` where `|x| > lambda`, else 0. Saves where that is.
    ///
    /// # Edge cases
    /// At `±lambda` the gradient is 0. `softshrink(NaN) = NaN`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([-2.0, 0.25, 0.5, 1.0]);
    /// let y = x.softshrink(0.5);
    /// assert_eq!(y.to_vec(), [-1.5, 0.0, 0.0, 0.5]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 0.0, 0.0, 1.0]);
    /// ```
    ///
    /// Donoho, 1995, "De-Noising by Soft-Thresholding".
    ///
    /// # Panics
    /// If `lambda` is negative.
    #[track_caller]
    #[must_use]
    pub fn softshrink(&self, lambda: T) -> Self {
        if lambda < T::zero() {
            let why = Mismatch::new(format!("lambda is {lambda}, it must be at least 0"));
            Error::refused("softshrink", "[..] -> [..]", why, &[], [self.shape()].into_iter()).raise();
        }
        // The step is a constant: the gradient goes past it.
        let step = Var::constant(self.value().map(|x| if x < T::zero() { -lambda } else { lambda }));
        (self - step).masked_fill(&self.value().map(|x| x.abs() <= lambda), T::zero())
    }

    /// Each element, or 0 where it is no further than `lambda` from 0.
    ///
    /// `y = x` where `|x| > lambda`, else 0
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy` where `|x| > lambda`, else 0. Saves where that is.
    ///
    /// # Edge cases
    /// At `±lambda` the gradient is 0. `hardshrink(NaN) = NaN`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([-2.0, 0.25, 0.5, 1.0]);
    /// let y = x.hardshrink(0.5);
    /// assert_eq!(y.to_vec(), [-2.0, 0.0, 0.0, 1.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 0.0, 0.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn hardshrink(&self, lambda: T) -> Self {
        self.masked_fill(&self.value().map(|x| x.abs() <= lambda), T::zero())
    }

    /// Each element where it is above `threshold`, else `value`.
    ///
    /// `y = x` where `x > threshold`, else `value`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy` where `x > threshold`, else 0. Saves where that is.
    ///
    /// # Edge cases
    /// At the threshold the gradient is 0. `threshold(NaN) = NaN`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([-2.0, 1.0, 3.0]);
    /// let y = x.threshold(1.0, 20.0);
    /// assert_eq!(y.to_vec(), [20.0, 20.0, 3.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 0.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn threshold(&self, threshold: T, value: T) -> Self {
        self.masked_fill(&self.value().le(threshold), value)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{gradcheck, gradgradcheck};
    use crate::{Tensor, Var};

    type Gate = fn(&Var<f64>) -> Var<f64>;
    const GATES: [Gate; 3] = [|x| x.softshrink(0.5), |x| x.hardshrink(0.5), |x| x.threshold(0.5, -3.0)];

    #[test]
    fn gates_are_right_in_every_order() {
        let x = [Tensor::from([[-1.7, -0.6, -0.3], [0.2, 0.7, 1.9]])];
        for gate in GATES {
            gradcheck(|x| gate(&x[0]), &x).unwrap();
            gradgradcheck(|x| gate(&x[0]).square(), &x).unwrap();
        }
    }

    #[test]
    fn kinks_have_gradient_zero_and_nan_stays() {
        for gate in GATES {
            let x = Var::leaf(0.5);
            assert_eq!(gate(&x).backward().get(&x).unwrap().item(), 0.0);
            assert!(gate(&Var::constant(f64::NAN)).item().is_nan());
        }
        let x = Var::leaf([f64::NEG_INFINITY, f64::INFINITY]);
        let y = x.softshrink(0.5);
        assert_eq!(y.to_vec(), x.to_vec());
        assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 1.0]);
    }

    #[test]
    #[should_panic(expected = "softshrink: lambda is -1, it must be at least 0")]
    fn a_negative_lambda_is_refused() {
        let _ = Var::constant(0.0).softshrink(-1.0);
    }
}
