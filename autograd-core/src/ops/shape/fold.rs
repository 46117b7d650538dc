//! `fold`: windows along an axis, added up where they overlap.

use crate::kernel::index::Windows;
use crate::ops::prelude::*;
use crate::tensor::strided::windows;

impl<T: Real> Var<T> {
    /// An axis of `n` elements on which windows, `step` apart, are laid and added up where they overlap: the adjoint of
    /// [`unfold`](Var::unfold). The elements of a window are the last axis.
    ///
    /// `y[.., i, ..] = Σ x[.., w, .., j]` over the `w` and `j` with `w·step + j = i`
    ///
    /// # Shape
    /// `[.., w, .., size] -> [.., n, ..]` with `w = (n − size) / step + 1`
    ///
    /// # Gradient
    /// `dx = unfold(dy)`. Saves the shape of `x`.
    ///
    /// # Edge cases
    /// Elements are added up in the order of their windows. Places that no window reaches are 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.fold(0, 3, 1);
    /// assert_eq!(y.to_vec(), [1.0, 5.0, 4.0]);
    /// let gradients = y.backward_with(&[5.0, 6.0, 7.0].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[5.0, 6.0], [6.0, 7.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "overlap_add")]
    pub fn fold(&self, axis: isize, n: usize, step: usize) -> Self {
        record(Fold { axis, n, step }, [self])
    }
}

/// The op of [`Var::fold`].
#[derive(Clone)]
pub struct Fold {
    /// The axis along which the windows lie; counted from the end of the result's if negative.
    pub axis: isize,
    /// The size of that axis in the result.
    pub n: usize,
    /// The distance of neighbouring windows.
    pub step: usize,
}

impl<T: Real> Op<T> for Fold {
    type Arity = Fixed<1>;
    const NAME: &'static str = "fold";
    const RULE: &'static str = "[.., (n - size) / step + 1, .., size] -> [.., n, ..]";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        let Some((&size, rest)) = x.split_last() else {
            return Err(Mismatch::new("a single number is no window"));
        };
        let rest = Shape::from(rest);
        let axis = rest.axis(self.axis)?;
        let count = windows(self.n, size, self.step)?;
        if count != rest[axis] {
            let Fold { n, step, .. } = self;
            let why =
                format!("an axis of {n} holds {count} windows of {size}, {step} apart, the operand has {}", rest[axis]);
            return Err(Mismatch::new(why));
        }
        rest.with(axis, self.n).addressable()
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let shape = Op::<T>::shape(self, [x.shape()]).expect("the shape rule accepted the operand");
        let axis = shape.axis(self.axis).expect("the shape rule accepted the axis");
        let inner = shape[axis + 1..].iter().product();
        let windows =
            Windows { count: x.shape()[axis], size: x.shape()[x.rank() - 1], step: self.step, n: self.n, inner };
        let x = x.contiguous();
        Tensor::build(shape, |out| windows.add(x.as_slice().expect("contiguous"), out))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.unfold(self.axis, *saved.shape(0).last().expect("a window"), self.step))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Fold {
    fn cases() -> Cases<Self> {
        let of = |axis, n, step| Fold { axis, n, step };
        Cases::new(textbook, of(0, 5, 1), shapes![[3, 3]])
            .case(of(1, 6, 3), shapes![[2, 2, 2]])
            .case(of(-2, 6, 2), shapes![[2, 2, 3, 3]])
            .case(of(0, 5, 4), shapes![[2, 2, 1]])
            .case(of(0, 4, usize::MAX), shapes![[1, 2, 4]])
            .case(of(0, 3, 1), shapes![[2, 0, 2]])
            .case(of(1, 3, 1), shapes![[0, 2, 2]])
            .rejects(of(0, 5, 1), shapes![[2, 3]], "an axis of 5 holds 3 windows of 3, 1 apart, the operand has 2")
            .rejects(of(0, 2, 1), shapes![[1, 3]], "a window of 3 does not lie within an axis of size 2")
            .rejects(of(0, 2, 0), shapes![[1, 2]], "the windows are 0 apart, it must be at least 1")
            .rejects(of(0, 2, 1), shapes![[3, 0]], "the windows have size 0, it must be at least 1")
            .rejects(of(0, 2, 1), shapes![[]], "a single number is no window")
            .rejects(of(0, 2, 1), shapes![[2]], "axis 0 of a single number, which has none")
            .rejects(of(0, usize::MAX, usize::MAX), shapes![[1, 2]], "is more than memory can address")
            .pin(
                "a gap is zero",
                of(0, 5, 4),
                tensors![[[7.0], [8.0]]],
                [7.0, 0.0, 0.0, 0.0, 8.0],
                tensors![[[1.0], [1.0]]],
            )
            .bench(of(1, 1024, 2), shapes![[64, 512, 2]], Work::Bytes(8 * 64 * 1024))
            .bench(of(0, 1024, 2), shapes![[511, 64, 4]], Work::Bytes(12 * 64 * 1024))
    }
}

/// Each element is added where its window puts it.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Fold, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = Op::<f64>::shape(op, [x[0].shape()]).expect("a case that is accepted");
    let axis = shape.axis(op.axis).expect("a case that is accepted");
    crate::testing::scatter(shape, &x[0], |index| super::unfold::place(index, axis, op.step))
}
