//! `max_pool2d`: the largest element of each window.

use super::sizes::accept;
use crate::kernel::pool::Pool;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The largest element of each window that slides over the images.
    ///
    /// `y[n, c, o, p] = maxᵢⱼ x[n, c, o·stride + i·dilation − padding, p·stride + j·dilation − padding]`; the padding never wins.
    ///
    /// # Shape
    /// `[n, c, h, w] -> [n, c, oh, ow]` with `oh = (h + 2·padding − dilation·(r − 1) − 1) / stride + 1`, rounded down; with `ceil_mode`
    /// rounded up, less a last window that would begin behind the image
    ///
    /// # Gradient
    /// The max gate routes: `dy` goes to the element that won. Saves `x`.
    ///
    /// # Edge cases
    /// The first of several largest elements takes all. NaN wins over every number.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::MaxPool2d};
    /// let x = Var::leaf([[[[1.0, 5.0, 2.0, 3.0], [4.0, 0.0, 8.0, 6.0]]]]);
    /// let y = x.max_pool2d(MaxPool2d::new([2, 2]));
    /// assert_eq!(y.to_vec(), [5.0, 8.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn max_pool2d(&self, options: MaxPool2d) -> Self {
        record(options, [self])
    }

    /// The result of [`max_pool2d`](Var::max_pool2d), and where each element was found: its position among those of its plane, in row-major
    /// order, as [`max_unpool2d`](Var::max_unpool2d) wants it.
    ///
    /// # Shape
    /// `[n, c, h, w] -> [n, c, oh, ow]`, twice
    ///
    /// # Gradient
    /// `dy` goes to the element that won; the positions have none. Saves the positions instead of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::MaxPool2d};
    /// let x = Var::leaf([[[[1.0, 5.0, 2.0, 3.0], [4.0, 0.0, 8.0, 6.0]]]]);
    /// let (y, at) = x.max_pool2d_with_indices(MaxPool2d::new([2, 2]));
    /// assert_eq!((y.to_vec(), at.to_vec()), (vec![5.0, 8.0], vec![1, 6]));
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "return_indices")]
    pub fn max_pool2d_with_indices(&self, options: MaxPool2d) -> (Self, Tensor<i64>) {
        let rule = <MaxPool2d as Op<T>>::RULE;
        let pool = accept("max_pool2d_with_indices", rule, self.shape(), options.sizes(self.shape()));
        take_largest(self, &pool)
    }
}

/// The largest element of each window, and where it is in its plane.
#[track_caller]
pub(super) fn take_largest<T: Real>(x: &Var<T>, pool: &Pool) -> (Var<T>, Tensor<i64>) {
    let winner = winners(x.value(), pool);
    let [n, c, _] = *winner.shape().first_chunk().expect("planes in a row");
    let shape = Shape::from([n, c, pool.out[0], pool.out[1]]);
    let y = x.reshape([n, c, pool.size[0] * pool.size[1]]).gather(2, &winner).reshape(&shape);
    (y, winner.reshape(shape))
}

/// Where in its plane the largest element of each window is, as `[n, c, windows]`.
fn winners<T: Real>(x: &Tensor<T>, pool: &Pool) -> Tensor<i64> {
    let x = x.contiguous();
    let planes = Shape::from([x.shape()[0], x.shape()[1], pool.out[0] * pool.out[1]]);
    Tensor::build(planes, |at| pool.argmax(x.as_slice().expect("contiguous"), at))
}

/// The op of [`Var::max_pool2d`], and its options: `MaxPool2d::new([3, 3]).stride([2, 2]).padding([1, 1])`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPool2d {
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// Distance between neighbouring windows; that of the kernel if not set.
    pub stride: [usize; 2],
    /// Places around the image, on each side, at most half the kernel; none if not set.
    pub padding: [usize; 2],
    /// Distance between neighbours in a window; 1 if not set.
    pub dilation: [usize; 2],
    /// Whether a last window may reach beyond the padding; it may not if not set.
    pub ceil_mode: bool,
}

impl MaxPool2d {
    /// Windows of this size, side by side.
    pub fn new(kernel: [usize; 2]) -> Self {
        MaxPool2d { kernel, stride: kernel, padding: [0, 0], dilation: [1, 1], ceil_mode: false }
    }

