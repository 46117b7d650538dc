//! Data sets made of others: mapped, augmented, transformed, a part, several in a row.

use super::Dataset;
use crate::data::{DataError, Transform};
use autograd_core::{Generator, Real, Tensor};
use std::sync::Arc;

/// The result of [`Dataset::map`].
#[derive(Clone, Debug)]
pub struct Map<D, F> {
    pub(super) data: D,
    pub(super) f: F,
}

impl<D: Dataset, B, F: Fn(D::Item) -> B + Send + Sync> Dataset for Map<D, F> {
    type Item = B;
    fn len(&self) -> usize {
        self.data.len()
    }
    fn get(&self, index: usize) -> Result<B, DataError> {
        self.data.get(index).map(&self.f)
    }
    fn draw(&self, index: usize, generator: &mut Generator) -> Result<B, DataError> {
        self.data.draw(index, generator).map(&self.f)
    }
}

/// The result of [`Dataset::augment`].
#[derive(Clone, Debug)]
pub struct Augment<D, F> {
    pub(super) data: D,
    pub(super) f: F,
}

impl<D: Dataset, B, F: Fn(D::Item, &mut Generator) -> B + Send + Sync> Dataset for Augment<D, F> {
    type Item = B;
    fn len(&self) -> usize {
        self.data.len()
    }
    fn get(&self, index: usize) -> Result<B, DataError> {
        self.draw(index, &mut Generator::seed(index as u64))
    }
    fn draw(&self, index: usize, generator: &mut Generator) -> Result<B, DataError> {
        self.data.draw(index, generator).map(|item| (self.f)(item, generator))
    }
}

/// The result of [`Dataset::transform`].
#[derive(Clone, Debug)]
pub struct Transformed<D, F> {
    pub(super) data: D,
    pub(super) transform: F,
}

impl<T: Real, Y, D: Dataset<Item = (Tensor<T>, Y)>, F: Transform<T>> Dataset for Transformed<D, F> {
    type Item = (Tensor<T>, Y);
    fn len(&self) -> usize {
        self.data.len()
    }
    fn get(&self, index: usize) -> Result<Self::Item, DataError> {
        self.draw(index, &mut Generator::seed(index as u64))
    }
    fn draw(&self, index: usize, generator: &mut Generator) -> Result<Self::Item, DataError> {
        let (x, y) = self.data.draw(index, generator)?;
        Ok((self.transform.apply(&x, generator), y))
    }
}

/// Some of the items of a data set, in an order of their own: the result of [`Dataset::subset`], [`Dataset::split`] and
/// [`Dataset::k_fold`]. A clone shares the data.
#[derive(Debug)]
pub struct Subset<D> {
    data: Arc<D>,
    indices: Arc<[usize]>,
}

impl<D> Clone for Subset<D> {
    fn clone(&self) -> Self {
        Subset { data: Arc::clone(&self.data), indices: Arc::clone(&self.indices) }
    }
}

impl<D: Dataset> Subset<D> {
    #[track_caller]
    pub(super) fn new(data: Arc<D>, indices: Vec<usize>) -> Self {
        let count = data.len();
        if let Some(index) = indices.iter().find(|&&index| index >= count) {
            panic!("subset: there is no item {index}, there are {count} items");
        }
        Subset { data, indices: indices.into() }
    }

    /// The numbers that the items have in the whole.
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }

    /// The whole.
    pub fn whole(&self) -> &Arc<D> {
        &self.data
    }
}

impl<D: Dataset> Dataset for Subset<D> {
    type Item = D::Item;
    fn len(&self) -> usize {
        self.indices.len()
    }
    #[track_caller]
    fn get(&self, index: usize) -> Result<D::Item, DataError> {
        self.data.get(self.indices[index])
    }
    #[track_caller]
    fn draw(&self, index: usize, generator: &mut Generator) -> Result<D::Item, DataError> {
        self.data.draw(self.indices[index], generator)
    }
}

/// Data sets one behind the other. Those of different types go in as `Arc<dyn Dataset<Item = ..>>`.
///
/// ```
/// use autograd_nn::data::{Concat, Dataset, Items};
/// let both = Concat::new([Items(vec![1, 2]), Items(vec![3])]);
/// assert_eq!((both.len(), both.get(2)?), (3, 3));
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
#[doc(alias = "ConcatDataset")]
#[derive(Clone, Debug)]
pub struct Concat<D> {
    parts: Vec<D>,
    /// The number of items up to each part's end.
    ends: Vec<usize>,
}

impl<D: Dataset> Concat<D> {
    /// The items of the first, then those of the second, and so on.
    pub fn new(parts: impl Into<Vec<D>>) -> Self {
        let parts = parts.into();
        let sum = |end: &mut usize, part: &D| {
            *end += part.len();
            Some(*end)
        };
        let ends = parts.iter().scan(0, sum).collect();
        Concat { parts, ends }
    }

    /// The part that an item lies in, and its number there.
    #[track_caller]
    fn find(&self, index: usize) -> (&D, usize) {
        assert!(index < self.len(), "concat: item {index} of {}", self.len());
        let part = self.ends.partition_point(|&end| end <= index);
        (&self.parts[part], index - part.checked_sub(1).map_or(0, |before| self.ends[before]))
    }
}

impl<D: Dataset> Dataset for Concat<D> {
    type Item = D::Item;
    fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }
    #[track_caller]
    fn get(&self, index: usize) -> Result<D::Item, DataError> {
        let (part, index) = self.find(index);
        part.get(index)
    }
    #[track_caller]
    fn draw(&self, index: usize, generator: &mut Generator) -> Result<D::Item, DataError> {
        let (part, index) = self.find(index);
        part.draw(index, generator)
    }
}
