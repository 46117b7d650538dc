//! `CtcLossOptions`: how `ctc_loss` reads classes and reduces.

use super::reduction::Reduction;

/// How [`Var::ctc_loss`](crate::Var::ctc_loss) reads classes and reduces. By default class 0 is the blank, infinities stay, and the mean is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CtcLossOptions {
    /// The class that stands for no label.
    pub blank: usize,
    /// Whether labels that cannot be cost 0 instead of infinity.
    pub zero_infinity: bool,
    /// What is made of the losses of the examples.
    pub reduction: Reduction,
}

impl CtcLossOptions {
    /// Class 0 as the blank, and the mean over labels, then examples.
    pub fn new() -> Self {
        Self::default()
    }

    /// With another class as the blank.
    #[must_use]
    pub fn blank(self, blank: usize) -> Self {
        Self { blank, ..self }
    }

    /// With labels that cannot be counted as nothing.
    #[must_use]
    pub fn zero_infinity(self, zero_infinity: bool) -> Self {
        Self { zero_infinity, ..self }
    }

    /// With another reduction.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        Self { reduction, ..self }
    }
}
