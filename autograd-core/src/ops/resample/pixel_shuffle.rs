//! `pixel_shuffle` and `pixel_unshuffle`: channels as blocks of pixels, and back.

use crate::ops::pool::sizes::accept;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Groups of `r²` channels as blocks of `r × r` pixels: the last step of a sub-pixel convolution.
    ///
    /// `y[.., c, i·r + k, j·r + l] = x[.., c·r² + k·r + l, i, j]`
    ///
    /// # Shape
    /// `[.., c·r², h, w] -> [.., c, h·r, w·r]`
    ///
    /// # Gradient
    /// `dx = pixel_unshuffle(dy)`. Saves the shapes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[1.0]], [[2.0]], [[3.0]], [[4.0]]]);
    /// let y = x.pixel_shuffle(2);
    /// assert_eq!(*y.value(), [[[1.0, 2.0], [3.0, 4.0]]].into());
    /// let gradients = y.backward_with(&[[[5.0, 6.0], [7.0, 8.0]]].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [5.0, 6.0, 7.0, 8.0]);
    /// ```
    ///
    /// Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural network" (2016).
    #[track_caller]
    #[must_use]
    #[doc(alias = "depth_to_space")]
    pub fn pixel_shuffle(&self, r: usize) -> Self {
        let says = images(self.shape(), r).and_then(|[n, c, h, w]| match r.checked_mul(r) {
            Some(group) if c.is_multiple_of(group) => {
                let shape = Shape::from([c / group, h.saturating_mul(r), w.saturating_mul(r)]).addressable()?;
                Ok((shape, [n, c / group, r, r, h, w]))
            }
            _ => Err(Mismatch::new(format!("{c} channels do not form groups of {r} by {r}"))),
        });
        let rule = "[.., c·r², h, w] -> [.., c, h·r, w·r]";
        let (shape, blocks) = accept("pixel_shuffle", rule, self.shape(), says);
        self.reshape(blocks).permute([0, 1, 4, 2, 5, 3]).reshape(with_last(self.shape(), &shape))
    }

    /// Blocks of `r × r` pixels as groups of `r²` channels: the inverse of [`pixel_shuffle`](Var::pixel_shuffle).
    ///
    /// `y[.., c·r² + k·r + l, i, j] = x[.., c, i·r + k, j·r + l]`
    ///
    /// # Shape
    /// `[.., c, h·r, w·r] -> [.., c·r², h, w]`
    ///
    /// # Gradient
    /// `dx = pixel_shuffle(dy)`. Saves the shapes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[1.0, 2.0], [3.0, 4.0]]]);
    /// let y = x.pixel_unshuffle(2);
    /// assert_eq!(*y.value(), [[[1.0]], [[2.0]], [[3.0]], [[4.0]]].into());
    /// let gradients = y.backward_with(&[[[5.0]], [[6.0]], [[7.0]], [[8.0]]].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [5.0, 6.0, 7.0, 8.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "space_to_depth")]
    pub fn pixel_unshuffle(&self, r: usize) -> Self {
        let says = images(self.shape(), r).and_then(|[n, c, h, w]| match h.is_multiple_of(r) && w.is_multiple_of(r) {
            true => {
                let shape = Shape::from([c.saturating_mul(r).saturating_mul(r), h / r, w / r]).addressable()?;
                Ok((shape, [n, c, h / r, r, w / r, r]))
            }
            false => Err(Mismatch::new(format!("{h} by {w} pixels do not form blocks of {r} by {r}"))),
        });
        let rule = "[.., c, h·r, w·r] -> [.., c·r², h, w]";
        let (shape, blocks) = accept("pixel_unshuffle", rule, self.shape(), says);
        self.reshape(blocks).permute([0, 1, 3, 5, 2, 4]).reshape(with_last(self.shape(), &shape))
    }
}

/// The number of images, and their channels, height and width.
fn images(x: &Shape, r: usize) -> Result<[usize; 4], Mismatch> {
    match **x {
        _ if r == 0 => Err(Mismatch::new("the factor is 0, it must be at least 1")),
        [ref batch @ .., c, h, w] => {
            x.clone().addressable()?;
            Ok([batch.iter().product(), c, h, w])
        }
        _ => Err(Mismatch::new(format!("x has {} axes, fewer than 3", x.rank()))),
    }
}

/// The shape with these last three axes.
fn with_last(x: &Shape, last: &Shape) -> Shape {
    Shape::joined([&x[..x.rank() - 3], last])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Generator;
    use crate::testing::{element, from_index, gradcheck, gradgradcheck};
    use std::slice::from_ref;

    #[test]
    fn blocks_are_the_textbooks_and_come_back() {
        for (shape, r) in [([2, 8, 2, 3], 2), ([1, 9, 1, 2], 3), ([2, 3, 2, 2], 1), ([0, 4, 2, 2], 2)] {
            let x = Tensor::<f64>::uniform(shape, -2.0, 2.0, &mut Generator::seed(4));
            let [n, c, h, w] = shape;
            let y = Var::constant(&x).pixel_shuffle(r);
            let expected = from_index([n, c / (r * r), h * r, w * r].into(), |at| {
                element(&x, &[at[0], at[1] * r * r + at[2] % r * r + at[3] % r, at[2] / r, at[3] / r])
            });
            assert_eq!(*y.value(), expected);
            assert_eq!(*y.pixel_unshuffle(r).value(), x);
            gradcheck(|x| x[0].pixel_shuffle(r), from_ref(&x)).unwrap();
            gradgradcheck(|x| x[0].pixel_shuffle(r).square(), &[x]).unwrap();
            gradcheck(|x| x[0].pixel_unshuffle(r), from_ref(&expected)).unwrap();
            gradgradcheck(|x| x[0].pixel_unshuffle(r).square(), &[expected]).unwrap();
        }
    }

    #[test]
    #[should_panic(expected = "pixel_shuffle: 6 channels do not form groups of 2 by 2\n  x     [1, 6, 2, 2]")]
    fn channels_must_form_groups() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 6, 2, 2])).pixel_shuffle(2);
    }

    #[test]
    #[should_panic(expected = "pixel_unshuffle: 2 by 3 pixels do not form blocks of 2 by 2")]
    fn pixels_must_form_blocks() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 2, 3])).pixel_unshuffle(2);
    }

    #[test]
    #[should_panic(expected = "pixel_shuffle: x has 2 axes, fewer than 3")]
    fn a_matrix_is_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([4, 3])).pixel_shuffle(2);
    }
}
