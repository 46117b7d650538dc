//! `cosine_similarity`: the cosine of the angle between vectors.

use super::checks::accept;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The cosine of the angle between vectors that lie along an axis.
    ///
    /// `y = Σ a b / (max(‖a‖, eps) · max(‖b‖, eps))`
    ///
    /// # Shape
    /// `[.., n, ..] x [.., n, ..] -> [.., ..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `da = dy · (b / ‖b‖ − y · a / ‖a‖) / ‖a‖`, and `db` likewise. Saves what it is composed of.
    ///
    /// # Edge cases
    /// A vector not longer than `eps` (PyTorch takes 10⁻⁸) is divided by `eps`: that of zeros has cosine 0 with each, and a finite gradient.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([[3.0f64, 4.0], [0.0, 2.0]]), Var::constant([0.0, 5.0]));
    /// let y = a.cosine_similarity(&b, 1, 1e-8);
    /// assert_eq!(y.to_vec(), [0.8, 1.0]);
    /// let da = y.sum().backward().get(&a).unwrap().to_vec();
    /// assert!((da[0] + 0.096).abs() < 1e-15 && (da[1] - 0.072).abs() < 1e-15);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cosine_similarity(&self, other: &Var<T>, axis: isize, eps: T) -> Self {
        let rule = "[.., n, ..] x [.., n, ..] -> [.., ..], broadcast to one shape";
        let operands = [("a", self.shape()), ("b", other.shape())];
        let shape = self.shape().broadcast(other.shape()).and_then(|shape| shape.axis(axis).map(|_| shape));
        let shape = accept("cosine_similarity", rule, &operands, shape);
        // The axis is that of the common shape, which may have more axes in front.
        let (a, b) = (self.broadcast_to(&shape), other.broadcast_to(&shape));
        // Each is scaled before they meet: their products could overflow, or vanish.
        let [a, b] = [a, b].map(|x| &x / x.norm(2.0, axis, true).clamp(Some(eps), None));
        (a * b).sum_axes(axis, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn a_vector_of_zeros_has_no_direction() {
        let (a, b) = (Var::leaf([0.0f64, 0.0]), Var::leaf([3.0, 4.0]));
        let y = a.cosine_similarity(&b, 0, 0.2);
        assert_eq!(y.item(), 0.0);
        let gradients = y.backward();
        let da = gradients.get(&a).unwrap().to_vec();
        assert!((da[0] - 3.0).abs() < 1e-15 && (da[1] - 4.0).abs() < 1e-15);
        assert_eq!(gradients.get(&b).unwrap().to_vec(), [0.0, 0.0]);
    }

    #[test]
    fn gradients_along_each_axis() {
        let inputs = [Tensor::from_fn([2, 3], |i| (i * 5 % 7) as f64 - 2.5), [[1.0, 0.5, -2.0]].into()];
        for axis in [0, 1, -1] {
            gradcheck(|x| x[0].cosine_similarity(&x[1], axis, 1e-8), &inputs).unwrap();
            gradgradcheck(|x| x[0].cosine_similarity(&x[1], axis, 1e-8), &inputs).unwrap();
        }
        // The shorter one may have fewer axes: axes are those of the common shape.
        let y = Var::constant([1.0, 0.0]).cosine_similarity(&Var::constant([[1.0, 0.0], [0.0, 1.0]]), 1, 1e-8);
        assert_eq!(y.to_vec(), [1.0, 0.0]);
    }

    #[test]
    fn long_and_short_vectors_have_an_angle_too() {
        for size in [2f64.powi(600), 2f64.powi(-600)] {
            let (a, b) = (Var::leaf([3.0 * size, 4.0 * size]), Var::leaf([0.0, size]));
            let y = a.cosine_similarity(&b, 0, 1e-300);
            assert_eq!(y.item(), 0.8);
            let da = y.backward().get(&a).unwrap().to_vec();
            assert!((da[0] * size + 0.096).abs() < 1e-15 && (da[1] * size - 0.072).abs() < 1e-15);
        }
    }

    #[test]
    #[should_panic(expected = "cosine_similarity: axis 1 is out of range, the axes are -1 to 0\n  a     [2]")]
    fn an_axis_that_is_not_there_is_refused() {
        let _ = Var::leaf([0.0, 1.0]).cosine_similarity(&Var::leaf([0.0, 1.0]), 1, 1e-8);
    }
}
