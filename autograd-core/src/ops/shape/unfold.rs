//! `unfold`: sliding windows along an axis.

use crate::ops::prelude::*;
use crate::tensor::strided::unfold_shape;

impl<T: Real> Var<T> {
    /// The windows of `size` elements, `step` apart, that slide along an axis; the elements of a window become the last axis. A view.
    ///
    /// `y[.., w, .., j] = x[.., w·step + j, ..]`; elements behind the last whole window are left out.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., (n − size) / step + 1, .., size]`
    ///
    /// # Gradient
    /// `dx = fold(dy)`: each element gets the sum over the windows that hold it. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 2.0, 3.0, 4.0]);
    /// let y = x.unfold(0, 2, 1);
    /// assert_eq!(*y.value(), [[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]].into());
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 2.0, 2.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "sliding_window_view")]
    pub fn unfold(&self, axis: isize, size: usize, step: usize) -> Self {
        record(Unfold { axis, size, step }, [self])
    }
}

/// The op of [`Var::unfold`].
#[derive(Clone)]
pub struct Unfold {
    /// The axis along which the windows slide; counted from the end if negative.
    pub axis: isize,
    /// The number of elements of a window.
    pub size: usize,
    /// The distance of neighbouring windows.
    pub step: usize,
}

impl<T: Real> Op<T> for Unfold {
    type Arity = Fixed<1>;
    const NAME: &'static str = "unfold";
    const RULE: &'static str = "[.., n, ..] -> [.., (n - size) / step + 1, .., size]";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        unfold_shape(x, self.axis, self.size, self.step)
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.unfold(self.axis, self.size, self.step)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let dx = || {
            let x = saved.shape(0);
            dy.fold(self.axis, x[x.axis(self.axis).expect("the shape rule accepted the axis")], self.step)
        };
        [saved.needs(0).then(dx)]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Unfold {
    fn cases() -> Cases<Self> {
        let of = |axis, size, step| Unfold { axis, size, step };
        Cases::new(textbook, of(0, 3, 1), shapes![[5]])
            .case(of(1, 2, 3), shapes![[2, 6]])
            .case(of(-2, 3, 2), shapes![[2, 6, 3]])
            .case(of(0, 2, 2), shapes![[4, 2]])
            .case(of(0, 4, usize::MAX), shapes![[4, 2]])
            .case(of(0, 1, 1), shapes![[3]])
            .case(of(0, 2, 1), shapes![[3, 0]])
            .rejects(of(0, 4, 1), shapes![[3]], "a window of 4 does not lie within an axis of size 3")
            .rejects(of(0, 0, 1), shapes![[3]], "the windows have size 0, it must be at least 1")
            .rejects(of(0, 1, 0), shapes![[3]], "the windows are 0 apart, it must be at least 1")
            .rejects(of(0, 1, 1), shapes![[]], "axis 0 of a single number, which has none")
    }
}

/// Each element is fetched from its place in its window.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Unfold, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = Op::<f64>::shape(op, [x[0].shape()]).expect("a case that is accepted");
    let axis = x[0].shape().axis(op.axis).expect("a case that is accepted");
    crate::testing::from_index(shape, |index| crate::testing::element(&x[0], &place(index, axis, op.step)))
}

/// Where the element at `index` of the windows lies in the whole.
#[cfg(any(test, feature = "testing"))]
pub(super) fn place(index: &[usize], axis: usize, step: usize) -> Vec<usize> {
    let (j, rest) = index.split_last().expect("the window is the last axis");
    let mut place = rest.to_vec();
    place[axis] = place[axis] * step + j;
    place
}
