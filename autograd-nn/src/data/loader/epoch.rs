//! `Epoch`: the batches of one pass over the data.

use super::prefetch::Prefetch;
use super::{Assemble, DataLoader, Draw, LoaderState};
use crate::data::DataError;
use std::fmt;
use std::iter::FusedIterator;
use std::sync::Arc;

/// The batches of one pass over the data, made by [`DataLoader::epoch`]. It knows how many are [left](ExactSizeIterator::len).
///
/// An error stands in the place of its batch; those behind it follow. A panic of the data set or of a transform is the caller's panic, also
/// from a worker. When the iterator is dropped, its workers finish the batch in hand and end.
pub struct Epoch<B> {
    plan: Arc<Plan<B>>,
    state: LoaderState,
    workers: Option<Prefetch<B>>,
}

/// What each worker has to know of an epoch.
pub(super) struct Plan<B> {
    order: Vec<usize>,
    /// The number of batches.
    pub(super) batches: usize,
    batch_size: usize,
    seed: u64,
    epoch: u64,
    assemble: Assemble<B>,
}

impl<B> Plan<B> {
    pub(super) fn batch(&self, batch: usize) -> Result<B, DataError> {
        let first = batch * self.batch_size;
        let end = (first + self.batch_size).min(self.order.len());
        let indices = &self.order[first..end];
        (self.assemble)(&Draw { seed: self.seed, epoch: self.epoch, batch, first, indices })
    }
}

impl<B: Send + 'static> Epoch<B> {
    /// The batches of an epoch from one on.
    pub(super) fn begin(loader: &DataLoader<B>, epoch: u64, batch: usize) -> Self {
        let plan = Arc::new(Plan {
            order: loader.sampler.order(loader.items, loader.seed, epoch),
            batches: loader.len(),
            batch_size: loader.batch_size,
            seed: loader.seed,
            epoch,
            assemble: Arc::clone(&loader.assemble),
        });
        let threads = loader.workers.min(plan.batches - batch);
        let ahead = loader.prefetch.unwrap_or(loader.workers.saturating_mul(2));
        let workers = (threads > 0).then(|| Prefetch::start(&plan, threads, ahead, batch)).flatten();
        Epoch { plan, state: loader.state(epoch, batch), workers }
    }
}

impl<B> Epoch<B> {
    /// Where the run stands: behind the last batch that was handed out, however many are ready.
    pub fn state(&self) -> LoaderState {
        self.state
    }
}

impl<B> Iterator for Epoch<B> {
    type Item = Result<B, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.state.batch;
        if batch == self.plan.batches {
            return None;
        }
        // Before the work: a batch that panicked is behind us, too.
        self.state.batch += 1;
        Some(match &self.workers {
            Some(workers) => workers.take(batch),
            None => self.plan.batch(batch),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.plan.batches - self.state.batch;
        (left, Some(left))
    }
}

impl<B> ExactSizeIterator for Epoch<B> {}
impl<B> FusedIterator for Epoch<B> {}

impl<B> fmt::Debug for Epoch<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Epoch").field("state", &self.state).field("batches", &self.plan.batches).finish_non_exhaustive()
    }
}
