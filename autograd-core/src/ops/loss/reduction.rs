//! `Reduction`: what is made of the losses of examples.

use crate::ops::prelude::*;

/// What is made of the losses of examples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    /// Nothing: one loss for each example.
    None,
    /// Their mean.
    #[default]
    Mean,
    /// Their sum.
    Sum,
    /// Their sum, divided by the size of the first axis, the batch: the mean over examples that consist of several losses each.
    BatchMean,
}

impl Reduction {
    /// What is made of `losses`.
    #[track_caller]
    pub(super) fn of<T: Real>(self, losses: Var<T>) -> Var<T> {
        let count = losses.numel() as f64;
        self.weighted(losses, || count)
    }

    /// What is made of `losses` that are weighted already: the mean divides by `total`, the sum of the weights.
    #[track_caller]
    pub(super) fn weighted<T: Real>(self, losses: Var<T>, total: impl FnOnce() -> f64) -> Var<T> {
        match self {
            Reduction::None => losses,
            Reduction::Mean => losses.sum() / T::of(total()),
            Reduction::Sum => losses.sum(),
            Reduction::BatchMean => {
                let examples = losses.shape().first().copied().unwrap_or(1);
                losses.sum() / T::of(examples as f64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_makes_its_own_of_the_losses() {
        let losses = Var::leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 9.0]]);
        let of = |reduction: Reduction| {
            let y = reduction.of(losses.clone());
            (y.to_vec(), y.sum().backward().get(&losses).unwrap().at([0, 0]))
        };
        assert_eq!(of(Reduction::None), (losses.to_vec(), 1.0));
        assert_eq!(of(Reduction::Mean), (vec![4.0], 1.0 / 6.0));
        assert_eq!(of(Reduction::Sum), (vec![24.0], 1.0));
        assert_eq!(of(Reduction::BatchMean), (vec![12.0], 0.5));
        assert_eq!(Reduction::Mean.weighted(losses.clone(), || 12.0).item(), 2.0);
    }

    #[test]
    fn the_mean_of_no_losses_is_nan_and_their_sum_is_zero() {
        let none = || Var::constant(Tensor::<f64>::zeros([0, 3]));
        assert!(Reduction::Mean.of(none()).item().is_nan());
        assert!(Reduction::BatchMean.of(none()).item().is_nan());
        assert_eq!(Reduction::Sum.of(none()).item(), 0.0);
        assert_eq!(Reduction::BatchMean.of(Var::constant(3.0)).item(), 3.0, "a single number is one example");
    }
}
