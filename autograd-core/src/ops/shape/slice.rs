//! `slice`: a part of each axis.

use crate::ops::prelude::*;
use crate::tensor::{AxisSlice, IntoSlices};

impl<T: Real> Var<T> {
    /// A part of the variable: one range for each axis, from the first on; axes not named are taken whole. A view.
    ///
    /// `y[i, j] = x[start₀ + i·step₀, start₁ + j·step₁]`; negative ends count from the end of the axis, and a negative step takes the
    /// same range from its last element backwards.
    ///
    /// # Shape
    /// `[..] ->` the size of each range
    ///
    /// # Gradient
    /// `dx = embed(dy)`: `dy` at the places it was taken from, 0 elsewhere. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let y = x.slice((1.., ..2));
    /// assert_eq!(y.to_vec(), [4.0, 5.0]);
    /// let gradients = y.backward_with(&[[1.0, 2.0]].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[0.0, 0.0, 0.0], [1.0, 2.0, 0.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "narrow")]
    pub fn slice(&self, ranges: impl IntoSlices) -> Self {
        record(Slice { ranges: ranges.into_slices() }, [self])
    }
}

/// The op of [`Var::slice`].
#[derive(Clone)]
pub struct Slice {
    /// One range for each axis, from the first on.
    pub ranges: Vec<AxisSlice>,
}

impl<T: Real> Op<T> for Slice {
    type Arity = Fixed<1>;
    const NAME: &'static str = "slice";
    const RULE: &'static str = "[..] -> the size of each range";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        AxisSlice::shape(&self.ranges, x)
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.slice(&*self.ranges)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.embed(&*self.ranges, saved.shape(0)))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Slice {
    fn cases() -> Cases<Self> {
        let of = |ranges: &[AxisSlice]| Slice { ranges: ranges.to_vec() };
        let all = AxisSlice::from(..);
        Cases::new(textbook, of(&[(1..4).into(), (..2).into()]), shapes![[5, 3]])
            .case(of(&[AxisSlice::from(1..).step(2), all, (-2..-1).into()]), shapes![[5, 2, 3]])
            .case(of(&[all.step(-1), all.step(-2)]), shapes![[3, 4]])
            .case(of(&[AxisSlice::from(1..=1).step(isize::MAX)]), shapes![[3, 2]])
            .case(of(&[(1..1).into()]), shapes![[3, 2]])
            .case(of(&[]), shapes![[2, 3]])
            .case(of(&[]), shapes![[]])
            .case(of(&[all, all]), shapes![[2, 0]])
            .rejects(of(&[all, all]), shapes![[3]], "2 ranges for 1 axes")
            .rejects(of(&[all, (1..5).into()]), shapes![[3, 4]], "axis 1: range 1..5 is not within an axis of size 4")
            .rejects(of(&[(-4..).into()]), shapes![[3]], "axis 0: range -4.. is not within an axis of size 3")
            .rejects(of(&[all.step(0)]), shapes![[3]], "axis 0: the step of a range is 0")
    }
}

/// Each element is fetched from where its range says.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Slice, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = Op::<f64>::shape(op, [x[0].shape()]).expect("a case that is accepted");
    crate::testing::from_index(shape, |index| crate::testing::element(&x[0], &place(&op.ranges, x[0].shape(), index)))
}

/// The index, in a whole of shape `whole`, of the element at `index` of the part that `ranges` take.
#[cfg(any(test, feature = "testing"))]
pub(super) fn place(ranges: &[AxisSlice], whole: &Shape, index: &[usize]) -> Vec<usize> {
    let mut place = index.to_vec();
    for (axis, range) in ranges.iter().enumerate() {
        let (first, count, step) = range.resolve(whole[axis]).expect("a case that is accepted");
        let step = if count > 1 { step } else { 0 };
        place[axis] = (first as isize + index[axis] as isize * step) as usize;
    }
    place
}
