//! `TensorDataset`: tensors in memory, of which each row is an item.

use super::Dataset;
use crate::data::DataError;
use autograd_core::{Element, Tensor};

/// Two tensors in memory with as many rows: item `i` is row `i` of each.
///
/// # Shape
/// `[n, ..]` and `[n, ..] -> n` items of `[..]` and `[..]`
///
/// # Example
/// ```
/// use autograd_core::Tensor;
/// use autograd_nn::data::{Dataset, TensorDataset};
/// let x = Tensor::from([[0.0f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
/// let xor = TensorDataset::new(x, Tensor::from([0i64, 1, 1, 0]));
/// let (x, y) = xor.get(2)?;
/// assert_eq!((x.to_vec(), y.item()), (vec![1.0, 0.0], 1));
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TensorDataset<X: Element = f32, Y: Element = i64> {
    x: Tensor<X>,
    y: Tensor<Y>,
}

impl<X: Element, Y: Element> TensorDataset<X, Y> {
    /// Operands and what is to be learned of them, as labels `[n]` or values `[n, ..]`.
    ///
    /// # Panics
    /// If the first axes differ, or one is missing.
    #[track_caller]
    pub fn new(x: Tensor<X>, y: Tensor<Y>) -> Self {
        let (rows, others) = (x.shape().first(), y.shape().first());
        assert!(
            rows.is_some() && rows == others,
            "tensor dataset: x is {} and y is {}, their first axes must be of one size",
            x.shape(),
            y.shape()
        );
        TensorDataset { x, y }
    }

    /// All operands.
    pub fn x(&self) -> &Tensor<X> {
        &self.x
    }

    /// All that is to be learned of them.
    pub fn y(&self) -> &Tensor<Y> {
        &self.y
    }
}

impl<X: Element, Y: Element> Dataset for TensorDataset<X, Y> {
    type Item = (Tensor<X>, Tensor<Y>);
    fn len(&self) -> usize {
        self.x.shape()[0]
    }
    #[track_caller]
    fn get(&self, index: usize) -> Result<Self::Item, DataError> {
        Ok((self.x.slice((index,)), self.y.slice((index,))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "tensor dataset: x is [3, 2] and y is [2], their first axes must be of one size")]
    fn as_many_labels_as_rows() {
        let _ = TensorDataset::new(Tensor::<f32>::zeros([3, 2]), Tensor::<i64>::zeros([2]));
    }

    #[test]
    #[should_panic(expected = "x is [] and y is []")]
    fn a_single_number_has_no_rows() {
        let _ = TensorDataset::new(Tensor::from(1.0), Tensor::from(1.0));
    }

    #[test]
    fn values_may_have_axes() {
        let data = TensorDataset::new(Tensor::<f64>::arange(6).reshape([3, 2]), Tensor::<f64>::arange(3));
        let (x, y) = data.get(1).unwrap();
        assert_eq!((x.to_vec(), y.item(), data.len()), (vec![2.0, 3.0], 1.0, 3));
    }
}
