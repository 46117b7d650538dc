//! `pairwise_distance`: the distance between vectors.

use super::checks::accept;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The distance between vectors along the last axis: the [`norm`](Var::norm) of order `p` of their difference.
    ///
    /// `y = (Σ |a − b + eps|ᵖ)^(1/p)`
    ///
    /// # Shape
    /// `[.., d] x [.., d] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// With `e = a − b + eps`, `da = dy · sign(e) · (|e| / y)ᵖ⁻¹` and `db = −da`. Saves what it is composed of.
    ///
    /// # Edge cases
    /// Where all `e` are 0 the gradient is 0. PyTorch takes `eps = 10⁻⁶`, with which equal vectors are `eps · d^(1/p)` apart.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([[1.0, 3.0, 1.0, 1.0], [2.0; 4]]), Var::constant([2.0; 4]));
    /// let y = a.pairwise_distance(&b, 2.0, 0.0);
    /// assert_eq!(y.to_vec(), [2.0, 0.0]);
    /// assert_eq!(*y.sum().backward().get(&a).unwrap(), [[-0.5, 0.5, -0.5, -0.5], [0.0; 4]].into());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn pairwise_distance(&self, other: &Var<T>, p: f64, eps: T) -> Self {
        let operands = [("a", self.shape()), ("b", other.shape())];
        let shape = self.shape().broadcast(other.shape());
        let accepted = shape.and_then(|shape| check(&shape, p));
        accept("pairwise_distance", "[.., d] x [.., d] -> [..], broadcast to one shape", &operands, accepted);
        (self - other).add_scalar(eps).norm(p, -1, false)
    }
}

/// Refuses what has no norm: a single number, and an order below 0.
pub(super) fn check(shape: &Shape, p: f64) -> Result<(), Mismatch> {
    shape.axis(-1)?;
    match p >= 0.0 {
        true => Ok(()),
        false => Err(Mismatch::new(format!("p is {p}, it must be at least 0"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functional::grad;
    use crate::testing::{gradcheck, gradgradcheck};

    const ORDERS: [f64; 5] = [1.0, 1.5, 2.0, 3.0, f64::INFINITY];

    #[test]
    fn each_order_has_its_own_distance() {
        let (a, b) = (Var::leaf([[1.0, -2.0, 3.0]]), Var::leaf([0.0, 0.0, 0.0]));
        let three_halves = 1.0 + 2f64.powf(1.5) + 3f64.powf(1.5);
        let expected = [6.0, three_halves.powf(2.0 / 3.0), 14f64.sqrt(), 36f64.cbrt(), 3.0];
        for (p, expected) in ORDERS.into_iter().zip(expected) {
            let found = a.pairwise_distance(&b, p, 0.0).item();
            assert!((found - expected).abs() < 1e-12, "{p}: {found} {expected}");
        }
        assert_eq!(b.pairwise_distance(&b, 1.0, 1e-3).item(), 3e-3, "eps is added to each difference");
    }

    #[test]
    fn gradients_of_each_order() {
        let inputs = [Tensor::from_fn([3, 2], |i| (i * 5 % 7) as f64 - 2.5), [[0.3, -0.2]].into()];
        for p in ORDERS {
            gradcheck(|x| x[0].pairwise_distance(&x[1], p, 1e-6), &inputs).unwrap();
            gradgradcheck(|x| x[0].pairwise_distance(&x[1], p, 1e-6), &inputs).unwrap();
        }
    }

    #[test]
    fn equal_vectors_have_gradient_zero_of_each_order() {
        for p in ORDERS {
            let x = Var::leaf([0.0, 0.0]);
            let y = x.pairwise_distance(&Var::constant([0.0, 0.0]), p, 0.0);
            let dx = grad(&y, &x, true).expect("a gradient");
            assert_eq!((y.item(), dx.to_vec()), (0.0, vec![0.0, 0.0]), "{p}");
            let ddx = grad(&dx.sum(), &x, false).map_or(vec![0.0, 0.0], |ddx| ddx.to_vec());
            assert_eq!(ddx, [0.0, 0.0], "{p}");
        }
    }

    #[test]
    #[should_panic(expected = "pairwise_distance: p is -1, it must be at least 0\n  a     [2]")]
    fn an_order_that_is_none_is_refused() {
        let _ = Var::leaf([0.0, 1.0]).pairwise_distance(&Var::leaf([0.0, 1.0]), -1.0, 1e-6);
    }

    #[test]
    #[should_panic(expected = "pairwise_distance: shapes do not broadcast, axis -1 is 2 and 3")]
    fn shapes_that_do_not_fit_are_refused() {
        let _ = Var::leaf([0.0, 1.0]).pairwise_distance(&Var::leaf([0.0, 1.0, 2.0]), 2.0, 1e-6);
    }
}
