//! `avg_pool2d`: the mean of each window.

#[cfg(any(test, feature = "testing"))]
use super::sizes;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The mean of each window that slides over the images, which are 0 in the padding.
    ///
    /// `y[n, c, o, p] = Σᵢⱼ x[n, c, o·stride + i − padding, p·stride + j − padding] / (r·s)`; without `count_include_pad` the divisor is
    /// the number of places inside the image, and places beyond the padding never count. `divisor_override` is a divisor for all.
    ///
    /// # Shape
    /// `[n, c, h, w] -> [n, c, oh, ow]` with `oh = (h + 2·padding − r) / stride + 1`, rounded down; with `ceil_mode` rounded up, less a
    /// last window that would begin behind the image
    ///
    /// # Gradient
    /// `dx = avg_unpool2d(dy)`: each element of a window gets the same share. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::AvgPool2d};
    /// let x = Var::leaf([[[[1.0, 5.0, 2.0, 3.0], [4.0, 2.0, 8.0, 7.0]]]]);
    /// let y = x.avg_pool2d(AvgPool2d::new([2, 2]));
    /// assert_eq!(y.to_vec(), [3.0, 5.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.25; 8]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn avg_pool2d(&self, options: AvgPool2d) -> Self {
        record(options, [self])
    }
}

/// The op of [`Var::avg_pool2d`], and its options: `AvgPool2d::new([3, 3]).stride([2, 2]).padding([1, 1])`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvgPool2d {
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// Distance between neighbouring windows; that of the kernel if not set.
    pub stride: [usize; 2],
    /// Zeros around the image, on each side, at most half the kernel; none if not set.
    pub padding: [usize; 2],
    /// Whether places in the padding count in the divisor; they do if not set.
    pub count_include_pad: bool,
    /// Whether a last window may reach beyond the padding; it may not if not set.
    pub ceil_mode: bool,
    /// What each sum is divided by, if it is not the number of places; at least 1.
    pub divisor_override: Option<usize>,
}

impl AvgPool2d {
    /// Windows of this size, side by side.
    pub fn new(kernel: [usize; 2]) -> Self {
        AvgPool2d {
            kernel,
            stride: kernel,
            padding: [0, 0],
            count_include_pad: true,
            ceil_mode: false,
            divisor_override: None,
        }
    }

    /// With windows at this distance.
    #[must_use]
    pub fn stride(self, stride: [usize; 2]) -> Self {
        AvgPool2d { stride, ..self }
    }

    /// With so many zeros around the image.
    #[must_use]
    pub fn padding(self, padding: [usize; 2]) -> Self {
        AvgPool2d { padding, ..self }
    }

    /// With places in the padding counted in the divisor, or not.
    #[must_use]
    pub fn count_include_pad(self, count_include_pad: bool) -> Self {
        AvgPool2d { count_include_pad, ..self }
    }

    /// With a last window that reaches beyond the padding, or without.
    #[must_use]
    pub fn ceil_mode(self, ceil_mode: bool) -> Self {
        AvgPool2d { ceil_mode, ..self }
    }

    /// With each sum divided by this number; 1 gives the sums.
    #[must_use]
    pub fn divisor_override(self, divisor: usize) -> Self {
        AvgPool2d { divisor_override: Some(divisor), ..self }
    }
}

