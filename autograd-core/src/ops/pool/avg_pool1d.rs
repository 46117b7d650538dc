//! `avg_pool1d`: the mean of each window of a sequence.

use super::AvgPool2d;
use super::sizes::{as_images, as_sequences, windows};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The mean of each window that slides over the sequences, which are 0 in the padding: [`avg_pool2d`](Var::avg_pool2d) on images of
    /// height 1.
    ///
    /// `y[n, c, o] = Σⱼ x[n, c, o·stride + j − padding] / k`; without `count_include_pad` the divisor is the number of places inside the
    /// sequence, and places beyond the padding never count. `divisor_override` is a divisor for all.
    ///
    /// # Shape
    /// `[n, c, l] -> [n, c, ol]` with `ol = (l + 2·padding − k) / stride + 1`, rounded down; with `ceil_mode` rounded up, less a last
    /// window that would begin behind the sequence
    ///
    /// # Gradient
    /// Each element of a window gets the same share of `dy`. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::AvgPool1d};
    /// let x = Var::leaf([[[1.0, 5.0, 2.0, 4.0]]]);
    /// let y = x.avg_pool1d(AvgPool1d::new(2));
    /// assert_eq!(y.to_vec(), [3.0, 3.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.5; 4]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn avg_pool1d(&self, options: AvgPool1d) -> Self {
        let images = options.images();
        let x = as_images("avg_pool1d", self, |l| {
            images.divisor().and_then(|_| windows(&images.sliding(), 1, l, options.ceil_mode, 2))
        });
        as_sequences(&x.avg_pool2d(images))
    }
}

/// The options of [`Var::avg_pool1d`]: `AvgPool1d::new(3).stride(2).padding(1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvgPool1d {
    /// Length of the window.
    pub kernel: usize,
    /// Distance between neighbouring windows; the length of the window if not set.
    pub stride: usize,
    /// Zeros before and behind the sequence, at most half the kernel; none if not set.
    pub padding: usize,
    /// Whether places in the padding count in the divisor; they do if not set.
    pub count_include_pad: bool,
    /// Whether a last window may reach beyond the padding; it may not if not set.
    pub ceil_mode: bool,
    /// What each sum is divided by, if it is not the number of places; at least 1.
    pub divisor_override: Option<usize>,
}

impl AvgPool1d {
    /// Windows of this length, side by side.
    pub fn new(kernel: usize) -> Self {
        AvgPool1d {
            kernel,
            stride: kernel,
            padding: 0,
            count_include_pad: true,
            ceil_mode: false,
            divisor_override: None,
        }
    }

    /// With windows at this distance.
    #[must_use]
    pub fn stride(self, stride: usize) -> Self {
        AvgPool1d { stride, ..self }
    }

    /// With so many zeros before and behind the sequence.
    #[must_use]
    pub fn padding(self, padding: usize) -> Self {
        AvgPool1d { padding, ..self }
    }

    /// With places in the padding counted in the divisor, or not.
    #[must_use]
    pub fn count_include_pad(self, count_include_pad: bool) -> Self {
        AvgPool1d { count_include_pad, ..self }
    }

    /// With a last window that reaches beyond the padding, or without.
    #[must_use]
    pub fn ceil_mode(self, ceil_mode: bool) -> Self {
        AvgPool1d { ceil_mode, ..self }
    }

    /// With each sum divided by this number; 1 gives the sums.
    #[must_use]
    pub fn divisor_override(self, divisor: usize) -> Self {
        AvgPool1d { divisor_override: Some(divisor), ..self }
    }

    /// The same windows on images of height 1.
    fn images(&self) -> AvgPool2d {
        AvgPool2d {
            kernel: [1, self.kernel],
            stride: [1, self.stride],
            padding: [0, self.padding],
            count_include_pad: self.count_include_pad,
            ceil_mode: self.ceil_mode,
            divisor_override: self.divisor_override,
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
        let x = Tensor::<f64>::from([[[1.0, 2.0, 3.0, 4.0, 5.0]]]);
        let options = AvgPool1d::new(3).stride(2).padding(1);
        let pool = |x: &Var<f64>, options| x.avg_pool1d(options);
        let of = |options| pool(&Var::constant(&x), options).to_vec();
        assert_eq!(of(options), [1.0, 3.0, 3.0]);
        assert_eq!(of(options.count_include_pad(false)), [1.5, 3.0, 4.5]);
        assert_eq!(of(options.divisor_override(1)), [3.0, 9.0, 9.0]);
        assert_eq!(of(AvgPool1d::new(2).ceil_mode(true)), [1.5, 3.5, 5.0]);
        gradcheck(|x| pool(&x[0], options), from_ref(&x)).unwrap();
        gradgradcheck(|x| pool(&x[0], options).square(), &[x]).unwrap();
    }

    #[test]
    #[should_panic(expected = "avg_pool1d: the stride is 0 along axis 2, it must be at least 1")]
    fn a_stride_of_zero_is_refused_in_the_words_of_sequences() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 2, 4])).avg_pool1d(AvgPool1d::new(2).stride(0));
    }
}
