//! `Reduction`: what is made of the losses of examples.

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
}