impl<T: Real> Op<T> for AvgPool2d {
    type Arity = Fixed<1>;
    const NAME: &'static str = "avg_pool2d";
    const RULE: &'static str = "[n, c, h, w] -> [n, c, oh, ow]";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        let pool = self.sizes(x)?;
        Ok([x[0], x[1], pool.out[0], pool.out[1]].into())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let pool = self.sizes(x.shape()).expect("the shape rule accepted the operand");
        let divisor = self.divisor().expect("the shape rule accepted the options");
        let x = x.contiguous();
        let shape = Shape::from([x.shape()[0], x.shape()[1], pool.out[0], pool.out[1]]);
        Tensor::build(shape, |y| pool.mean(x.as_slice().expect("contiguous"), divisor, y))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.avg_unpool2d([saved.shape(0)[2], saved.shape(0)[3]], *self))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for AvgPool2d {
    fn cases() -> Cases<Self> {
        let of = AvgPool2d::new;
        Cases::new(textbook, of([2, 2]), shapes![[2, 3, 4, 4]])
            .case(of([3, 2]).stride([2, 1]).padding([1, 1]), shapes![[1, 2, 5, 4]])
            .case(of([3, 2]).stride([2, 1]).padding([1, 1]).count_include_pad(false), shapes![[1, 2, 5, 4]])
            .case(of([1, 2]).stride([usize::MAX, 3]), shapes![[1, 2, 2, 6]])
            .case(of([2, 2]), shapes![[0, 3, 2, 2]])
            .case(of([2, 3]).ceil_mode(true), shapes![[1, 2, 5, 7]])
            .case(of([3, 3]).stride([2, 2]).padding([1, 1]).ceil_mode(true), shapes![[1, 1, 4, 6]])
            .case(
                of([3, 3]).stride([2, 2]).padding([1, 1]).ceil_mode(true).count_include_pad(false),
                shapes![[1, 1, 4, 6]],
            )
            .case(of([2, 3]).padding([1, 0]).divisor_override(5), shapes![[1, 2, 3, 3]])
            .rejects(of([2, 2]), shapes![[3, 4, 4]], "x has 3 axes instead of 4")
            .rejects(of([0, 2]), shapes![[1, 1, 4, 4]], "the kernel is 0 along axis 2, it must be at least 1")
            .rejects(
                of([2, 2]).stride([1, 0]),
                shapes![[1, 1, 4, 4]],
                "the stride is 0 along axis 3, it must be at least 1",
            )
            .rejects(
                of([3, 2]).padding([2, 1]),
                shapes![[1, 1, 4, 4]],
                "the padding is 2 along axis 2, more than half the kernel of 3",
            )
            .rejects(of([2, 5]), shapes![[1, 1, 4, 4]], "the kernel spans 5 along axis 3, the padded image 4")
            .rejects(
                of([2, 2]).padding([1, 1]),
                shapes![[1, 1, 0, 2]],
                "a window along axis 2 lies in the padding, the image has size 0",
            )
            .rejects(of([2, 2]).divisor_override(0), shapes![[1, 1, 4, 4]], "the divisor is 0")
            .pin(
                "the padding counts",
                of([1, 3]).padding([0, 1]),
                tensors![[[[[3.0, 6.0]]]]],
                [[[[3.0]]]],
                tensors![[[[[1.0 / 3.0, 1.0 / 3.0]]]]],
            )
            .pin(
                "the padding does not count",
                of([1, 3]).padding([0, 1]).count_include_pad(false),
                tensors![[[[[3.0, 6.0]]]]],
                [[[[4.5]]]],
                tensors![[[[[0.5, 0.5]]]]],
            )
            .pin(
                "places beyond the padding do not count",
                of([1, 4]).stride([1, 3]).padding([0, 1]).ceil_mode(true),
                tensors![[[[[3.0, 6.0, 9.0, 9.0]]]]],
                [[[[4.5, 6.0]]]],
                tensors![[[[[0.25, 0.25, 0.25 + 1.0 / 3.0, 1.0 / 3.0]]]]],
            )
            .pin(
                "more places than memory has",
                of([1 << 41, 1 << 41]).padding([1 << 40, 1 << 40]),
                tensors![[[[[8.0]]]]],
                [[[[(-79f64).exp2()]]]],
                tensors![[[[[(-82f64).exp2()]]]]],
            )
            .bench(of([2, 2]), shapes![[64, 16, 28, 28]], Work::Bytes(5 * 64 * 16 * 28 * 28))
    }
}

/// The mean of the elements that each window looks at.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &AvgPool2d, x: &[Tensor<f64>]) -> Tensor<f64> {
    let size = [x[0].shape()[2], x[0].shape()[3]];
    let shape = Op::<f64>::shape(op, [x[0].shape()]).expect("a case that is accepted");
    crate::testing::from_index(shape, |at| {
        let element = |&i: &usize| crate::testing::element(&x[0], &[at[0], at[1], i / size[1], i % size[1]]);
        sizes::window(&op.sliding(), size, at[2], at[3]).iter().map(element).sum::<f64>() / divisor(op, size, at) as f64
    })
}

/// What the sum of the window of a result is divided by.
#[cfg(any(test, feature = "testing"))]
pub(super) fn divisor(op: &AvgPool2d, size: [usize; 2], at: &[usize]) -> usize {
    let places = |d: usize| {
        let start = at[2 + d] * op.stride[d];
        (start + op.kernel[d]).min(size[d] + 2 * op.padding[d]) - start
    };
    match (op.divisor_override, op.count_include_pad) {
        (Some(divisor), _) => divisor,
        (None, true) => places(0) * places(1),
        (None, false) => sizes::window(&op.sliding(), size, at[2], at[3]).len(),
    }
}
