//! `avg_pool3d`: the mean of each window of a volume.

use super::AvgPool2d;
use super::volumes::{boxes, pool};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The mean of each window that slides over the volumes, which are 0 in the padding: [`avg_pool2d`](Var::avg_pool2d) over height and
    /// width, then over depth.
    ///
    /// `y[n, c, o] = Σᵢ x[n, c, o·stride + i − padding] / (q r s)`, where `o` and `i` have three components each; without
    /// `count_include_pad` the divisor is the number of places inside the volume, and places beyond the padding never count.
    /// `divisor_override` is a divisor for all.
    ///
    /// # Shape
    /// `[n, c, d, h, w] -> [n, c, od, oh, ow]` with `od = (d + 2·padding − q) / stride + 1`, rounded down; with `ceil_mode` rounded up, less
    /// a last window that would begin behind the volume
    ///
    /// # Gradient
    /// Each element of a window gets the same share of `dy`. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var, ops::AvgPool3d};
    /// let x = Var::leaf(Tensor::from([1.0, 5.0, 2.0, 4.0]).reshape([1, 1, 2, 1, 2]));
    /// let y = x.avg_pool3d(AvgPool3d::new([2, 1, 2]));
    /// assert_eq!(y.to_vec(), [3.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.25; 4]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn avg_pool3d(&self, options: AvgPool3d) -> Self {
        let (columns, planes) = options.apart();
        let says = |size| {
            columns.divisor()?;
            boxes(&columns.sliding(), &planes.sliding(), options.ceil_mode, size)
        };
        pool("avg_pool3d", self, says, |x| x.avg_pool2d(planes), |x| x.avg_pool2d(columns))
    }
}

/// The options of [`Var::avg_pool3d`]: `AvgPool3d::new([3, 3, 3]).stride([2, 2, 2]).padding([1, 1, 1])`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvgPool3d {
    /// Depth, height and width of the window.
    pub kernel: [usize; 3],
    /// Distance between neighbouring windows; that of the kernel if not set.
    pub stride: [usize; 3],
    /// Zeros around the volume, on each side, at most half the kernel; none if not set.
    pub padding: [usize; 3],
    /// Whether places in the padding count in the divisor; they do if not set.
    pub count_include_pad: bool,
    /// Whether a last window may reach beyond the padding; it may not if not set.
    pub ceil_mode: bool,
    /// What each sum is divided by, if it is not the number of places; at least 1.
    pub divisor_override: Option<usize>,
}

impl AvgPool3d {
    /// Windows of this size, side by side.
    pub fn new(kernel: [usize; 3]) -> Self {
        AvgPool3d {
            kernel,
            stride: kernel,
            padding: [0; 3],
            count_include_pad: true,
            ceil_mode: false,
            divisor_override: None,
        }
    }

    /// With windows at this distance.
    #[must_use]
    pub fn stride(self, stride: [usize; 3]) -> Self {
        AvgPool3d { stride, ..self }
    }

    /// With so many zeros around the volume.
    #[must_use]
    pub fn padding(self, padding: [usize; 3]) -> Self {
        AvgPool3d { padding, ..self }
    }

    /// With places in the padding counted in the divisor, or not.
    #[must_use]
    pub fn count_include_pad(self, count_include_pad: bool) -> Self {
        AvgPool3d { count_include_pad, ..self }
    }

    /// With a last window that reaches beyond the padding, or without.
    #[must_use]
    pub fn ceil_mode(self, ceil_mode: bool) -> Self {
        AvgPool3d { ceil_mode, ..self }
    }

    /// With each sum divided by this number; 1 gives the sums.
    #[must_use]
    pub fn divisor_override(self, divisor: usize) -> Self {
        AvgPool3d { divisor_override: Some(divisor), ..self }
    }

    /// The windows along the depth, and those of the planes, whose divisors multiply: of sums only one divides.
    fn apart(&self) -> (AvgPool2d, AvgPool2d) {
        let AvgPool3d { kernel: k, stride: s, padding: p, count_include_pad, ceil_mode, divisor_override } = *self;
        let columns = AvgPool2d {
            kernel: [k[0], 1],
            stride: [s[0], 1],
            padding: [p[0], 0],
            count_include_pad,
            ceil_mode,
            divisor_override,
        };
        let planes = AvgPool2d {
            kernel: [k[1], k[2]],
            stride: [s[1], s[2]],
            padding: [p[1], p[2]],
            count_include_pad,
            ceil_mode,
            divisor_override: divisor_override.map(|_| 1),
        };
        (columns, planes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn windows_slide_over_volumes() {
        let x = Tensor::<f64>::from_fn([1, 2, 3, 4, 5], |i| (i * 37 % 121) as f64 - 60.0);
        let plain = AvgPool3d::new([2, 3, 2]).stride([2, 2, 2]).padding([1, 1, 0]).ceil_mode(true);
        for (options, fixed) in [
            (plain, None),
            (plain.count_include_pad(false), None),
            (plain.divisor_override(1), Some(1.0)),
            (plain.divisor_override(7), Some(7.0)),
        ] {
            let y = Var::constant(&x).avg_pool3d(options);
            assert_eq!(*y.shape(), [1, 2, 2, 3, 3]);
            for (i, y) in y.to_vec().into_iter().enumerate() {
                let [c, o, p, q] = [i / 18, i / 9 % 2, i / 3 % 3, i % 3];
                let (mut sum, mut inside, mut places) = (0.0, 0.0, 0.0);
                for (a, b, e) in (0..12).map(|j| (2 * o + j / 6, 2 * p + j / 2 % 3, 2 * q + j % 2)) {
                    // With the padding in front; beyond that behind, nothing counts.
                    places += f64::from(u8::from(a < 5 && b < 6 && e < 5));
                    if (1..4).contains(&a) && (1..5).contains(&b) && e < 5 {
                        (sum, inside) = (sum + x.at([0, c, a - 1, b - 1, e]), inside + 1.0);
                    }
                }
                let divisor = fixed.unwrap_or(if options.count_include_pad { places } else { inside });
                assert!((y - sum / divisor).abs() < 1e-12, "{y}, not {}, {options:?} {c} {o} {p} {q}", sum / divisor);
            }
            gradcheck(|x| x[0].avg_pool3d(options), std::slice::from_ref(&x)).unwrap();
        }
        gradgradcheck(|x| x[0].avg_pool3d(plain).square(), &[x]).unwrap();
    }

    #[test]
    #[should_panic(expected = "avg_pool3d: the stride is 0 along axis 2, it must be at least 1")]
    fn a_stride_of_zero_is_refused_in_the_words_of_volumes() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 1, 2, 2, 2]))
            .avg_pool3d(AvgPool3d::new([1, 1, 1]).stride([0, 1, 1]));
    }
}
