//! `Dataset`: items by number, and what makes one data set of others.

mod adaptors;
mod items;
mod tensors;

pub use adaptors::{Augment, Concat, Map, Subset, Transformed};
pub use items::Items;
pub use tensors::TensorDataset;

use super::split::{Fold, k_fold_indices, split_indices};
use super::{DataError, Transform};
use autograd_core::{Generator, Real, Tensor};
use std::sync::Arc;

/// Items by number: what a [`DataLoader`](super::DataLoader) makes batches of.
///
/// An item follows from its number alone, or, where a part of it is drawn, from its number and the generator passed. So it does not matter
/// which thread asks for which item, and when.
///
/// ```
/// use autograd_nn::data::{DataError, Dataset};
/// struct Squares;
///
/// impl Dataset for Squares {
///     type Item = i64;
///     fn len(&self) -> usize {
///         5
///     }
///     fn get(&self, index: usize) -> Result<i64, DataError> {
///         Ok((index * index) as i64)
///     }
/// }
///
/// assert_eq!(Squares.map(|n| n + 1).get(4)?, 17);
/// # Ok::<(), DataError>(())
/// ```
#[doc(alias = "IterableDataset")]
pub trait Dataset: Send + Sync {
    /// What there is of each number, as an image and its label: `(Tensor, i64)`.
    type Item;

    /// The number of items.
    fn len(&self) -> usize;

    /// The item of a number, of which nothing is left to chance: where a part is drawn, it is always the same draw.
    ///
    /// # Errors
    /// If a file cannot be read or is damaged.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Dataset::len), as with a slice.
    fn get(&self, index: usize) -> Result<Self::Item, DataError>;

    /// The item of a number, with the random parts that `generator` gives. Without any, it is [`get`](Dataset::get).
    ///
    /// # Errors
    /// As for [`get`](Dataset::get).
    fn draw(&self, index: usize, generator: &mut Generator) -> Result<Self::Item, DataError> {
        let _ = generator;
        self.get(index)
    }

    /// Whether there is no item.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same items, each as `f` makes it.
    fn map<B, F: Fn(Self::Item) -> B + Send + Sync>(self, f: F) -> Map<Self, F>
    where
        Self: Sized,
    {
        Map { data: self, f }
    }

    /// The same items, each with something random done to it, other in each epoch.
    ///
    /// ```
    /// use autograd_nn::data::{Dataset, Items};
    /// let noisy = Items(vec![1.0, 2.0]).augment(|x, generator| x + 0.1 * generator.standard_normal());
    /// assert!(noisy.get(0)? != 1.0 && noisy.get(0)? == noisy.get(0)?);
    /// # Ok::<(), autograd_nn::data::DataError>(())
    /// ```
    fn augment<B, F: Fn(Self::Item, &mut Generator) -> B + Send + Sync>(self, f: F) -> Augment<Self, F>
    where
        Self: Sized,
    {
        Augment { data: self, f }
    }

    /// The same pairs, the tensor in front changed by a [`Transform`].
    fn transform<T: Real, Y, F: Transform<T>>(self, transform: F) -> Transformed<Self, F>
    where
        Self: Sized + Dataset<Item = (Tensor<T>, Y)>,
    {
        Transformed { data: self, transform }
    }

    /// The items with these numbers, in this order; a number may occur several times.
    ///
    /// # Panics
    /// If there is no item of a number.
    #[track_caller]
    fn subset(self, indices: impl Into<Vec<usize>>) -> Subset<Self>
    where
        Self: Sized,
    {
        Subset::new(Arc::new(self), indices.into())
    }

    /// The items in parts that have these shares, drawn by a seed: each item lies in one part.
    ///
    /// ```
    /// use autograd_nn::data::{Dataset, Items};
    /// let [train, test] = (0..10).collect::<Items<i64>>().split([0.8, 0.2], 1);
    /// assert_eq!((train.len(), test.len()), (8, 2));
    /// ```
    ///
    /// # Panics
    /// If the shares are not at least 0 and together 1.
    #[doc(alias = "random_split")]
    #[doc(alias = "train_test_split")]
    #[track_caller]
    fn split<const N: usize>(self, shares: [f64; N], seed: u64) -> [Subset<Self>; N]
    where
        Self: Sized,
    {
        let parts = split_indices(self.len(), shares, seed);
        let data = Arc::new(self);
        parts.map(|indices| Subset::new(Arc::clone(&data), indices))
    }

