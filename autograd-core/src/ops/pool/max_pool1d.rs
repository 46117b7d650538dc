//! `max_pool1d`: the largest element of each window of a sequence.

use super::MaxPool2d;
use super::sizes::{as_images, as_sequences, windows};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The largest element of each window that slides over the sequences: [`max_pool2d`](Var::max_pool2d) on images of height 1.
    ///
    /// `y[n, c, o] = maxⱼ x[n, c, o·stride + j·dilation − padding]`; the padding never wins.
    ///
    /// # Shape
    /// `[n, c, l] -> [n, c, ol]` with `ol = (l + 2·padding − dilation·(k − 1) − 1) / stride + 1`, rounded down; with `ceil_mode`
    /// rounded up, less a last window that would begin behind the sequence
    ///
    /// # Gradient
    /// The max gate routes: `dy` goes to the element that won. Saves `x`.
    ///
    /// # Edge cases
    /// The first of several largest elements takes all. NaN wins over every number.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::MaxPool1d};
    /// let x = Var::leaf([[[1.0, 5.0, 2.0, 3.0]]]);
    /// let y = x.max_pool1d(MaxPool1d::new(2));
    /// assert_eq!(y.to_vec(), [5.0, 3.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn max_pool1d(&self, options: MaxPool1d) -> Self {
        let images = options.images();
        let x = as_images("max_pool1d", self, |l| windows(&images.sliding(), 1, l, options.ceil_mode, 2));
        as_sequences(&x.max_pool2d(images))
    }
}

/// The options of [`Var::max_pool1d`]: `MaxPool1d::new(3).stride(2).padding(1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPool1d {
    /// Length of the window.
    pub kernel: usize,
    /// Distance between neighbouring windows; the length of the window if not set.
    pub stride: usize,
    /// Places before and behind the sequence, at most half the kernel; none if not set.
    pub padding: usize,
    /// Distance between neighbours in a window; 1 if not set.
    pub dilation: usize,
    /// Whether a last window may reach beyond the padding; it may not if not set.
    pub ceil_mode: bool,
}

impl MaxPool1d {
    /// Windows of this length, side by side.
    pub fn new(kernel: usize) -> Self {
        MaxPool1d { kernel, stride: kernel, padding: 0, dilation: 1, ceil_mode: false }
    }

    /// With windows at this distance.
    #[must_use]
    pub fn stride(self, stride: usize) -> Self {
        MaxPool1d { stride, ..self }
    }

    /// With so many places before and behind the sequence.
    #[must_use]
    pub fn padding(self, padding: usize) -> Self {
        MaxPool1d { padding, ..self }
    }

    /// With neighbours in a window at this distance.
    #[must_use]
    pub fn dilation(self, dilation: usize) -> Self {
        MaxPool1d { dilation, ..self }
    }

    /// With a last window that reaches beyond the padding, or without.
    #[must_use]
    pub fn ceil_mode(self, ceil_mode: bool) -> Self {
        MaxPool1d { ceil_mode, ..self }
    }

    /// The same windows on images of height 1.
    fn images(&self) -> MaxPool2d {
        MaxPool2d {
            kernel: [1, self.kernel],
            stride: [1, self.stride],
            padding: [0, self.padding],
            dilation: [1, self.dilation],
            ceil_mode: self.ceil_mode,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};
    use std::slice::from_ref;

    #[test]
    fn windows_slide_over_sequences() {
        let x = Tensor::<f64>::from([[[0.3, -1.0, 2.0, 0.7, 1.4, -0.2, 0.9]]]);
        let options = MaxPool1d::new(3).stride(2).padding(1).dilation(2).ceil_mode(true);
        let pool = |x: &Var<f64>| x.max_pool1d(options);
        // Places -1, 1, 3; then 1, 3, 5; then 3, 5 and 7, which lies in the padding.
        assert_eq!(pool(&Var::constant(&x)).to_vec(), [0.7, 0.7, 0.7]);
        assert_eq!(Var::constant(&x).max_pool1d(MaxPool1d::new(2).ceil_mode(true)).to_vec(), [0.3, 2.0, 1.4, 0.9]);
        gradcheck(|x| pool(&x[0]), from_ref(&x)).unwrap();
        gradgradcheck(|x| pool(&x[0]).square(), &[x]).unwrap();
    }

    #[test]
    #[should_panic(expected = "max_pool1d: the kernel spans 5 along axis 2, the padded image 4\n  x     [1, 2, 4]")]
    fn a_kernel_longer_than_the_sequence_is_refused_in_the_words_of_sequences() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 2, 4])).max_pool1d(MaxPool1d::new(5));
    }

    #[test]
    #[should_panic(expected = "max_pool1d: x has 2 axes instead of 3")]
    fn a_single_sequence_is_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([2, 4])).max_pool1d(MaxPool1d::new(2));
    }
}
