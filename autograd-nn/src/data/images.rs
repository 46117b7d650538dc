//! `LabelledImages`: images of one size in memory, as bytes, with their labels.

use super::{DataError, Dataset, images_from_bytes};
use autograd_core::Tensor;
use std::fmt;

/// Images of one size in memory, as bytes, and the class of each: what [`mnist`](super::mnist) and [`cifar10`](super::cifar10) read.
///
/// An item is the image `[c, h, w]`, from 0 to 1, and its label.
///
/// ```
/// use autograd_nn::data::{Dataset, LabelledImages};
/// let two = LabelledImages::new([1, 1, 2], vec![0, 255, 51, 0], vec![3, 7], 10)?;
/// let (image, label) = two.get(1)?;
/// assert_eq!((image, label), ([[[0.2f32, 0.0]]].into(), 7));
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct LabelledImages {
    size: [usize; 3],
    pixels: Vec<u8>,
    labels: Vec<u8>,
    classes: usize,
}

impl LabelledImages {
    /// Images of `size` channels, rows and columns, one behind the other, and their labels.
    ///
    /// # Errors
    /// If there are not as many of the one as of the other, or a label is none of the classes.
    pub fn new(size: [usize; 3], pixels: Vec<u8>, labels: Vec<u8>, classes: usize) -> Result<Self, DataError> {
        let wrong = |what: String| Err(DataError::new("labelled images", what, "pass a label for each image"));
        let area = size.iter().try_fold(1, |area: usize, &n| area.checked_mul(n)).filter(|&area| area > 0);
        if area.and_then(|area| area.checked_mul(labels.len())) != Some(pixels.len()) {
            return wrong(format!("{} bytes are not {} images of {size:?}", pixels.len(), labels.len()));
        }
        if let Some(i) = labels.iter().position(|&label| usize::from(label) >= classes) {
            return wrong(format!("label {i} is {}, which is none of {classes} classes", labels[i]));
        }
        Ok(LabelledImages { size, pixels, labels, classes })
    }

    /// Channels, rows and columns of an image.
    pub fn size(&self) -> [usize; 3] {
        self.size
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The bytes of an image, channel by channel and row by row.
    ///
    /// # Panics
    /// If there is no such image.
    #[track_caller]
    pub fn bytes(&self, index: usize) -> &[u8] {
        let area: usize = self.size.iter().product();
        &self.pixels[index * area..(index + 1) * area]
    }

    /// The label of each image.
    pub fn labels(&self) -> Vec<i64> {
        self.labels.iter().map(|&label| i64::from(label)).collect()
    }
}

impl Dataset for LabelledImages {
    type Item = (Tensor, i64);
    fn len(&self) -> usize {
        self.labels.len()
    }
    #[track_caller]
    fn get(&self, index: usize) -> Result<Self::Item, DataError> {
        Ok((images_from_bytes(self.bytes(index), self.size), i64::from(self.labels[index])))
    }
}

impl fmt::Debug for LabelledImages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [c, h, w] = self.size;
        write!(f, "LabelledImages({} of {c} x {h} x {w}, {} classes)", self.labels.len(), self.classes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_and_labels_have_to_agree() {
        let says = |pixels, labels| LabelledImages::new([1, 2, 2], pixels, labels, 10).unwrap_err().what;
        assert_eq!(says(vec![0; 9], vec![1, 2]), "9 bytes are not 2 images of [1, 2, 2]");
        assert_eq!(says(vec![0; 8], vec![1, 10]), "label 1 is 10, which is none of 10 classes");
        assert!(LabelledImages::new([0, 2, 2], vec![], vec![1], 10).is_err());
        assert!(LabelledImages::new([usize::MAX, 1, 1], vec![0; 2], vec![1, 2], 10).is_err());
        assert!(LabelledImages::new([usize::MAX, 2, 1], vec![0; 2], vec![1, 2], 10).is_err());
    }
}