    /// For each of `k` folds, the items to learn from and those held out; each item is held out once (Stone 1974).
    ///
    /// ```
    /// use autograd_nn::data::{Dataset, Items};
    /// for (train, held_out) in (0..10).collect::<Items<i64>>().k_fold(5, 1) {
    ///     assert_eq!((train.len(), held_out.len()), (8, 2));
    /// }
    /// ```
    ///
    /// # Panics
    /// If `k` is less than 2 or more than there are items.
    #[doc(alias = "KFold")]
    #[doc(alias = "cross_validation")]
    #[track_caller]
    fn k_fold(self, k: usize, seed: u64) -> Vec<(Subset<Self>, Subset<Self>)>
    where
        Self: Sized,
    {
        let folds = k_fold_indices(self.len(), k, seed);
        let data = Arc::new(self);
        let subset = |indices| Subset::new(Arc::clone(&data), indices);
        folds.into_iter().map(|Fold { train, held_out }| (subset(train), subset(held_out))).collect()
    }
}

macro_rules! forwarded {
    ($($pointer:ty),+) => {$(
        impl<D: Dataset + ?Sized> Dataset for $pointer {
            type Item = D::Item;
            fn len(&self) -> usize {
                (**self).len()
            }
            fn get(&self, index: usize) -> Result<D::Item, DataError> {
                (**self).get(index)
            }
            fn draw(&self, index: usize, generator: &mut Generator) -> Result<D::Item, DataError> {
                (**self).draw(index, generator)
            }
        }
    )+};
}
forwarded!(&D, Box<D>, Arc<D>);

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(n: i64) -> Items<i64> {
        (0..n).collect()
    }

    fn all<D: Dataset>(data: &D) -> Vec<D::Item> {
        (0..data.len()).map(|i| data.get(i).unwrap()).collect()
    }

    #[test]
    fn adaptors_compose() {
        let odd = numbers(10).subset([1, 3, 5, 7, 9]);
        let both = Concat::new([odd.clone(), numbers(4).subset([0, 0])]);
        assert_eq!(all(&both.map(|n| n * 10)), [10, 30, 50, 70, 90, 0, 0]);
        assert_eq!(all(&odd.subset([4, 0])), [9, 1]);
        let erased: Vec<Arc<dyn Dataset<Item = i64>>> = vec![Arc::new(numbers(2)), Arc::new(numbers(2).map(|n| -n))];
        assert_eq!(all(&Concat::new(erased)), [0, 1, 0, -1]);
        assert!(Concat::<Items<i64>>::new([]).is_empty());
    }

    #[test]
    fn what_is_drawn_follows_from_the_generator_through_every_adaptor() {
        let drawn = numbers(3).augment(|n, generator| (n, generator.below(1 << 40)));
        let deep = Concat::new([drawn.map(|pair| pair).subset([2, 1])]);
        let deep: Box<dyn Dataset<Item = (i64, usize)>> = Box::new(Arc::new(deep));
        let draw = |seed| deep.draw(0, &mut Generator::seed(seed)).unwrap();
        assert_eq!(draw(1), draw(1));
        assert_eq!(draw(1).0, 2);
        assert_ne!(draw(1), draw(2));
        assert_eq!(deep.get(0).unwrap(), deep.get(0).unwrap());
        assert_ne!(deep.get(0).unwrap().1, deep.get(1).unwrap().1, "items have draws of their own");
    }

    #[test]
    #[should_panic(expected = "subset: there is no item 3, there are 3 items")]
    fn a_subset_of_what_is_not_there_is_refused() {
        let _ = numbers(3).subset([0, 3]);
    }

    #[test]
    #[should_panic(expected = "concat: item 5 of 5")]
    fn beyond_the_end_there_is_nothing() {
        let _ = Concat::new([numbers(2), numbers(3)]).get(5);
    }
}
