//! Transforms of images: what is done to each before it becomes part of a batch.

mod bytes;
mod color;
mod compose;
mod crop;
mod erase;
mod flip;
mod mixup;
mod normalize;
mod resize;

pub use bytes::images_from_bytes;
pub use color::ColorJitter;
pub use compose::Compose;
pub use crop::{CenterCrop, RandomCrop};
pub use erase::RandomErasing;
pub use flip::{RandomHorizontalFlip, RandomVerticalFlip};
pub use mixup::{cutmix, mixup};
pub use normalize::{Normalize, Statistics, statistics};
pub use resize::Resize;

use crate::refuse::refuse;
use autograd_core::{AxisSlice, Generator, Real, Tensor};

/// Something that is done to an image `[c, h, w]`, or alike to each image of a batch `[.., c, h, w]`.
///
/// A random transform draws from the generator passed; a [`DataLoader`](super::DataLoader) passes each item one that follows from its seed,
/// the epoch and the item's place. Functions `Fn(&Tensor, &mut Generator) -> Tensor` are transforms, too.
///
/// ```
/// use autograd_core::{Generator, Tensor};
/// use autograd_nn::data::{CenterCrop, Compose, RandomHorizontalFlip, Transform};
/// let transform = Compose::new().then(CenterCrop::new([1, 2])).then(RandomHorizontalFlip::new(1.0));
/// let image = Tensor::from([[[1.0f32, 2.0, 3.0, 4.0]]]);
/// assert_eq!(transform.apply(&image, &mut Generator::seed(1)), [[[3.0f32, 2.0]]].into());
/// ```
pub trait Transform<T: Real = f32>: Send + Sync {
    /// The image after it.
    ///
    /// # Panics
    /// If the transform does not fit the shape.
    fn apply(&self, x: &Tensor<T>, generator: &mut Generator) -> Tensor<T>;
}

impl<T: Real, F: Fn(&Tensor<T>, &mut Generator) -> Tensor<T> + Send + Sync> Transform<T> for F {
    fn apply(&self, x: &Tensor<T>, generator: &mut Generator) -> Tensor<T> {
        self(x, generator)
    }
}

/// The sizes of the last three axes.
#[track_caller]
fn sizes<T: Real>(name: &str, x: &Tensor<T>) -> [usize; 3] {
    match x.shape()[..] {
        [.., c, h, w] => [c, h, w],
        _ => refuse!("{name}: the image is {}, it must be [.., channels, height, width]", x.shape()),
    }
}

/// Refuses what is no probability.
#[track_caller]
fn check_probability(name: &str, p: f64) {
    assert!((0.0..=1.0).contains(&p), "{name}: the probability is {p}, it must be from 0 to 1");
}

/// Refuses a height or width of 0.
#[track_caller]
fn check_size(name: &str, size: [usize; 2]) {
    assert!(!size.contains(&0), "{name}: the size is {} by {}, it must be at least 1 by 1", size[0], size[1]);
}

/// The part of height and width `size` that begins at `from`. A view.
fn window<T: Real>(x: &Tensor<T>, from: [usize; 2], size: [usize; 2]) -> Tensor<T> {
    let whole = std::iter::repeat_n(AxisSlice::from(..), x.rank() - 2);
    let part = [0, 1].map(|axis| AxisSlice::from(from[axis]..from[axis] + size[axis]));
    x.slice(whole.chain(part).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_transforms() {
        let double = |x: &Tensor, _: &mut Generator| x.map(|x| 2.0 * x);
        assert_eq!(double.apply(&Tensor::from([1.0f32]), &mut Generator::seed(0)).to_vec(), [2.0]);
    }

    #[test]
    #[should_panic(expected = "center crop: the image is [4], it must be [.., channels, height, width]")]
    fn what_is_no_image_is_refused() {
        let _ = CenterCrop::new([1, 1]).apply(&Tensor::<f32>::zeros([4]), &mut Generator::seed(0));
    }
}
