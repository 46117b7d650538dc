//! `l2_normalize`: vectors scaled to length one.

use super::affine;
use crate::error::Error;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The vectors along the axes, scaled to length one; shorter ones than `eps` are divided by `eps`.
    ///
    /// `y = x / max(‖x‖₂, eps)`
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., n, ..]`
    ///
    /// # Gradient
    /// `dx = (dy − y · Σ dy · y) / ‖x‖₂`, and `dy / eps` for short vectors; composed of other ops, which save their operands.
    ///
    /// # Edge cases
    /// A vector of zeros stays zero, with gradient `dy / eps`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[3.0, 4.0]]);
    /// let y = x.l2_normalize(1, 1e-12);
    /// let gradients = y.clone().backward_with(&[[1.0, 0.0]].into());
    /// assert!(y.to_vec().iter().zip([0.6, 0.8]).all(|(y, expected): (&f64, _)| (y - expected).abs() < 1e-15));
    /// let dx = gradients.get(&x).unwrap().to_vec();
    /// assert!((dx[0] - 0.64 / 5.0).abs() < 1e-15 && (dx[1] + 0.48 / 5.0).abs() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If an axis is out of range or named twice, or eps is no finite number of at least 0.
    #[track_caller]
    #[must_use]
    #[doc(alias = "normalize")]
    pub fn l2_normalize(&self, axes: impl Into<Axes>, eps: f64) -> Self {
        let axes = axes.into();
        if let Err(why) = axes.resolve(self.shape()).and_then(|_| affine::epsilon(eps)) {
            Error::refused("l2_normalize", "[.., n, ..] -> [.., n, ..]", why, &[], [self.shape()].into_iter()).raise();
        }
        self / self.norm(2.0, axes, true).clamp(Some(T::of(eps)), None)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{gradcheck, gradgradcheck};
    use crate::{Generator, Tensor, Var};

    #[test]
    fn lengths_become_one_and_gradients_are_right() {
        let x = Tensor::<f64>::uniform([2, 3, 2], 0.5, 2.0, &mut Generator::seed(0));
        let y = Var::constant(&x).l2_normalize([0, 2], 1e-12);
        assert!(y.square().sum_axes([0, 2], false).to_vec().iter().all(|length| (length - 1.0).abs() < 1e-14));
        gradcheck(|x| x[0].l2_normalize([0, 2], 1e-12), std::slice::from_ref(&x)).unwrap();
        gradgradcheck(|x| x[0].l2_normalize([0, 2], 1e-12), &[x]).unwrap();
    }

    #[test]
    fn a_vector_of_zeros_stays_zero_and_has_a_gradient() {
        let x = Var::leaf([0.0, 0.0]);
        let y = x.l2_normalize(0, 0.5);
        assert_eq!(y.to_vec(), [0.0, 0.0]);
        assert_eq!(y.backward_with(&[1.0, 3.0].into()).get(&x).unwrap().to_vec(), [2.0, 6.0]);
    }

    #[test]
    #[should_panic(expected = "l2_normalize: axis 1 is out of range, the axes are -1 to 0")]
    fn an_axis_out_of_range_is_refused() {
        let _ = Var::constant([1.0]).l2_normalize(1, 1e-12);
    }

    #[test]
    #[should_panic(expected = "l2_normalize: eps is NaN, it must be a number of at least 0")]
    fn what_is_no_eps_is_refused() {
        let _ = Var::constant([1.0]).l2_normalize(0, f64::NAN);
    }
}
