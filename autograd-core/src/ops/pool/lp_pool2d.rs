//! `lp_pool2d` and `lp_pool1d`: the `p`-norm of each window.

use super::AvgPool2d;
use super::sizes::{accept, as_images, as_sequences, windows};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The `p`-norm of each window that slides over the images.
    ///
    /// `y[n, c, o, q] = (Σᵢⱼ x[n, c, o·stride + i, q·stride + j]ᵖ)^(1/p)`, without absolute values: `p = 1` gives the sums, `p = 2` the
    /// Euclidean norms, and an odd or broken `p` is for elements that are not negative. A window that `ceil_mode` lets reach beyond the image
    /// counts as if the places outside held the mean power of those inside.
    ///
    /// # Shape
    /// `[n, c, h, w] -> [n, c, oh, ow]` with `oh = (h − r) / stride + 1`, rounded down; with `ceil_mode` rounded up, less a last window that
    /// would begin behind the image
    ///
    /// # Gradient
    /// `dx = dy · (x / y)ᵖ⁻¹`, summed over the windows. Saves `x` and the sums of powers.
    ///
    /// # Edge cases
    /// Where the powers sum to 0, the result and its gradient are 0 unless `p = 1`: a window of zeros has no direction to grow in.
    /// A negative sum has no root but for `p = 1`: NaN.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::LpPool2d};
    /// let x = Var::leaf([[[[3.0, 4.0, 0.0, 0.0]]]]);
    /// let y = x.lp_pool2d(LpPool2d::new(2.0, [1, 2]));
    /// assert_eq!(y.to_vec(), [5.0, 0.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.6000000000000001, 0.8, 0.0, 0.0]);
    /// ```
    ///
    /// Sermanet, Chintala and LeCun, "Convolutional neural networks applied to house numbers digit classification" (2012).
    #[track_caller]
    #[must_use]
    pub fn lp_pool2d(&self, options: LpPool2d) -> Self {
        let mean = options.mean();
        let says = options.power().and_then(|_| mean.sizes(self.shape()));
        accept("lp_pool2d", "[n, c, h, w] -> [n, c, oh, ow]", self.shape(), says);
        let (root, sums) = (T::of(options.p.recip()), sums_of_powers(self, options));
        let none = sums.value().eq(T::zero());
        if options.p == 1.0 || !none.any() {
            return sums.pow_scalar(root);
        }
        // At 0 the root has an infinite slope, and so has a power below 2 or its derivative, of which no gradient could be made: 1 stands
        // in for those sums, and for the elements that belong to no other.
        let some = Var::constant(none.map(|none| if none { T::zero() } else { T::one() }));
        let unseen = some.avg_unpool2d([self.shape()[2], self.shape()[3]], mean).value().eq(T::zero());
        let sums = sums_of_powers(&self.masked_fill(&unseen, T::one()), options);
        sums.masked_fill(&none, T::one()).pow_scalar(root).masked_fill(&none, T::zero())
    }

    /// The `p`-norm of each window that slides over the sequences: [`lp_pool2d`](Var::lp_pool2d) on images of height 1.
    ///
    /// # Shape
    /// `[n, c, l] -> [n, c, ol]` with `ol = (l − k) / stride + 1`, rounded down; with `ceil_mode` rounded up, less a last window that would
    /// begin behind the sequence
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::LpPool1d};
    /// let x = Var::leaf([[[3.0, 4.0, 0.0, 2.0]]]);
    /// let y = x.lp_pool1d(LpPool1d::new(2.0, 2));
    /// assert_eq!(y.to_vec(), [5.0, 2.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.6000000000000001, 0.8, 0.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn lp_pool1d(&self, options: LpPool1d) -> Self {
        let images = options.images();
        let x = as_images("lp_pool1d", self, |l| {
            images.power().and_then(|_| windows(&images.mean().sliding(), 1, l, options.ceil_mode, 2))
        });
        as_sequences(&x.lp_pool2d(images))
    }
}

/// The sum of powers of each window.
#[track_caller]
fn sums_of_powers<T: Real>(x: &Var<T>, options: LpPool2d) -> Var<T> {
    // A kernel that `ceil_mode` lets reach beyond the image can be of any size, and its product more than a `usize` holds.
    let count = options.kernel[0] as f64 * options.kernel[1] as f64;
    x.pow_scalar(T::of(options.p)).avg_pool2d(options.mean()) * T::of(count)
}

/// The options of [`Var::lp_pool2d`]: `LpPool2d::new(2.0, [3, 3]).stride([2, 2])`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LpPool2d {
    /// The power: positive and finite.
    pub p: f64,
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// Distance between neighbouring windows; that of the kernel if not set.
    pub stride: [usize; 2],
    /// Whether a last window may reach beyond the image; it may not if not set.
    pub ceil_mode: bool,
}

impl LpPool2d {
    /// With this power, windows of this size, side by side.
    pub fn new(p: f64, kernel: [usize; 2]) -> Self {
        LpPool2d { p, kernel, stride: kernel, ceil_mode: false }
    }

    /// With windows at this distance.
    #[must_use]
    pub fn stride(self, stride: [usize; 2]) -> Self {
        LpPool2d { stride, ..self }
    }

    /// With a last window that reaches beyond the image, or without.
    #[must_use]
    pub fn ceil_mode(self, ceil_mode: bool) -> Self {
        LpPool2d { ceil_mode, ..self }
    }

    /// The mean over the same windows.
    fn mean(&self) -> AvgPool2d {
        AvgPool2d::new(self.kernel).stride(self.stride).ceil_mode(self.ceil_mode)
    }

