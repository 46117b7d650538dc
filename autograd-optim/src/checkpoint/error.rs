//! `ResumeError`: why training cannot go on from a checkpoint.

use crate::Error;
use autograd_nn::state::{FileError, LoadError};

/// Why training cannot go on from a checkpoint. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// The file cannot be read, or a value in it.
    #[error(transparent)]
    File(#[from] FileError),
    /// The checkpoint does not fit the model.
    #[error(transparent)]
    Model(#[from] LoadError),
    /// The checkpoint holds no optimiser of this name.
    #[error("the checkpoint has no optimiser named {name:?}; it has {}", list(.has))]
    NoOptimizer {
        /// The name that was asked for.
        name: String,
        /// The names there are.
        has: Vec<String>,
    },
    /// The checkpoint does not fit an optimiser.
    #[error("{name}: {source}")]
    Optimizer {
        /// The name of the optimiser in the checkpoint.
        name: String,
        /// What does not fit.
        source: Box<Error>,
    },
}

fn list(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        names => names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", "),
    }
}
