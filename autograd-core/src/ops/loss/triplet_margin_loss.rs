//! `triplet_margin_loss`: an anchor nearer to what is alike than to what is not.

use super::checks::accept;
use super::pairwise_distance::check;
use super::reduction::Reduction;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The loss of an anchor that should be nearer to a positive, which is like it, than to a negative, which is not, by `margin`.
    ///
    /// `loss = max(0, margin + d(a, p) − d(a, n))` with `d` the [`pairwise_distance`](Var::pairwise_distance) along the last axis; with
    /// `swap`, `d(p, n)` takes the place of `d(a, n)` where it is smaller.
    ///
    /// # Shape
    /// `[.., d] x [.., d] x [.., d] -> []`, or `[..]` without a reduction; the shapes are the same
    ///
    /// # Gradient
    /// That of the distances, where the margin is not kept; a tie of `d(a, n)` and `d(p, n)` gives each half. Saves what it is composed of.
    ///
    /// # Edge cases
    /// Where exactly the margin is kept the gradient is 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::TripletMarginLossOptions};
    /// let (a, p) = (Var::leaf([[0.0; 4]]), Var::constant([[1.0; 4]]));
    /// let n = Var::constant([[0.0, 0.0, 0.0, 1.5]]);
    /// let loss = a.triplet_margin_loss(&p, &n, TripletMarginLossOptions::new().eps(0.0));
    /// assert_eq!(loss.item(), 1.0 + 2.0 - 1.5);
    /// assert_eq!(loss.backward().get(&a).unwrap().to_vec(), [-0.5, -0.5, -0.5, -0.5 + 1.0]);
    /// ```
    ///
    /// Source: Balntas, Riba, Ponsa and Mikolajczyk, "Learning Local Feature Descriptors with Triplets" (2016).
    #[track_caller]
    #[must_use]
    pub fn triplet_margin_loss(&self, positive: &Var<T>, negative: &Var<T>, options: TripletMarginLossOptions) -> Self {
        let TripletMarginLossOptions { margin, p, eps, swap, reduction } = options;
        let eps = T::of(eps);
        let operands = [("anchor", self.shape()), ("positive", positive.shape()), ("negative", negative.shape())];
        let accepted = same_shape(self.shape(), positive.shape())
            .and_then(|shape| same_shape(&shape, negative.shape()))
            .and_then(|shape| check(&shape, p));
        accept("triplet_margin_loss", "[.., d] x [.., d] x [.., d] -> [..]", &operands, accepted);
        let near = self.pairwise_distance(positive, p, eps);
        let mut far = self.pairwise_distance(negative, p, eps);
        if swap {
            far = far.minimum(&positive.pairwise_distance(negative, p, eps));
        }
        reduction.of((near - far).add_scalar(T::of(margin)).relu())
    }
}

/// How [`Var::triplet_margin_loss`] measures. By default the distance is Euclidean, the margin 1, and the mean is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TripletMarginLossOptions {
    /// By how much the positive should be nearer.
    pub margin: f64,
    /// The order of the norm.
    pub p: f64,
    /// What is added to each difference; see [`Var::pairwise_distance`].
    pub eps: f64,
    /// Whether the negative may be compared with the positive in the anchor's place.
    pub swap: bool,
    /// What is made of the losses of the triplets.
    pub reduction: Reduction,
}

impl Default for TripletMarginLossOptions {
    fn default() -> Self {
        TripletMarginLossOptions { margin: 1.0, p: 2.0, eps: 1e-6, swap: false, reduction: Reduction::Mean }
    }
}

impl TripletMarginLossOptions {
    /// A margin of 1 between Euclidean distances, and the mean over triplets.
    pub fn new() -> Self {
        Self::default()
    }

    /// With another margin.
    #[must_use]
    pub fn margin(self, margin: f64) -> Self {
        Self { margin, ..self }
    }

    /// With distances in the norm of this order.
    #[must_use]
    pub fn p(self, p: f64) -> Self {
        Self { p, ..self }
    }

    /// With this added to each difference.
    #[must_use]
    pub fn eps(self, eps: f64) -> Self {
        Self { eps, ..self }
    }

    /// With the negative compared with the positive where it is nearer to it than to the anchor.
    #[must_use]
    pub fn swap(self, swap: bool) -> Self {
        Self { swap, ..self }
    }

    /// With another reduction.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        Self { reduction, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn the_nearer_of_both_is_swapped_in() {
        let (a, p, n) = (Var::leaf([[0.0f64, 0.0]]), Var::leaf([[3.0, 4.0]]), Var::leaf([[3.0, 5.0]]));
        let options = TripletMarginLossOptions::new().eps(0.0).swap(true);
        let loss = a.triplet_margin_loss(&p, &n, options);
        assert_eq!(loss.item(), 1.0 + 5.0 - 1.0);
        let gradients = loss.backward();
        let da = gradients.get(&a).unwrap().to_vec();
        assert!((da[0] + 0.6).abs() < 1e-15 && (da[1] + 0.8).abs() < 1e-15, "{da:?}");
        assert_eq!(gradients.get(&n).unwrap().to_vec(), [0.0, -1.0]);
    }

    #[test]
    fn gradients() {
        let draw = |k: usize| Tensor::from_fn([3, 2], move |i| ((i + 1) * k % 11) as f64 / 4.0);
        let inputs = [draw(3), draw(5), draw(7)];
        for p in [1.0, 2.0, 3.0] {
            for swap in [false, true] {
                let options = TripletMarginLossOptions::new().margin(2.05).p(p).swap(swap);
                let loss = |x: &[Var<f64>]| x[0].triplet_margin_loss(&x[1], &x[2], options);
                gradcheck(loss, &inputs).unwrap();
                gradgradcheck(loss, &inputs).unwrap();
            }
        }
    }

    #[test]
    #[should_panic(expected = "triplet_margin_loss: shapes differ\n  anchor   [2]\n  positive [2]\n  negative [1]")]
    fn another_shape_is_refused() {
        let a = Var::leaf([0.0, 1.0]);
        let _ = a.triplet_margin_loss(&a, &Var::leaf([0.0]), TripletMarginLossOptions::new());
    }
}
