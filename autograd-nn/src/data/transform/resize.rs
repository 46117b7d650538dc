//! `Resize`: images of another size.

use super::{Transform, check_size, sizes};
use crate::refuse::require;
use autograd_core::ops::Interpolation;
use autograd_core::{Generator, Real, Tensor, Var, no_grad};

/// Images of another height and width, by [`interpolate`](Var::interpolate); bilinear if nothing is said.
///
/// New pixels are made of the nearest old ones: an image that is made much smaller is sampled, not averaged.
///
/// # Shape
/// `[.., c, h, w] -> [.., c, rh, rw]`
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor};
/// use autograd_nn::data::{Resize, Transform};
/// let image = Tensor::from([[[1.0, 3.0]]]);
/// let y = Resize::new([1, 4]).apply(&image, &mut Generator::seed(0));
/// assert_eq!(y.to_vec(), [1.0, 1.5, 2.5, 3.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Resize {
    size: [usize; 2],
    interpolation: Interpolation,
}

impl Resize {
    /// The new height and width.
    ///
    /// # Panics
    /// If one is 0.
    #[track_caller]
    pub fn new(size: [usize; 2]) -> Self {
        check_size("resize", size);
        Resize { size, interpolation: Interpolation::Bilinear { align_corners: false } }
    }

    /// How new pixels are made of old ones.
    #[must_use]
    pub fn interpolation(self, interpolation: Interpolation) -> Self {
        Resize { interpolation, ..self }
    }
}

impl<T: Real> Transform<T> for Resize {
    #[track_caller]
    fn apply(&self, x: &Tensor<T>, _: &mut Generator) -> Tensor<T> {
        let [c, h, w] = sizes("resize", x);
        require!(h > 0 && w > 0, "resize: the image is {}, it has no pixel", x.shape());
        let before = &x.shape()[..x.rank() - 3];
        let images = Var::constant(x.reshape([before.iter().product(), c, h, w]));
        let resized = no_grad(|| images.interpolate(self.size, self.interpolation));
        resized.value().reshape([before, &[c], &self.size].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_pixels_of_each_image() {
        let x = Tensor::<f64>::arange(4).reshape([2, 1, 1, 2]);
        let y = Resize::new([1, 4]).interpolation(Interpolation::Nearest).apply(&x, &mut Generator::seed(0));
        assert_eq!(y, [[[[0.0, 0.0, 1.0, 1.0]]], [[[2.0, 2.0, 3.0, 3.0]]]].into());
    }

    #[test]
    #[should_panic(expected = "resize: the image is [1, 0, 2], it has no pixel")]
    fn of_nothing_comes_nothing() {
        let _ = Resize::new([1, 1]).apply(&Tensor::<f32>::zeros([1, 0, 2]), &mut Generator::seed(0));
    }
}
