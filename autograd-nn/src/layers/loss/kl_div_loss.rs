//! `KlDivLoss`: how far one distribution is from another.

use super::Reduction;
use crate::layers::prelude::*;

/// The Kullback-Leibler divergence of a target distribution from one that is given by its log-probabilities.
///
/// `target · (log target − x)`, elementwise. [`Reduction::BatchMean`] is the divergence as mathematics has it, summed over each distribution
/// and averaged over the batch; the default, as PyTorch's, divides by the number of classes too.
///
/// # Shape
/// `[..] x [..] -> []`, or `[..]` without a reduction; the shapes are the same
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{KlDivLoss, Reduction};
/// let (x, target) = (Var::leaf([[0.5f64.ln(), 0.5f64.ln()]]), Var::constant([[1.0, 0.0]]));
/// let loss = KlDivLoss::default().reduction(Reduction::BatchMean).forward(&x, &target);
/// assert_eq!(loss.item(), 2f64.ln());
/// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-1.0, 0.0]);
/// ```
///
/// Source: Kullback and Leibler, "On Information and Sufficiency" (1951).
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
#[doc(alias = "KLDivLoss")]
pub struct KlDivLoss {
    /// Whether the target too is given by its logarithm.
    pub log_target: bool,
    /// What is made of the losses of the elements.
    pub reduction: Reduction,
}

impl KlDivLoss {
    /// Says whether the target too is given by its logarithm.
    #[must_use]
    pub fn log_target(self, log_target: bool) -> Self {
        KlDivLoss { log_target, ..self }
    }

    /// With another reduction than the mean over all elements.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        KlDivLoss { reduction, ..self }
    }

    /// The loss of the log-probabilities `x` against `target`.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, target: &Var<T>) -> Var<T> {
        report(self, x.kl_div(target, self.log_target, self.reduction))
    }
}

#[cfg(test)]
impl Checked for KlDivLoss {
    fn cases() -> Cases<Self> {
        let call = |loss: &KlDivLoss, x: &[Var<f64>]| vec![loss.forward(&x[0], &x[1])];
        let logs = |_: &mut Generator| KlDivLoss::default().log_target(true).reduction(Reduction::BatchMean);
        Cases::new(
            Case::new("mean", |_| KlDivLoss::default(), call).input([2, 3]).input_between([2, 3], 0.1, 0.9).output([]),
        )
        .case(Case::new("logarithms", logs, call).input([2, 3]).input([2, 3]).output([]))
        .rejects("kl_div: shapes differ", |_| {
            let _ = KlDivLoss::default().forward(&Var::constant([0.0; 2]), &Var::constant([0.0]));
        })
    }
}
