//! `max_pool3d`: the largest element of each window of a volume.

use super::MaxPool2d;
use super::volumes::{boxes, pool};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The largest element of each window that slides over the volumes: [`max_pool2d`](Var::max_pool2d) over height and width, then over depth.
    ///
    /// `y[n, c, o] = maxᵢ x[n, c, o·stride + i·dilation − padding]`, where `o` and `i` have three components each; the padding never wins.
    ///
    /// # Shape
    /// `[n, c, d, h, w] -> [n, c, od, oh, ow]` with `od = (d + 2·padding − dilation·(q − 1) − 1) / stride + 1`, rounded down; with
    /// `ceil_mode` rounded up, less a last window that would begin behind the volume
    ///
    /// # Gradient
    /// The max gate routes: `dy` goes to the element that won. Saves `x`, and the largest elements of the planes.
    ///
    /// # Edge cases
    /// The first of several largest elements takes all. NaN wins over every number.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var, ops::MaxPool3d};
    /// let x = Var::leaf(Tensor::from([1.0, 5.0, 2.0, 3.0, 4.0, 0.0, 8.0, 6.0]).reshape([1, 1, 2, 2, 2]));
    /// let y = x.max_pool3d(MaxPool3d::new([2, 2, 1]));
    /// assert_eq!(y.to_vec(), [8.0, 6.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn max_pool3d(&self, options: MaxPool3d) -> Self {
        let (columns, planes) = options.apart();
        let says = |size| boxes(&columns.sliding(), &planes.sliding(), options.ceil_mode, size);
        pool("max_pool3d", self, says, |x| x.max_pool2d(planes), |x| x.max_pool2d(columns))
    }
}

/// The options of [`Var::max_pool3d`]: `MaxPool3d::new([3, 3, 3]).stride([2, 2, 2]).padding([1, 1, 1])`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPool3d {
    /// Depth, height and width of the window.
    pub kernel: [usize; 3],
    /// Distance between neighbouring windows; that of the kernel if not set.
    pub stride: [usize; 3],
    /// Places around the volume, on each side, at most half the kernel; none if not set.
    pub padding: [usize; 3],
    /// Distance between neighbours in a window; 1 if not set.
    pub dilation: [usize; 3],
    /// Whether a last window may reach beyond the padding; it may not if not set.
    pub ceil_mode: bool,
}

impl MaxPool3d {
    /// Windows of this size, side by side.
    pub fn new(kernel: [usize; 3]) -> Self {
        MaxPool3d { kernel, stride: kernel, padding: [0; 3], dilation: [1; 3], ceil_mode: false }
    }

    /// With windows at this distance.
    #[must_use]
    pub fn stride(self, stride: [usize; 3]) -> Self {
        MaxPool3d { stride, ..self }
    }

    /// With so many places around the volume.
    #[must_use]
    pub fn padding(self, padding: [usize; 3]) -> Self {
        MaxPool3d { padding, ..self }
    }

    /// With neighbours in a window at this distance.
    #[must_use]
    pub fn dilation(self, dilation: [usize; 3]) -> Self {
        MaxPool3d { dilation, ..self }
    }

    /// With a last window that reaches beyond the padding, or without.
    #[must_use]
    pub fn ceil_mode(self, ceil_mode: bool) -> Self {
        MaxPool3d { ceil_mode, ..self }
    }

    /// The windows along the depth, and those of the planes.
    fn apart(&self) -> (MaxPool2d, MaxPool2d) {
        let MaxPool3d { kernel: k, stride: s, padding: p, dilation: d, ceil_mode } = *self;
        let columns =
            MaxPool2d { kernel: [k[0], 1], stride: [s[0], 1], padding: [p[0], 0], dilation: [d[0], 1], ceil_mode };
        let planes = MaxPool2d {
            kernel: [k[1], k[2]],
            stride: [s[1], s[2]],
            padding: [p[1], p[2]],
            dilation: [d[1], d[2]],
            ceil_mode,
        };
        (columns, planes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};
    use std::slice::from_ref;

    #[test]
    fn windows_slide_over_volumes() {
        let x = Tensor::<f64>::from_fn([1, 2, 3, 4, 5], |i| (i * 37 % 121) as f64 - 60.0);
        let options =
            MaxPool3d::new([2, 3, 2]).stride([1, 2, 2]).padding([1, 1, 0]).dilation([2, 1, 1]).ceil_mode(true);
        let y = Var::constant(&x).max_pool3d(options);
        // Each window, place by place.
        assert_eq!(*y.shape(), [1, 2, 3, 3, 3]);
        for (i, y) in y.to_vec().into_iter().enumerate() {
            let [c, o, p, q] = [i / 27, i / 9 % 3, i / 3 % 3, i % 3];
            let inside = |at: usize, before: usize, size: usize| at.checked_sub(before).filter(|&at| at < size);
            let mut best = f64::NEG_INFINITY;
            for (a, b, e) in (0..12).map(|j| (j / 6, j / 2 % 3, j % 2)) {
                let at = (inside(o + 2 * a, 1, 3), inside(2 * p + b, 1, 4), inside(2 * q + e, 0, 5));
                if let (Some(d), Some(h), Some(w)) = at {
                    best = best.max(x.at([0, c, d, h, w]));
                }
            }
            assert_eq!(y, best, "{c} {o} {p} {q}");
        }
        gradcheck(|x| x[0].max_pool3d(options), from_ref(&x)).unwrap();
        gradgradcheck(|x| x[0].max_pool3d(options).square(), &[x]).unwrap();
    }

    #[test]
    fn the_first_of_equal_elements_takes_all() {
        let x = Var::leaf(Tensor::<f64>::ones([1, 1, 2, 2, 2]));
        let y = x.max_pool3d(MaxPool3d::new([2, 2, 2]));
        assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    #[should_panic(
        expected = "max_pool3d: the kernel spans 3 along axis 4, the padded image 2\n  x     [1, 1, 4, 4, 2]"
    )]
    fn a_kernel_wider_than_the_volume_is_refused_in_the_words_of_volumes() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 1, 4, 4, 2])).max_pool3d(MaxPool3d::new([1, 1, 3]));
    }

    #[test]
    #[should_panic(expected = "max_pool3d: x has 4 axes instead of 5")]
    fn an_image_is_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 1, 4, 4])).max_pool3d(MaxPool3d::new([1, 1, 1]));
    }
}
