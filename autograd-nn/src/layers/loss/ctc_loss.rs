//! `CtcLoss`: a sequence of labels from steps in time whose alignment with them is not known.

use super::Reduction;
use crate::layers::prelude::*;

/// The loss of connectionist temporal classification: minus the logarithm of the probability that the steps spell the labels, in any
/// alignment.
///
/// At each step stands a class or a blank; the labels are what is left when repetitions are joined and then blanks taken out. `x` holds
/// log-probabilities. The mean divides each loss by its number of labels, then averages over examples.
///
/// # Shape
/// `[t, n, c] -> []` for targets `[n, s]`, padded, or all labels one behind the other, `[Σ s]`; `[n]` without a reduction
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::CtcLoss;
/// // Two steps, one example, two classes: the blank and the label 1. Three of the four paths spell [1].
/// let x = Var::leaf([[[0.5f64.ln(), 0.5f64.ln()]], [[0.5f64.ln(), 0.5f64.ln()]]]);
/// let loss = CtcLoss::default().forward(&x, &[[1]].into(), &[2], &[1]);
/// assert!((loss.item() + 0.75f64.ln()).abs() < 1e-15);
/// let dx = loss.backward().get(&x).unwrap().to_vec();
/// assert!((dx[0] + 1.0 / 3.0).abs() < 1e-15 && (dx[1] + 2.0 / 3.0).abs() < 1e-15);
/// ```
///
/// Source: Graves, Fernández, Gomez and Schmidhuber, "Connectionist Temporal Classification" (2006), equations 6 to 14.
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
#[doc(alias = "CTCLoss")]
pub struct CtcLoss {
    /// Blank, infinities and reduction.
    pub options: ops::CtcLossOptions,
}

impl CtcLoss {
    /// With another class than 0 as the blank.
    #[must_use]
    pub fn blank(self, blank: usize) -> Self {
        CtcLoss { options: self.options.blank(blank) }
    }

    /// Says whether labels that no path spells cost 0 instead of infinity.
    #[must_use]
    pub fn zero_infinity(self, zero_infinity: bool) -> Self {
        CtcLoss { options: self.options.zero_infinity(zero_infinity) }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        CtcLoss { options: self.options.reduction(reduction) }
    }

    /// The loss of the log-probabilities `x` against the labels `targets`, of which the first `input_lengths[n]` steps and
    /// `target_lengths[n]` labels of an example count.
    #[track_caller]
    pub fn forward<T: Real>(
        &self,
        x: &Var<T>,
        targets: &Tensor<i64>,
        input_lengths: &[usize],
        target_lengths: &[usize],
    ) -> Var<T> {
        report(self, x.ctc_loss(targets, input_lengths, target_lengths, self.options))
    }
}

#[cfg(test)]
impl Checked for CtcLoss {
    fn cases() -> Cases<Self> {
        let padded =
            |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &[[1, 2], [2, 0]].into(), &[4, 3], &[2, 1])];
        let joined = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &[0, 1, 1].into(), &[4, 3], &[2, 1])];
        let last = |_: &mut Generator| CtcLoss::default().blank(2).zero_infinity(true).reduction(Reduction::None);
        Cases::new(Case::new("padded", |_| CtcLoss::default(), padded).input([4, 2, 3]).output([]))
            .case(Case::new("joined", last, joined).input([4, 2, 3]).output([2]))
            .rejects("ctc_loss: ", |_| {
                let _ = CtcLoss::default().forward(&Var::constant([[[0.0, 0.0]]]), &[[2]].into(), &[1], &[1]);
            })
    }
}
