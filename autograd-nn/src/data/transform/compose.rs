//! `Compose`: transforms one after the other.

use super::Transform;
use autograd_core::{Generator, Real, Tensor, blame};
use std::fmt;
use std::panic::Location;

/// Transforms one after the other.
///
/// ```
/// use autograd_nn::data::{Compose, Normalize, RandomCrop, RandomHorizontalFlip};
/// let augmented: Compose = Compose::new()
///     .then(RandomCrop::new([32, 32]).padding(4))
///     .then(RandomHorizontalFlip::default())
///     .then(Normalize::new([0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]));
/// assert_eq!(augmented.len(), 3);
/// ```
pub struct Compose<T: Real = f32> {
    transforms: Vec<Box<dyn Transform<T>>>,
}

impl<T: Real> Compose<T> {
    /// No transform yet: images stay as they are.
    pub fn new() -> Self {
        Compose { transforms: Vec::new() }
    }

    /// The same with one more transform at the end.
    #[must_use]
    pub fn then(mut self, transform: impl Transform<T> + 'static) -> Self {
        self.transforms.push(Box::new(transform));
        self
    }

    /// The number of transforms.
    pub fn len(&self) -> usize {
        self.transforms.len()
    }

    /// Whether there is no transform.
    pub fn is_empty(&self) -> bool {
        self.transforms.is_empty()
    }
}

impl<T: Real> Default for Compose<T> {
    fn default() -> Self {
        Compose::new()
    }
}

impl<T: Real> Transform<T> for Compose<T> {
    #[track_caller]
    fn apply(&self, x: &Tensor<T>, generator: &mut Generator) -> Tensor<T> {
        let through = || self.transforms.iter().fold(x.clone(), |x, transform| transform.apply(&x, generator));
        blame(Location::caller(), through)
    }
}

impl<T: Real> fmt::Debug for Compose<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Compose({} transforms)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{CenterCrop, ColorJitter, Normalize, Resize};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn what_a_transform_refuses_is_told_at_the_line_of_the_caller() {
        let wrong: [(Compose, Tensor, &str); 4] = [
            (Compose::new().then(CenterCrop::new([5, 5])), Tensor::zeros([1, 2, 2]), "center crop: 5 by 5 pixels"),
            (
                Compose::new().then(Normalize::new([0.0; 3], [1.0; 3])),
                Tensor::zeros([1, 2, 2]),
                "normalize: 1 channels",
            ),
            (Compose::new().then(Resize::new([1, 1])), Tensor::zeros([1, 0, 2]), "resize: the image is [1, 0, 2]"),
            (Compose::new().then(ColorJitter::default()), Tensor::zeros([4]), "color jitter: the image is [4]"),
        ];
        for (compose, x, says) in wrong {
            let line = line!() + 1;
            let apply = || compose.apply(&x, &mut Generator::seed(0));
            let panic = catch_unwind(AssertUnwindSafe(apply)).unwrap_err();
            let message = panic.downcast_ref::<String>().expect("a panic with a message");
            assert!(message.starts_with(says) && message.contains(&format!("compose.rs:{line}")), "{message}");
        }
    }
}