    /// Refuses a power that makes no norm.
    fn power(&self) -> Result<(), Mismatch> {
        match self.p > 0.0 && self.p.is_finite() {
            true => Ok(()),
            false => Err(Mismatch::new(format!("the power is {}, it must be positive and finite", self.p))),
        }
    }
}

/// The options of [`Var::lp_pool1d`]: `LpPool1d::new(2.0, 3).stride(2)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LpPool1d {
    /// The power: positive and finite.
    pub p: f64,
    /// Length of the window.
    pub kernel: usize,
    /// Distance between neighbouring windows; the length of the window if not set.
    pub stride: usize,
    /// Whether a last window may reach beyond the sequence; it may not if not set.
    pub ceil_mode: bool,
}

impl LpPool1d {
    /// With this power, windows of this length, side by side.
    pub fn new(p: f64, kernel: usize) -> Self {
        LpPool1d { p, kernel, stride: kernel, ceil_mode: false }
    }

    /// With windows at this distance.
    #[must_use]
    pub fn stride(self, stride: usize) -> Self {
        LpPool1d { stride, ..self }
    }

    /// With a last window that reaches beyond the sequence, or without.
    #[must_use]
    pub fn ceil_mode(self, ceil_mode: bool) -> Self {
        LpPool1d { ceil_mode, ..self }
    }

    /// The same windows on images of height 1.
    fn images(&self) -> LpPool2d {
        LpPool2d { p: self.p, kernel: [1, self.kernel], stride: [1, self.stride], ceil_mode: self.ceil_mode }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sizes;
    use super::*;
    use crate::grad;
    use crate::tensor::Generator;
    use crate::testing::{element, from_index, gradcheck, gradgradcheck};
    use std::slice::from_ref;

    /// The root of the sum of powers, scaled up where a window reaches beyond the image.
    fn textbook(x: &Tensor<f64>, options: LpPool2d) -> Tensor<f64> {
        let size = [x.shape()[2], x.shape()[3]];
        let pool = options.mean().sizes(x.shape()).unwrap();
        from_index([x.shape()[0], x.shape()[1], pool.out[0], pool.out[1]].into(), |at| {
            let window = sizes::window(&options.mean().sliding(), size, at[2], at[3]);
            let power = |&i: &usize| element(x, &[at[0], at[1], i / size[1], i % size[1]]).powf(options.p);
            let scale = (options.kernel[0] * options.kernel[1]) as f64 / window.len() as f64;
            (window.iter().map(power).sum::<f64>() * scale).powf(1.0 / options.p)
        })
    }

    #[test]
    fn windows_are_the_textbooks() {
        let x = Tensor::<f64>::uniform([1, 2, 4, 5], 0.2, 2.0, &mut Generator::seed(5));
        let windows = LpPool2d::new(2.0, [2, 3]).stride([1, 2]);
        for options in [windows, LpPool2d { p: 3.0, ..windows }, LpPool2d { p: 1.5, ..windows }.ceil_mode(true)] {
            let y = Var::constant(&x).lp_pool2d(options);
            for (a, b) in y.to_vec().into_iter().zip(textbook(&x, options).to_vec()) {
                assert!((a - b).abs() < 1e-12, "{a} and {b}");
            }
            gradcheck(|x| x[0].lp_pool2d(options), from_ref(&x)).unwrap();
            gradgradcheck(|x| x[0].lp_pool2d(options), from_ref(&x)).unwrap();
        }
    }

    #[test]
    fn a_window_may_be_larger_than_memory() {
        let x = Var::<f64>::leaf([[[[3.0, 3.0]]]]);
        let y = x.lp_pool2d(LpPool2d::new(2.0, [1 << 40, 1 << 40]).ceil_mode(true));
        assert_eq!(y.to_vec(), [3.0 * 40f64.exp2()]);
    }

    #[test]
    fn a_window_of_zeros_has_gradient_zero_in_each_order() {
        for p in [1.5, 2.0, 3.0] {
            let x = Var::leaf([[[0.0, 0.0]]]);
            let y = x.lp_pool1d(LpPool1d::new(p, 2));
            assert_eq!(y.to_vec(), [0.0]);
            let dx = grad(&y.sum(), &x, true).expect("a gradient");
            assert_eq!(dx.to_vec(), [0.0, 0.0]);
            assert_eq!(dx.sum().backward().get(&x).unwrap().to_vec(), [0.0, 0.0]);
        }
    }

    #[test]
    fn the_first_power_is_the_sum_and_roots_of_negative_sums_are_nan() {
        let x = Var::<f64>::leaf([[[-1.0, 1.0, -2.0, 1.0]]]);
        let y = x.lp_pool1d(LpPool1d::new(1.0, 2));
        assert_eq!(y.to_vec(), [0.0, -1.0]);
        assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0; 4]);
        assert!(x.lp_pool1d(LpPool1d::new(3.0, 2)).to_vec()[1].is_nan());
    }

    #[test]
    #[should_panic(expected = "lp_pool2d: the power is 0, it must be positive and finite")]
    fn a_power_of_zero_is_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 1, 2, 2])).lp_pool2d(LpPool2d::new(0.0, [2, 2]));
    }

    #[test]
    #[should_panic(expected = "lp_pool1d: the kernel spans 3 along axis 2, the padded image 2")]
    fn a_kernel_longer_than_the_sequence_is_refused_in_the_words_of_sequences() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 1, 2])).lp_pool1d(LpPool1d::new(2.0, 3));
    }
}
