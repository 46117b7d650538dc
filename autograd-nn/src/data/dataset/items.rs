//! `Items`: a vector as a data set.

use super::Dataset;
use crate::data::DataError;

/// Items of any kind that are all in memory.
///
/// ```
/// use autograd_nn::data::{Dataset, Items};
/// let words = Items(vec!["tape", "node", "leaf"]);
/// assert_eq!((words.len(), words.get(1)?), (3, "node"));
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
// A type of its own: on `Vec`, the trait's `get` and `split` would hide those of slices wherever it is imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Items<I>(pub Vec<I>);

impl<I: Clone + Send + Sync> Dataset for Items<I> {
    type Item = I;
    fn len(&self) -> usize {
        self.0.len()
    }
    #[track_caller]
    fn get(&self, index: usize) -> Result<I, DataError> {
        Ok(self.0[index].clone())
    }
}

impl<I> From<Vec<I>> for Items<I> {
    fn from(items: Vec<I>) -> Self {
        Items(items)
    }
}

impl<I> FromIterator<I> for Items<I> {
    fn from_iter<J: IntoIterator<Item = I>>(items: J) -> Self {
        Items(Vec::from_iter(items))
    }
}
