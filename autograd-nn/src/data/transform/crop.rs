//! `CenterCrop` and `RandomCrop`: a part of an image.

use super::{Transform, check_size, sizes, window};
use crate::refuse::require;
use autograd_core::{Generator, Real, Tensor, Var};

/// The middle of an image: of two middles, the upper or left one, as an index rounds down.
///
/// # Shape
/// `[.., c, h, w] -> [.., c, ch, cw]`
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor};
/// use autograd_nn::data::{CenterCrop, Transform};
/// let image = Tensor::<f32>::arange(9).reshape([1, 3, 3]);
/// assert_eq!(CenterCrop::new([1, 1]).apply(&image, &mut Generator::seed(0)).item(), 4.0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CenterCrop {
    size: [usize; 2],
}

impl CenterCrop {
    /// The height and width to cut out.
    ///
    /// # Panics
    /// If one is 0.
    #[track_caller]
    pub fn new(size: [usize; 2]) -> Self {
        check_size("center crop", size);
        CenterCrop { size }
    }
}

impl<T: Real> Transform<T> for CenterCrop {
    #[track_caller]
    fn apply(&self, x: &Tensor<T>, _: &mut Generator) -> Tensor<T> {
        let [_, h, w] = sizes("center crop", x);
        let room = room("center crop", [h, w], self.size);
        window(x, room.map(|room| room / 2), self.size)
    }
}

/// A part of an image, each place equally likely; the image may get a border first.
///
/// # Shape
/// `[.., c, h, w] -> [.., c, ch, cw]`
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor};
/// use autograd_nn::data::{RandomCrop, Transform};
/// let image = Tensor::<f32>::ones([3, 32, 32]);
/// let crop = RandomCrop::new([32, 32]).padding(4).apply(&image, &mut Generator::seed(1));
/// assert_eq!(*crop.shape(), [3, 32, 32]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RandomCrop {
    size: [usize; 2],
    padding: usize,
    fill: f64,
}

impl RandomCrop {
    /// The height and width to cut out.
    ///
    /// # Panics
    /// If one is 0.
    #[track_caller]
    pub fn new(size: [usize; 2]) -> Self {
        check_size("random crop", size);
        RandomCrop { size, padding: 0, fill: 0.0 }
    }

    /// A border of so many pixels on each side.
    #[must_use]
    pub fn padding(self, padding: usize) -> Self {
        RandomCrop { padding, ..self }
    }

    /// The value of the border; 0 if nothing is said. After a [`Normalize`](super::Normalize), black is no longer 0.
    #[must_use]
    pub fn fill(self, fill: f64) -> Self {
        RandomCrop { fill, ..self }
    }
}

impl<T: Real> Transform<T> for RandomCrop {
    #[track_caller]
    fn apply(&self, x: &Tensor<T>, generator: &mut Generator) -> Tensor<T> {
        let [_, h, w] = sizes("random crop", x);
        let padding = self.padding;
        let room = room("random crop", [h, w].map(|n| n.saturating_add(padding.saturating_mul(2))), self.size);
        let from = room.map(|room| generator.below(room + 1));
        if padding == 0 {
            return window(x, from, self.size);
        }
        let border = [(0, 0)].repeat(x.rank() - 2).into_iter().chain([(padding, padding); 2]);
        let padded = Var::constant(x).pad(border.collect::<Vec<_>>(), T::of(self.fill));
        window(padded.value(), from, self.size)
    }
}

/// By how much an image is larger than what is cut out of it.
#[track_caller]
fn room(name: &str, image: [usize; 2], size: [usize; 2]) -> [usize; 2] {
    let [h, w] = image;
    let [ch, cw] = size;
    require!(ch <= h && cw <= w, "{name}: {ch} by {cw} pixels are not within an image of {h} by {w}");
    [h - ch, w - cw]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_centre_of_each_image_of_a_batch() {
        let x = Tensor::<f64>::arange(2 * 4 * 5).reshape([2, 1, 4, 5]);
        let y = CenterCrop::new([2, 2]).apply(&x, &mut Generator::seed(0));
        assert_eq!(y.to_vec(), [6.0, 7.0, 11.0, 12.0, 26.0, 27.0, 31.0, 32.0]);
    }

    #[test]
    fn each_place_occurs_and_the_border_is_the_fill() {
        let x = Tensor::<f64>::ones([1, 2, 2]);
        let crop = RandomCrop::new([2, 2]).padding(1).fill(-1.0);
        let generator = &mut Generator::seed(1);
        let found: HashSet<Vec<i64>> = (0..200).map(|_| crop.apply(&x, generator).map(|x| x as i64).to_vec()).collect();
        assert_eq!(found.len(), 9, "three places each way");
        assert!(found.contains(&vec![1, 1, 1, 1]) && found.contains(&vec![-1, -1, -1, 1]));
    }

    #[test]
    #[should_panic(expected = "random crop: 5 by 2 pixels are not within an image of 4 by 4")]
    fn a_crop_larger_than_the_image_is_refused() {
        let _ = RandomCrop::new([5, 2]).padding(1).apply(&Tensor::<f32>::zeros([1, 2, 2]), &mut Generator::seed(0));
    }

    #[test]
    #[should_panic(expected = "center crop: the size is 0 by 2, it must be at least 1 by 1")]
    fn a_crop_of_nothing_is_refused() {
        let _ = CenterCrop::new([0, 2]);
    }
}
