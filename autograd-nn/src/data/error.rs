//! `DataError`: what is wrong with data, where, and what to do about it.

use std::borrow::Cow;
use std::path::Path;

/// What is wrong with data: the place, what is the matter there, and what to do about it, in one line.
///
/// ```
/// use autograd_nn::data::DataError;
/// let error = DataError::new("scores.csv", "line 3 has 4 values, not 5", "mend the line");
/// assert_eq!(error.to_string(), "scores.csv: line 3 has 4 values, not 5; mend the line");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}; {help}")]
pub struct DataError {
    /// The file, or else what stands for it.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub help: Cow<'static, str>,
}

impl DataError {
    /// An error at a place, with what is wrong and what to do: lower case, without a full stop.
    pub fn new(place: impl Into<String>, what: impl Into<String>, help: impl Into<Cow<'static, str>>) -> Self {
        DataError { place: place.into(), what: what.into(), help: help.into() }
    }

    /// The error of a file.
    pub(super) fn file(path: &Path, what: impl Into<String>, help: &'static str) -> Self {
        DataError::new(path.display().to_string(), what, help)
    }
}
