//! `LoaderState`: where a run over the data stands.

use crate::data::DataError;
use serde::{Deserialize, Serialize};

/// Where a run over the data stands: all that a checkpoint keeps of a [`DataLoader`](super::DataLoader).
///
/// ```
/// use autograd_nn::data::{DataLoader, Items};
/// let loader = DataLoader::new((0..10).collect::<Items<i64>>(), 3).shuffle(1);
/// let mut epoch = loader.epoch(5);
/// let _first = epoch.next();
/// let state = epoch.state();
/// let rest: Vec<_> = epoch.collect::<Result<_, _>>()?;
/// let resumed: Vec<_> = loader.resume(state)?.collect::<Result<_, _>>()?;
/// assert_eq!(resumed, rest);
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoaderState {
    /// The seed of all random choices.
    pub seed: u64,
    /// The number of the epoch.
    pub epoch: u64,
    /// The number of the next batch.
    pub batch: usize,
    /// The number of items in a batch.
    pub batch_size: usize,
    /// The number of items in the data.
    pub items: usize,
}

impl LoaderState {
    /// Five numbers, as a file can hold them: seed, epoch, next batch, batch size and number of items.
    pub fn to_array(self) -> [u64; 5] {
        [self.seed, self.epoch, self.batch as u64, self.batch_size as u64, self.items as u64]
    }

    /// The state of five numbers.
    pub fn from_array([seed, epoch, batch, batch_size, items]: [u64; 5]) -> Self {
        // A number beyond `usize` is that of no loader here, nor is the largest one.
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        LoaderState { seed, epoch, batch: size(batch), batch_size: size(batch_size), items: size(items) }
    }

    /// Refuses a state after which a loader with state `own` would give other batches.
    pub(super) fn check(&self, own: &LoaderState) -> Result<(), DataError> {
        let pairs = [
            ("seed", self.seed, own.seed),
            ("batch size", self.batch_size as u64, own.batch_size as u64),
            ("number of items", self.items as u64, own.items as u64),
        ];
        match pairs.iter().find(|(_, found, own)| found != own) {
            Some((what, found, own)) => Err(Self::misfit(format!("its {what} is {found}, the loader's is {own}"))),
            None => Ok(()),
        }
    }

    pub(super) fn misfit(what: String) -> DataError {
        DataError::new("state of a data loader", what, "make the loader as it was when the state was taken")
    }
}
