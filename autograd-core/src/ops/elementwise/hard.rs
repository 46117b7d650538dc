//! The gates made of straight lines: `hardtanh`, `relu6`, `hardsigmoid`.

use crate::error::{Error, Mismatch};
use crate::tensor::Real;
use crate::var::Var;

impl<T: Real> Var<T> {
    /// Each element moved into the interval from `min` to `max`: a [`tanh`](Var::tanh) of three straight lines.
    ///
    /// `y = min(max(x, min), max)`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy` where `min < y < max`, else 0. Saves `y`.
    ///
    /// # Edge cases
    /// At a bound the gradient is 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([-2.0, 0.5, 1.0]);
    /// let y = x.hardtanh(-1.0, 1.0);
    /// assert_eq!(y.to_vec(), [-1.0, 0.5, 1.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If `min` is larger than `max`.
    #[track_caller]
    #[must_use]
    pub fn hardtanh(&self, min: T, max: T) -> Self {
        if min > max {
            let why = Mismatch::new(format!("min is {min}, which is larger than max, {max}"));
            Error::refused("hardtanh", "[..] -> [..], min at most max", why, &[], [self.shape()].into_iter()).raise();
        }
        self.clamp(Some(min), Some(max))
    }

    /// Each element moved into the interval from 0 to 6: a [`relu`](Var::relu) that saturates.
    ///
    /// `y = min(max(x, 0), 6)`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy` where `0 < y < 6`, else 0. Saves `y`.
    ///
    /// # Edge cases
    /// At 0 and at 6 the gradient is 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([-1.0, 4.0, 6.0, 7.0]);
    /// let y = x.relu6();
    /// assert_eq!(y.to_vec(), [0.0, 4.0, 6.0, 6.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0, 0.0]);
    /// ```
    ///
    /// Krizhevsky, 2010, "Convolutional Deep Belief Networks on CIFAR-10".
    #[track_caller]
    #[must_use]
    pub fn relu6(&self) -> Self {
        self.clamp(Some(T::zero()), Some(T::of(6.0)))
    }

    /// A [`sigmoid`](Var::sigmoid) of three straight lines.
    ///
    /// `y = min(max(x + 3, 0), 6) / 6`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy / 6` where `-3 < x < 3`, else 0. Saves `6y`.
    ///
    /// # Edge cases
    /// At -3 and at 3 the gradient is 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([-4.0, 0.0, 3.0]);
    /// let y = x.hardsigmoid();
    /// assert_eq!(y.to_vec(), [0.0, 0.5, 1.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0 / 6.0, 0.0]);
    /// ```
    ///
    /// Courbariaux, Bengio and David, 2015, "BinaryConnect", with another slope.
    #[track_caller]
    #[must_use]
    pub fn hardsigmoid(&self) -> Self {
        self.add_scalar(T::of(3.0)).relu6().div_scalar(T::of(6.0))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{gradcheck, gradgradcheck};
    use crate::{Tensor, Var};

    type Gate = fn(&Var<f64>) -> Var<f64>;
    const GATES: [Gate; 3] = [|x| x.hardtanh(-1.0, 2.5), Var::relu6, Var::hardsigmoid];

    #[test]
    fn gates_are_right_in_every_order() {
        let x = [Tensor::from([[-7.3, -3.4, -2.2, -0.6], [0.8, 2.1, 3.7, 6.5]])];
        for gate in GATES {
            gradcheck(|x| gate(&x[0]), &x).unwrap();
            gradgradcheck(|x| gate(&x[0]), &x).unwrap();
        }
    }

    #[test]
    fn kinks_are_those_of_the_conventions() {
        let slopes = |gate: Gate, at: [f64; 2]| {
            let x = Var::leaf(at);
            gate(&x).sum().backward().get(&x).unwrap().to_vec()
        };
        assert_eq!(slopes(GATES[0], [-1.0, 2.5]), [0.0, 0.0]);
        assert_eq!(slopes(GATES[1], [0.0, 6.0]), [0.0, 0.0]);
        assert_eq!(slopes(GATES[2], [-3.0, 3.0]), [0.0, 0.0]);
    }

    #[test]
    fn nan_stays() {
        assert!(GATES.iter().all(|gate| gate(&Var::constant(f64::NAN)).item().is_nan()));
    }

    #[test]
    #[should_panic(expected = "hardtanh: min is 1, which is larger than max, -1")]
    fn crossed_bounds_are_refused() {
        let _ = Var::constant(0.0).hardtanh(1.0, -1.0);
    }
}
