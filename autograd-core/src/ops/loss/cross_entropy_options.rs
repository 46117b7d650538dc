//! `CrossEntropyOptions`: how `cross_entropy_with` counts classes and examples.

use super::reduction::Reduction;

/// How [`Var::cross_entropy_with`](crate::Var::cross_entropy_with) counts classes and examples. By default each counts 1, and the mean is taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CrossEntropyOptions {
    /// How much each class counts; each 1 if `None`.
    pub weight: Option<Vec<f64>>,
    /// The part of an example, from 0 to 1, that goes to all classes in equal shares.
    pub label_smoothing: f64,
    /// The class of examples that do not count.
    pub ignore_index: Option<i64>,
    /// What is made of the losses of the examples.
    pub reduction: Reduction,
}

impl CrossEntropyOptions {
    /// The mean over examples that all count 1.
    pub fn new() -> Self {
        Self::default()
    }

    /// With classes that count so much.
    #[must_use]
    pub fn weight(self, weight: impl Into<Vec<f64>>) -> Self {
        Self { weight: Some(weight.into()), ..self }
    }

    /// With this part of each example for all classes in equal shares.
    #[must_use]
    pub fn label_smoothing(self, label_smoothing: f64) -> Self {
        Self { label_smoothing, ..self }
    }

    /// Without the examples of a class.
    #[must_use]
    pub fn ignore_index(self, class: i64) -> Self {
        Self { ignore_index: Some(class), ..self }
    }

    /// With another reduction.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        Self { reduction, ..self }
    }
}
