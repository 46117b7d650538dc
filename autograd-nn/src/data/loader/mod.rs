//! `DataLoader`: a data set in batches, epoch by epoch.

mod epoch;
mod prefetch;
mod state;
#[cfg(test)]
mod tests;

pub use epoch::Epoch;
pub use state::LoaderState;

use super::seed::{Purpose, generator};
use super::{Collate, DataError, Dataset, Sampler};
use autograd_core::Generator;
use std::fmt;
use std::sync::Arc;

/// Which items make a batch, and where their random parts come from.
struct Draw<'a> {
    seed: u64,
    epoch: u64,
    /// The number of the batch.
    batch: usize,
    /// The place of its first item in the order of the epoch.
    first: usize,
    /// The numbers of its items.
    indices: &'a [usize],
}

type Assemble<B> = Arc<dyn Fn(&Draw<'_>) -> Result<B, DataError> + Send + Sync>;

/// A data set in batches, epoch by epoch.
///
/// What comes follows from the seed and the number of the epoch alone: order, random transforms and the bits of each batch are the same for
/// any number of [workers](DataLoader::workers), and a run that is [resumed](DataLoader::resume) gets the batches it would have got.
///
/// # Example
/// ```
/// use autograd_core::Tensor;
/// use autograd_nn::data::{DataLoader, TensorDataset};
/// let data = TensorDataset::new(Tensor::<f32>::arange(20).reshape([10, 2]), Tensor::indices(10));
/// let loader = DataLoader::new(data, 4).shuffle(1).workers(2);
/// assert_eq!(loader.len(), 3);
/// for epoch in 0..2 {
///     for batch in loader.epoch(epoch) {
///         let (x, y) = batch?;
///         assert_eq!(x.shape()[0], y.shape()[0]);
///     }
/// }
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
pub struct DataLoader<B> {
    items: usize,
    batch_size: usize,
    sampler: Sampler,
    seed: u64,
    drop_last: bool,
    workers: usize,
    prefetch: Option<usize>,
    assemble: Assemble<B>,
}

impl<B: Send + 'static> DataLoader<B> {
    /// Batches of `batch_size` items, in the order of the data. Items become a batch as [`Collate`] says.
    ///
    /// # Panics
    /// If `batch_size` is 0.
    #[track_caller]
    pub fn new<D: Dataset<Item: Collate<Batch = B>> + 'static>(data: D, batch_size: usize) -> Self {
        Self::with_collate(data, batch_size, Collate::collate)
    }

    /// The same, with a function of your own that makes a batch of items.
    ///
    /// # Panics
    /// If `batch_size` is 0.
    #[track_caller]
    pub fn with_collate<D: Dataset + 'static>(
        data: D,
        batch_size: usize,
        collate: impl Fn(Vec<D::Item>) -> Result<B, DataError> + Send + Sync + 'static,
    ) -> Self {
        assert!(batch_size > 0, "data loader: the batch size is 0, it must be at least 1");
        let items = data.len();
        let assemble = move |draw: &Draw<'_>| {
            let item = |(i, &index): (usize, &usize)| {
                let generator = &mut generator(Purpose::Item, draw.seed, draw.epoch, draw.first + i);
                data.draw(index, generator)
            };
            collate(draw.indices.iter().enumerate().map(item).collect::<Result<_, _>>()?)
        };
        DataLoader {
            items,
            batch_size,
            sampler: Sampler::Sequential,
            seed: 0,
            drop_last: false,
            workers: 0,
            prefetch: None,
            assemble: Arc::new(assemble),
        }
    }

    /// Each item once an epoch, in an order that follows from the seed and the epoch.
    #[must_use]
    pub fn shuffle(self, seed: u64) -> Self {
        DataLoader { sampler: Sampler::Shuffled, seed, ..self }
    }

    /// Items as a sampler takes them. Its random choices, as those of transforms, follow from the [seed](DataLoader::seed).
    ///
    /// # Panics
    /// If it has weights, but not one for each item.
    #[must_use]
    #[track_caller]
    pub fn sampler(self, sampler: impl Into<Sampler>) -> Self {
        let sampler = sampler.into();
        sampler.check(self.items);
        DataLoader { sampler, ..self }
    }

    /// The seed of all random choices; 0 if nothing is said.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        DataLoader { seed, ..self }
    }

    /// Leaves out a last batch that would be smaller than the others.
    #[must_use]
    pub fn drop_last(self) -> Self {
        DataLoader { drop_last: true, ..self }
    }

    /// So many threads that make batches ahead; with none, the default, the caller's thread makes each when it is asked for.
    #[doc(alias = "num_workers")]
    #[must_use]
    pub fn workers(self, workers: usize) -> Self {
        DataLoader { workers, ..self }
    }

    /// How many batches may be ready or in the making before they are asked for; two for each worker if nothing is said.
    ///
    /// # Panics
    /// If it is 0.
    #[doc(alias = "prefetch_factor")]
    #[must_use]
    #[track_caller]
    pub fn prefetch(self, batches: usize) -> Self {
        assert!(batches > 0, "data loader: the number of batches made ahead is 0, it must be at least 1");
        DataLoader { prefetch: Some(batches), ..self }
    }

    /// Each batch as `f` makes it, where the batches are made: for what mixes items, as [`mixup`](super::mixup).
    #[must_use]
    pub fn map_batches<C: Send + 'static>(
        self,
        f: impl Fn(B, &mut Generator) -> C + Send + Sync + 'static,
    ) -> DataLoader<C> {
        let DataLoader { items, batch_size, sampler, seed, drop_last, workers, prefetch, assemble } = self;
        let assemble = Arc::new(move |draw: &Draw<'_>| {
            let batch = assemble(draw)?;
            Ok(f(batch, &mut generator(Purpose::Batch, draw.seed, draw.epoch, draw.batch)))
        });
        DataLoader { items, batch_size, sampler, seed, drop_last, workers, prefetch, assemble }
    }

    /// The batches of an epoch. Workers begin at once.
    pub fn epoch(&self, epoch: u64) -> Epoch<B> {
        Epoch::begin(self, epoch, 0)
    }

    /// The rest of the epoch in which a [state](Epoch::state) was taken: the batches that would have followed.
    ///
    /// # Errors
    /// If the state is of a loader with another seed, batch size or number of items, so that other batches would follow.
    pub fn resume(&self, state: LoaderState) -> Result<Epoch<B>, DataError> {
        state.check(&self.state(state.epoch, state.batch))?;
        if state.batch > self.len() {
            let what = format!("it goes on with batch {}, an epoch has {}", state.batch, self.len());
            return Err(LoaderState::misfit(what));
        }
        Ok(Epoch::begin(self, state.epoch, state.batch))
    }

    fn state(&self, epoch: u64, batch: usize) -> LoaderState {
        LoaderState { seed: self.seed, epoch, batch, batch_size: self.batch_size, items: self.items }
    }
}

impl<B> DataLoader<B> {
    /// The number of batches in an epoch.
    pub fn len(&self) -> usize {
        let draws = self.sampler.draws(self.items);
        if self.drop_last { draws / self.batch_size } else { draws.div_ceil(self.batch_size) }
    }

    /// Whether an epoch has no batch.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of items in the data.
    pub fn items(&self) -> usize {
        self.items
    }

    /// The number of items in a batch, apart from a smaller last one.
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }
}

/// A loader of the same batches. The data is shared.
impl<B> Clone for DataLoader<B> {
    fn clone(&self) -> Self {
        DataLoader { sampler: self.sampler.clone(), assemble: Arc::clone(&self.assemble), ..*self }
    }
}

impl<B> fmt::Debug for DataLoader<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sampler = match &self.sampler {
            Sampler::Sequential => "sequential",
            Sampler::Shuffled => "shuffled",
            Sampler::Weighted(_) => "weighted",
        };
        f.debug_struct("DataLoader")
            .field("items", &self.items)
            .field("batch_size", &self.batch_size)
            .field("sampler", &sampler)
            .field("seed", &self.seed)
            .field("drop_last", &self.drop_last)
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}