    /// With windows at this distance.
    #[must_use]
    pub fn stride(self, stride: [usize; 2]) -> Self {
        MaxPool2d { stride, ..self }
    }

    /// With so many places around the image.
    #[must_use]
    pub fn padding(self, padding: [usize; 2]) -> Self {
        MaxPool2d { padding, ..self }
    }

    /// With neighbours in a window at this distance.
    #[must_use]
    pub fn dilation(self, dilation: [usize; 2]) -> Self {
        MaxPool2d { dilation, ..self }
    }

    /// With a last window that reaches beyond the padding, or without.
    #[must_use]
    pub fn ceil_mode(self, ceil_mode: bool) -> Self {
        MaxPool2d { ceil_mode, ..self }
    }
}

impl<T: Real> Op<T> for MaxPool2d {
    type Arity = Fixed<1>;
    const NAME: &'static str = "max_pool2d";
    const RULE: &'static str = "[n, c, h, w] -> [n, c, oh, ow]";
    const SAVES: Save = Save::INPUTS;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        let pool = self.sizes(x)?;
        Ok([x[0], x[1], pool.out[0], pool.out[1]].into())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let pool = self.sizes(x.shape()).expect("the shape rule accepted the operand");
        let x = x.contiguous();
        let shape = Shape::from([x.shape()[0], x.shape()[1], pool.out[0], pool.out[1]]);
        Tensor::build(shape, |y| pool.max(x.as_slice().expect("contiguous"), y))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let dx = || {
            // Looked for again: a position for each result would have to be kept otherwise.
            let x = saved.input(0);
            let pool = self.sizes(x.shape()).expect("the shape rule accepted the operand");
            let winner = winners(x.value(), &pool);
            dy.reshape(winner.shape()).scatter_add(2, &winner, pool.size[0] * pool.size[1]).reshape(x.shape())
        };
        [saved.needs(0).then(dx)]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for MaxPool2d {
    fn cases() -> Cases<Self> {
        let of = MaxPool2d::new;
        let nan = f64::NAN;
        Cases::new(textbook, of([2, 2]), shapes![[2, 3, 4, 4]])
            .case(of([3, 2]).stride([2, 1]).padding([1, 1]), shapes![[1, 2, 5, 4]])
            .case(of([2, 3]).stride([1, 2]).dilation([2, 1]).padding([1, 0]), shapes![[2, 1, 4, 6]])
            .case(of([2, 3]).stride([3, 3]).padding([0, 1]).dilation([1, 2]), shapes![[1, 1, 5, 9]])
            .case(of([1, 1]).stride([usize::MAX, 2]), shapes![[1, 2, 2, 3]])
            .case(of([3, 3]).padding([1, 1]), shapes![[1, 1, 1, 1]])
            .case(of([2, 2]), shapes![[0, 3, 2, 2]])
            .case(of([2, 3]).ceil_mode(true), shapes![[1, 2, 5, 7]])
            .case(of([3, 3]).stride([2, 2]).padding([1, 1]).ceil_mode(true), shapes![[1, 1, 4, 6]])
            .case(of([3, 2]).stride([usize::MAX, 5]).ceil_mode(true), shapes![[1, 1, 1, 1]])
            .domain(Domain::distinct(0.01))
            .rejects(of([2, 2]), shapes![[3, 4, 4]], "x has 3 axes instead of 4")
            .rejects(of([0, 2]), shapes![[1, 1, 4, 4]], "the kernel is 0 along axis 2, it must be at least 1")
            .rejects(
                of([2, 2]).stride([1, 0]),
                shapes![[1, 1, 4, 4]],
                "the stride is 0 along axis 3, it must be at least 1",
            )
            .rejects(of([2, 2]).dilation([0, 1]), shapes![[1, 1, 4, 4]], "the dilation is 0 along axis 2")
            .rejects(
                of([3, 2]).padding([2, 1]),
                shapes![[1, 1, 4, 4]],
                "the padding is 2 along axis 2, more than half the kernel of 3",
            )
            .rejects(
                of([2, 3]).dilation([1, 2]),
                shapes![[1, 1, 4, 4]],
                "the kernel spans 5 along axis 3, the padded image 4",
            )
            .rejects(
                of([2, 2]).padding([1, 0]).dilation([3, 1]),
                shapes![[1, 1, 2, 2]],
                "a window along axis 2 lies in the padding, the image has size 2",
            )
            .rejects(
                of([1, 2]).ceil_mode(true),
                shapes![[1, 1, 4, 0]],
                "the kernel spans 2 along axis 3, the padded image 0",
            )
            .pin("tie", of([1, 3]), tensors![[[[[1.0, 2.0, 2.0]]]]], [[[[2.0]]]], tensors![[[[[0.0, 1.0, 0.0]]]]])
            .pin("nan wins", of([1, 3]), tensors![[[[[9.0, nan, nan]]]]], [[[[nan]]]], tensors![[[[[0.0, 1.0, 0.0]]]]])
            .pin(
                "the padding never wins",
                of([1, 3]).padding([0, 1]).stride([1, 1]),
                tensors![[[[[f64::NEG_INFINITY, -2.0]]]]],
                [[[[-2.0, -2.0]]]],
                tensors![[[[[0.0, 2.0]]]]],
            )
            .pin(
                "no window begins behind the image",
                of([1, 1]).stride([1, 2]).ceil_mode(true),
                tensors![[[[[3.0, 6.0]]]]],
                [[[[3.0]]]],
                tensors![[[[[1.0, 0.0]]]]],
            )
            .pin(
                "a last window beyond the image",
                of([1, 2]).ceil_mode(true),
                tensors![[[[[3.0, 6.0, -2.0]]]]],
                [[[[6.0, -2.0]]]],
                tensors![[[[[0.0, 1.0, 1.0]]]]],
            )
            .bench(of([2, 2]), shapes![[64, 16, 28, 28]], Work::Bytes(5 * 64 * 16 * 28 * 28))
            .bench(
                of([3, 3]).stride([2, 2]).padding([1, 1]),
                shapes![[8, 32, 56, 56]],
                Work::Bytes(5 * 8 * 32 * 56 * 56),
            )
    }
}

/// The largest element that each window looks at.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &MaxPool2d, x: &[Tensor<f64>]) -> Tensor<f64> {
    let size = [x[0].shape()[2], x[0].shape()[3]];
    let shape = Op::<f64>::shape(op, [x[0].shape()]).expect("a case that is accepted");
    crate::testing::from_index(shape, |at| {
        let element = |i: usize| crate::testing::element(&x[0], &[at[0], at[1], i / size[1], i % size[1]]);
        super::sizes::window(&op.sliding(), size, at[2], at[3])
            .into_iter()
            .map(element)
            .fold(f64::NEG_INFINITY, f64::max)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Generator;
    use crate::testing::{gradcheck, gradgradcheck};
    use std::slice::from_ref;

    #[test]
    fn positions_come_with_the_same_result_and_gradient() {
        let x = Tensor::<f64>::uniform([2, 3, 5, 6], -2.0, 2.0, &mut Generator::seed(11));
        let options = MaxPool2d::new([3, 2]).stride([2, 2]).padding([1, 1]).ceil_mode(true);
        let (y, at) = Var::constant(&x).max_pool2d_with_indices(options);
        assert_eq!(y.to_vec(), Var::constant(&x).max_pool2d(options).to_vec());
        let plane = y.numel() / 6;
        let found = |(i, at): (usize, i64)| x.to_vec()[i / plane * 30 + at as usize];
        assert_eq!(at.to_vec().into_iter().enumerate().map(found).collect::<Vec<_>>(), y.to_vec());
        gradcheck(|x| x[0].max_pool2d_with_indices(options).0, from_ref(&x)).unwrap();
        gradgradcheck(|x| x[0].max_pool2d_with_indices(options).0.square(), &[x]).unwrap();
    }

    #[test]
    #[should_panic(expected = "max_pool2d_with_indices: x has 3 axes instead of 4\n  x     [3, 4, 4]")]
    fn a_refusal_names_the_method() {
        let _ = Var::constant(Tensor::<f64>::zeros([3, 4, 4])).max_pool2d_with_indices(MaxPool2d::new([2, 2]));
    }
}
