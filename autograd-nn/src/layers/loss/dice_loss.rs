//! `DiceLoss`: how little two regions overlap, the loss of a segmentation.

use super::Reduction;
use super::shared::{reduced, same_shape};
use crate::layers::prelude::*;

/// One minus the overlap of two regions, each given by the probability of each place to lie in it: the loss of a segmentation, in which a
/// small region counts as much as a large one.
///
/// `loss[n, c] = 1 − (2 Σ x target + smooth) / (Σ x + Σ target + smooth)` over the places of each class of each example; with
/// [`squared`](DiceLoss::squared), the sums of the squares stand below.
///
/// # Shape
/// `[n, c, ..] x [n, c, ..] -> []`, or `[n, c]` without a reduction; the shapes are the same
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::DiceLoss;
/// // One image of four places, one class: of two places each the regions share one.
/// let (x, target) = (Var::leaf([[[1.0, 1.0, 0.0, 0.0]]]), Var::constant([[[0.0, 1.0, 1.0, 0.0]]]));
/// let loss = DiceLoss::default().smooth(0.0).forward(&x, &target);
/// assert_eq!(loss.item(), 0.5);
/// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [0.125, -0.375, -0.375, 0.125]);
/// ```
///
/// Source: Milletari, Navab and Ahmadi, "V-Net" (2016), section 3, with squares; Sudre, Li, Vercauteren, Ourselin and Cardoso, "Generalised
/// Dice Overlap as a Deep Learning Loss Function for Highly Unbalanced Segmentations" (2017), without.
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
#[doc(alias = "f1_loss")]
pub struct DiceLoss {
    /// What is added above and below: two empty regions then overlap in full.
    pub smooth: f64,
    /// Whether the squares stand below.
    pub squared: bool,
    /// Whether a class has one region in the whole batch instead of one in each example.
    pub batch: bool,
    /// What is made of the losses of the classes of the examples.
    pub reduction: Reduction,
}

impl Default for DiceLoss {
    /// 10⁻⁵ added, no squares, each example by itself, and the mean.
    fn default() -> Self {
        DiceLoss { smooth: 1e-5, squared: false, batch: false, reduction: Reduction::Mean }
    }
}

impl DiceLoss {
    /// With another addend above and below.
    ///
    /// # Panics
    /// If it is negative or NaN.
    #[must_use]
    #[track_caller]
    pub fn smooth(self, smooth: f64) -> Self {
        require!(smooth >= 0.0, "DiceLoss: smooth is {smooth}, it must be at least 0");
        DiceLoss { smooth, ..self }
    }

    /// Says whether the squares stand below.
    #[must_use]
    pub fn squared(self, squared: bool) -> Self {
        DiceLoss { squared, ..self }
    }

    /// Says whether a class has one region in the whole batch, which steadies the loss of rare ones: `[c]` without a reduction.
    #[must_use]
    pub fn batch(self, batch: bool) -> Self {
        DiceLoss { batch, ..self }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        DiceLoss { reduction, ..self }
    }

    /// The loss of the probabilities `x`, as a sigmoid or softmax gives them, against `target`.
    ///
    /// # Panics
    /// If the shapes differ, or there are fewer than two axes.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, target: &Var<T>) -> Var<T> {
        let (shape, rank) = (x.shape(), x.shape().rank());
        same_shape("DiceLoss", shape, target.shape());
        require!(rank >= 2, "DiceLoss: the probabilities have shape {shape}, they need [n, c, ..]");
        let batch = self.batch.then_some(0);
        let places: Vec<isize> = batch.into_iter().chain(2..rank as isize).collect();
        let total = |x: &Var<T>| x.sum_axes(places.as_slice(), false);
        let size = |x: &Var<T>| if self.squared { total(&x.square()) } else { total(x) };
        let smooth = T::of(self.smooth);
        let overlap = (total(&(x * target)) * T::of(2.0) + smooth) / (size(x) + size(target) + smooth);
        report(self, reduced(overlap.rsub_scalar(T::one()), self.reduction))
    }
}

#[cfg(test)]
impl Checked for DiceLoss {
    fn cases() -> Cases<Self> {
        let call = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &x[1])];
        let operands = |case: Case<Self>| case.input_between([2, 2, 3], 0.1, 0.9).input_between([2, 2, 3], 0.0, 1.0);
        let squares = |_: &mut Generator| DiceLoss::default().squared(true).smooth(1.0).reduction(Reduction::None);
        let batch = |_: &mut Generator| DiceLoss::default().batch(true).reduction(Reduction::None);
        Cases::new(operands(Case::new("mean", |_| DiceLoss::default(), call)).output([]))
            .case(operands(Case::new("squares", squares, call)).output([2, 2]))
            .case(operands(Case::new("over the batch", batch, call)).output([2]))
            .rejects("DiceLoss: smooth is -1, it must be at least 0", |_| {
                let _ = DiceLoss::default().smooth(-1.0);
            })
            .rejects("DiceLoss: the probabilities have shape [3], they need [n, c, ..]", |_| {
                let x = Var::constant([0.5; 3]);
                let _ = DiceLoss::default().forward(&x, &x);
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_that_are_one_cost_nothing_and_empty_ones_overlap() {
        let mask = Var::constant([[[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]]);
        for squared in [false, true] {
            let loss = DiceLoss::default().squared(squared).reduction(Reduction::None).forward(&mask, &mask);
            assert_eq!(loss.to_vec(), [0.0, 0.0]);
        }
        let apart =
            DiceLoss::default().smooth(0.0).forward(&mask.slice((.., 0..1)), &Var::constant([[[0.0, 0.0, 1.0]]]));
        assert_eq!(apart.item(), 1.0);
    }
}
