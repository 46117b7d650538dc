//! `Embedding`: vectors by their numbers.

use super::table::table;
use crate::layers::prelude::*;

/// A table of vectors that are learnt, looked up by their numbers: words, positions, users, whatever is counted and not measured.
///
/// # Shape
/// An index `[..]` of numbers from 0 to `num - 1` `-> [.., dim]`
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor};
/// use autograd_nn::Embedding;
/// let words = Embedding::new(4, 2, &mut Generator::seed(0)).padding_idx(0);
/// words.weight.set([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
/// let y = words.forward(&Tensor::from([[3, 1], [3, 0]]));
/// assert_eq!(*y.shape(), [2, 2, 2]);
/// assert_eq!(y.to_vec(), [5.0, 6.0, 1.0, 2.0, 5.0, 6.0, 0.0, 0.0]);
/// // A row gets the sum over its places, the padding nothing.
/// let gradients = y.sum().backward();
/// let expected = Tensor::from([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0], [2.0, 2.0]]);
/// assert_eq!(*words.weight.gradient(&gradients).unwrap(), expected);
/// ```
#[derive(Debug, Module)]
pub struct Embedding<T: Real = f32> {
    /// The table, of shape `[num, dim]`.
    pub weight: Parameter<T>,
    /// The row that no gradient reaches.
    pub padding_idx: Option<usize>,
}

table!(Embedding {});

impl<T: Real> Embedding<T> {
    /// The vectors of these numbers.
    ///
    /// # Panics
    /// If the table has not so many.
    #[track_caller]
    #[must_use]
    pub fn forward(&self, index: &Tensor<i64>) -> Var<T> {
        report(self, self.weight.var().embedding(index, self.padding_idx))
    }
}

#[cfg(test)]
impl Checked for Embedding<f64> {
    fn cases() -> Cases<Self> {
        let plain = |g: &mut Generator| Embedding::new(4, 3, g);
        Cases::new(
            Case::new("a table of indices", plain, |layer, _| vec![layer.forward(&[[0, 3], [3, 1]].into())])
                .output([2, 2, 3])
                .state(["weight [4, 3]"]),
        )
        // Where the padding is looked up, difference quotients see what the gradient must not.
        .case(
            Case::new("padding", move |g| plain(g).padding_idx(2), |layer, _| vec![layer.forward(&[0, 3, 3].into())])
                .output([3, 3])
                .state(["weight [4, 3]"]),
        )
        .rejects("embedding: index 4 at [1] is out of range, the table has 4 rows", move |g| {
            let _ = plain(g).forward(&[0, 4].into());
        })
        .rejects("Embedding: the padding is row 4, the table has 4", move |g| drop(plain(g).padding_idx(4)))
        .rejects("Embedding: the table has shape [2], it must be [num, dim]", |_| {
            drop(Embedding::from_pretrained([1.0, 2.0]));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_begins_as_normal_variates_and_its_padding_as_zeros() {
        let layer = Embedding::<f64>::new(400, 50, &mut Generator::seed(2)).padding_idx(7);
        let weight = Var::constant(layer.weight.value());
        // Four standard deviations of the mean and of the mean square of 20,000 normal variates.
        assert!(weight.mean().item().abs() < 0.03 && (weight.square().mean().item() - 1.0).abs() < 0.04);
        assert_eq!(weight.select(0, 7).to_vec(), [0.0; 50]);
        assert!(weight.select(0, 6).to_vec().iter().all(|&w| w != 0.0));
        assert_eq!((layer.num_embeddings(), layer.embedding_dim()), (400, 50));
    }

    #[test]
    fn padding_keeps_a_value_that_it_is_given_later_and_gets_no_gradient() {
        let layer = Embedding::new(2, 1, &mut Generator::seed(0)).padding_idx(0);
        layer.weight.set([[7.0], [8.0]]);
        let y = layer.forward(&[0, 1].into());
        assert_eq!(y.to_vec(), [7.0, 8.0]);
        assert_eq!(layer.weight.gradient(&y.sum().backward()).unwrap().to_vec(), [0.0, 1.0]);
    }

    #[test]
    fn a_table_that_is_known_is_frozen_until_it_is_unfrozen() {
        let layer = Embedding::from_pretrained([[1.0, 2.0], [3.0, 4.0]]);
        let y = layer.forward(&[1].into());
        assert!(y.to_vec() == [3.0, 4.0] && !y.requires_grad());
        layer.unfreeze();
        assert!(layer.forward(&[1].into()).requires_grad());
    }
}
