//! `TripletMarginLoss`: nearer to what is alike than to what is not.

use super::Reduction;
use super::shared::{reduced, same_shape};
use crate::layers::prelude::*;

/// The loss of an anchor that should be nearer to a positive, which is like it, than to a negative, which is not, by `margin`.
///
/// `max(0, margin + d(a, p) − d(a, n))` with `d(a, b) = ‖a − b + eps‖` of order `p`, along the last axis; with
/// [`swap`](TripletMarginLoss::swap), `d(p, n)` takes the place of `d(a, n)` where it is smaller.
///
/// # Shape
/// `[.., d] x [.., d] x [.., d] -> []`, or `[..]` without a reduction; the shapes are the same
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::TripletMarginLoss;
/// let (a, p) = (Var::leaf([[0.0; 4]]), Var::constant([[1.0; 4]]));
/// let n = Var::constant([[0.0, 0.0, 0.0, 1.5]]);
/// let loss = TripletMarginLoss::default().eps(0.0).forward(&a, &p, &n);
/// assert_eq!(loss.item(), 1.0 + 2.0 - 1.5);
/// assert_eq!(loss.backward().get(&a).unwrap().to_vec(), [-0.5, -0.5, -0.5, -0.5 + 1.0]);
/// ```
///
/// Source: Balntas, Riba, Ponsa and Mikolajczyk, "Learning Local Feature Descriptors with Triplets" (2016).
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct TripletMarginLoss {
    /// Margin, order of the norm, `eps`, swap and reduction.
    pub options: ops::TripletMarginLossOptions,
}

impl TripletMarginLoss {
    /// With another margin than 1.
    #[must_use]
    pub fn margin(self, margin: f64) -> Self {
        TripletMarginLoss { options: self.options.margin(margin) }
    }

    /// With a norm of another order than 2.
    #[must_use]
    pub fn p(self, p: f64) -> Self {
        TripletMarginLoss { options: self.options.p(p) }
    }

    /// With another addend of the differences than 10⁻⁶.
    #[must_use]
    pub fn eps(self, eps: f64) -> Self {
        TripletMarginLoss { options: self.options.eps(eps) }
    }

    /// Says whether the negative may be compared with the positive in the anchor's place.
    #[must_use]
    pub fn swap(self, swap: bool) -> Self {
        TripletMarginLoss { options: self.options.swap(swap) }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        TripletMarginLoss { options: self.options.reduction(reduction) }
    }

    /// The loss of anchors, positives and negatives.
    #[track_caller]
    pub fn forward<T: Real>(&self, anchor: &Var<T>, positive: &Var<T>, negative: &Var<T>) -> Var<T> {
        report(self, anchor.triplet_margin_loss(positive, negative, self.options))
    }

    /// The loss of anchors, positives and negatives by any other distance, in place of the norm and its `eps`.
    ///
    /// ```
    /// use autograd_core::Var;
    /// use autograd_nn::TripletMarginLoss;
    /// let [a, p, n] = [[[1.0, 0.0]], [[0.0, 1.0]], [[1.0, 0.0]]].map(Var::leaf);
    /// let apart = |a: &Var<f64>, b: &Var<f64>| (a * b).sum_axes(-1, false).rsub_scalar(1.0);
    /// let loss = TripletMarginLoss::default().margin(0.5).forward_with(&a, &p, &n, apart);
    /// assert_eq!(loss.item(), 0.5 + 1.0 - 0.0);
    /// assert_eq!(loss.backward().get(&a).unwrap().to_vec(), [1.0, -1.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    #[doc(alias = "TripletMarginWithDistanceLoss")]
    pub fn forward_with<T: Real>(
        &self,
        anchor: &Var<T>,
        positive: &Var<T>,
        negative: &Var<T>,
        distance: impl Fn(&Var<T>, &Var<T>) -> Var<T>,
    ) -> Var<T> {
        same_shape("TripletMarginLoss", anchor.shape(), positive.shape());
        same_shape("TripletMarginLoss", anchor.shape(), negative.shape());
        let (near, mut far) = (distance(anchor, positive), distance(anchor, negative));
        if self.options.swap {
            far = far.minimum(&distance(positive, negative));
        }
        let losses = (near - far).add_scalar(T::of(self.options.margin)).relu();
        report(self, reduced(losses, self.options.reduction))
    }
}

#[cfg(test)]
impl Checked for TripletMarginLoss {
    fn cases() -> Cases<Self> {
        let call = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &x[1], &x[2])];
        let by_distance = |loss: &Self, x: &[Var<f64>]| {
            vec![loss.forward_with(&x[0], &x[1], &x[2], |a, b| (a - b).square().sum_axes(-1, false))]
        };
        let operands =
            |case: Case<Self>| case.input([3, 2]).input_between([3, 2], -1.9, 2.1).input_between([3, 2], -1.7, 2.3);
        let swap = |_: &mut Generator| {
            TripletMarginLoss::default().margin(2.3).p(3.0).eps(1e-3).swap(true).reduction(Reduction::None)
        };
        Cases::new(operands(Case::new("mean", |_| TripletMarginLoss::default(), call)).output([]))
            .case(operands(Case::new("swapped", swap, call)).output([3]))
            .case(operands(Case::new("another distance", swap, by_distance)).output([3]))
            .rejects("triplet_margin_loss: shapes differ", |_| {
                let x = Var::constant([[0.0; 2]]);
                let _ = TripletMarginLoss::default().forward(&x, &x, &Var::constant([[0.0]]));
            })
    }
}
