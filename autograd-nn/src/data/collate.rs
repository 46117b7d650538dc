//! `Collate`: how items become a batch.

use super::DataError;
use autograd_core::{Element, Shape, Tensor};

/// Items that know how they become a batch: tensors are stacked, numbers become a tensor, pairs a pair of batches.
///
/// ```
/// use autograd_core::Tensor;
/// use autograd_nn::data::Collate;
/// let items = vec![(Tensor::from([1.0, 2.0]), 7i64), (Tensor::from([3.0, 4.0]), 8)];
/// let (x, y) = Collate::collate(items)?;
/// assert_eq!(x, [[1.0, 2.0], [3.0, 4.0]].into());
/// assert_eq!(y.to_vec(), [7, 8]);
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
pub trait Collate: Sized {
    /// What the items become.
    type Batch: Send + 'static;

    /// The batch of the items, in their order.
    ///
    /// # Errors
    /// If tensors of different shapes are to be stacked.
    fn collate(items: Vec<Self>) -> Result<Self::Batch, DataError>;
}

/// Stacked along a new first axis: `n` of `[..] -> [n, ..]`.
impl<T: Element> Collate for Tensor<T> {
    type Batch = Tensor<T>;
    fn collate(items: Vec<Self>) -> Result<Tensor<T>, DataError> {
        let shape = items.first().map_or(Shape::default(), |item| item.shape().clone());
        if let Some(i) = items.iter().position(|item| *item.shape() != shape) {
            let what = format!("item {i} has shape {}, item 0 has {shape}", items[i].shape());
            return Err(DataError::new("a batch", what, "bring the items to one shape, or pad them to the longest"));
        }
        let size = shape.numel();
        let mut batch = Tensor::zeros([&[items.len()], &*shape].concat());
        batch.write(|rows| {
            items.iter().enumerate().for_each(|(i, item)| copy(item, &mut rows[i * size..(i + 1) * size]));
        });
        Ok(batch)
    }
}

fn copy<T: Element>(from: &Tensor<T>, to: &mut [T]) {
    to.copy_from_slice(from.contiguous().as_slice().expect("contiguous"));
}

macro_rules! numbers {
    ($($T:ty),+) => {$(
        impl Collate for $T {
            type Batch = Tensor<$T>;
            fn collate(items: Vec<$T>) -> Result<Tensor<$T>, DataError> {
                Ok(Tensor::from(items))
            }
        }
    )+};
}
numbers!(f32, f64, i64, bool);

/// As they are.
impl Collate for String {
    type Batch = Vec<String>;
    fn collate(items: Vec<String>) -> Result<Vec<String>, DataError> {
        Ok(items)
    }
}

impl<A: Collate, B: Collate> Collate for (A, B) {
    type Batch = (A::Batch, B::Batch);
    fn collate(items: Vec<Self>) -> Result<Self::Batch, DataError> {
        let (a, b) = items.into_iter().unzip();
        Ok((A::collate(a)?, B::collate(b)?))
    }
}

impl<A: Collate, B: Collate, C: Collate> Collate for (A, B, C) {
    type Batch = (A::Batch, B::Batch, C::Batch);
    fn collate(items: Vec<Self>) -> Result<Self::Batch, DataError> {
        let (mut a, mut b, mut c) = (Vec::new(), Vec::new(), Vec::new());
        for item in items {
            a.push(item.0);
            b.push(item.1);
            c.push(item.2);
        }
        Ok((A::collate(a)?, B::collate(b)?, C::collate(c)?))
    }
}

/// Sequences of different lengths as one tensor, padded with `value` to the longest, and their lengths.
///
/// # Shape
/// `n` of `[tᵢ, ..] -> [n, max tᵢ, ..]`, and `[n]` of the lengths
///
/// # Errors
/// If a sequence has no axis, or axes after the first differ.
///
/// # Example
/// As the collate function of a loader whose items are sequences with a label:
/// ```
/// use autograd_core::Tensor;
/// use autograd_nn::data::{DataLoader, Items, pad_sequences};
/// let words = Items(vec![(Tensor::from([4i64, 5, 6]), 1i64), (Tensor::from([7]), 0)]);
/// let loader = DataLoader::with_collate(words, 2, |items| {
///     let (sequences, labels): (Vec<_>, Vec<_>) = items.into_iter().unzip();
///     let (x, lengths) = pad_sequences(&sequences, 0)?;
///     Ok((x, lengths, Tensor::from(labels)))
/// });
/// let (x, lengths, labels) = loader.epoch(0).next().unwrap()?;
/// assert_eq!(x, [[4, 5, 6], [7, 0, 0]].into());
/// assert_eq!((lengths.to_vec(), labels.to_vec()), (vec![3, 1], vec![1, 0]));
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
#[doc(alias = "pad_sequence")]
pub fn pad_sequences<T: Element>(sequences: &[Tensor<T>], value: T) -> Result<(Tensor<T>, Tensor<i64>), DataError> {
    let inner: &[usize] = sequences.first().and_then(|first| first.shape().get(1..)).unwrap_or_default();
    if let Some(i) = sequences.iter().position(|sequence| sequence.shape().get(1..) != Some(inner)) {
        let what = format!("sequence {i} has shape {}, sequence 0 has {}", sequences[i].shape(), sequences[0].shape());
        return Err(DataError::new("a batch", what, "sequences may differ in their first axis alone"));
    }
    let lengths: Vec<usize> = sequences.iter().map(|sequence| sequence.shape()[0]).collect();
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let mut batch = Tensor::full([&[sequences.len(), longest], inner].concat(), value);
    let size = longest * inner.iter().product::<usize>();
    batch.write(|rows| {
        for (i, sequence) in sequences.iter().enumerate() {
            copy(sequence, &mut rows[i * size..][..sequence.numel()]);
        }
    });
    Ok((batch, Tensor::from_fn(lengths.len(), |i| lengths[i] as i64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_and_numbers_are_stacked() {
        let x = Tensor::<f64>::arange(6).reshape([2, 3]).mt();
        let stacked = Collate::collate(vec![x.slice((.., 1)), x.slice((.., 0))]).unwrap();
        assert_eq!(stacked, [[3.0, 4.0, 5.0], [0.0, 1.0, 2.0]].into());
        assert_eq!(*Collate::collate(vec![Tensor::from(1.0), Tensor::from(2.0)]).unwrap().shape(), [2]);
        let triple = Collate::collate(vec![(true, 1.0f32, "a".to_owned()), (false, 2.0, "b".to_owned())]).unwrap();
        assert_eq!(triple, (Tensor::from([true, false]), Tensor::from([1.0f32, 2.0]), vec!["a".into(), "b".into()]));
        assert_eq!(Collate::collate(Vec::<i64>::new()).unwrap().numel(), 0);
    }

    #[test]
    fn shapes_that_differ_are_named() {
        let error = Collate::collate(vec![Tensor::<f32>::zeros([2]), Tensor::zeros([3])]).unwrap_err();
        let help = "bring the items to one shape, or pad them to the longest";
        assert_eq!(error.to_string(), format!("a batch: item 1 has shape [3], item 0 has [2]; {help}"));
        let error = pad_sequences(&[Tensor::<f32>::zeros([2, 3]), Tensor::zeros([2, 4])], 0.0).unwrap_err();
        assert_eq!(error.what, "sequence 1 has shape [2, 4], sequence 0 has [2, 3]");
        assert!(pad_sequences(&[Tensor::from(1.0)], 0.0).is_err(), "a number is no sequence");
    }

    #[test]
    fn padding_keeps_the_rows_and_what_is_behind_them_is_the_value() {
        let (x, lengths) =
            pad_sequences(&[Tensor::from([[1.0, 2.0]]), Tensor::zeros([0, 2]), Tensor::ones([2, 2])], -1.0).unwrap();
        assert_eq!(x, [[[1.0, 2.0], [-1.0, -1.0]], [[-1.0, -1.0], [-1.0, -1.0]], [[1.0, 1.0], [1.0, 1.0]]].into());
        assert_eq!(lengths.to_vec(), [1, 0, 2]);
        assert_eq!(*pad_sequences::<f32>(&[], 0.0).unwrap().0.shape(), [0, 0]);
    }
}
