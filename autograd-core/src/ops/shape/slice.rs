//! `slice`: a part of each axis.

use crate::ops::prelude::*;
use crate::tensor::axis_index::Selection;
use crate::tensor::{AxisIndex, IntoSlices};

impl<T: Real> Var<T> {
    /// A part of the variable: for each axis, from the first on, a range, or a position, which drops the axis. Axes not named are taken
    /// whole, so that one range or position alone is for the first axis. A view. The macro [`s!`](crate::s) writes it as NumPy does:
    /// `x.slice(s![0, .., 1..-1])`.
    ///
    /// `y[i, j] = x[start₀ + i·step₀, start₁ + j·step₁]`; negative ends count from the end of the axis, and a negative step takes the
    /// same range from its last element backwards.
    ///
    /// # Shape
    /// `[..] ->` the size of each range, 1 for each new axis
    ///
    /// # Gradient
    /// `dx = embed(dy)`: `dy` at the places it was taken from, 0 elsewhere. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, s};
    /// let x = Var::leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(*x.slice(1).value(), [4.0, 5.0, 6.0].into());
    /// assert_eq!(*x.slice((1.., ..2)).value(), [[4.0, 5.0]].into());
    /// let y = x.slice(s![1, ..-1]);
    /// assert_eq!(*y.value(), [4.0, 5.0].into());
    /// let gradients = y.backward_with(&[1.0, 2.0].into());
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
    /// What is taken of each axis, from the first on.
    pub ranges: List<AxisIndex>,
}

impl<T: Real> Op<T> for Slice {
    type Arity = Fixed<1>;
    const NAME: &'static str = "slice";
    const RULE: &'static str = "[..] -> the size of each range";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        Ok(Selection::new(&self.ranges, x)?.shape())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.select(&Selection::new(&self.ranges, x.shape()).expect("the shape rule accepted the ranges"))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.embed(&self.ranges[..], saved.shape(0)))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Slice {
    fn cases() -> Cases<Self> {
        use crate::{AxisSlice, s};
        let of = |ranges: &[AxisIndex]| Slice { ranges: ranges.iter().copied().collect() };
        Cases::new(textbook, of(&s![1..4, ..2]), shapes![[5, 3]])
            .case(of(&s![1..;2, .., -2..-1]), shapes![[5, 2, 3]])
            .case(of(&s![..;-1, ..;-2]), shapes![[3, 4]])
            .case(of(&s![1..=1;isize::MAX]), shapes![[3, 2]])
            .case(of(&s![1..1]), shapes![[3, 2]])
            .case(of(&s![]), shapes![[2, 3]])
            .case(of(&s![]), shapes![[]])
            .case(of(&s![.., ..]), shapes![[2, 0]])
            .case(of(&s![-1, 1..;-1]), shapes![[3, 4]])
            .case(of(&s![1..-1, ..=-2]), shapes![[4, 3]])
            .case(of(&s![.., 2, 0]), shapes![[3, 4, 2]])
            .case(of(&s![1, -2]), shapes![[3, 4]])
            .case(of(&s![1, ..., 1..3]), shapes![[2, 2, 3, 3]])
            .case(of(&s![newaxis, .., newaxis, 1, ..., newaxis]), shapes![[2, 3, 2]])
            .case(of(&s![...]), shapes![[]])
            .case(of(&s![1]), shapes![[2, 0]])
            .rejects(of(&s![.., ..]), shapes![[3]], "2 ranges for 1 axes")
            .rejects(of(&s![.., 1..5]), shapes![[3, 4]], "axis 1: range 1..5 is not within an axis of size 4")
            .rejects(of(&s![-4..]), shapes![[3]], "axis 0: range -4.. is not within an axis of size 3")
            .rejects(of(&s![..;0]), shapes![[3]], "axis 0: the step of a range is 0")
            .rejects(of(&s![.., 3]), shapes![[2, 3]], "axis 1: index 3 is not within an axis of size 3")
            .rejects(of(&s![-4]), shapes![[3]], "axis 0: index -4 is not within an axis of size 3")
            .rejects(of(&s![0]), shapes![[0]], "axis 0: index 0 is not within an axis of size 0")
            .rejects(of(&s![..., 0, ...]), shapes![[2, 3]], "the rest of the axes stands twice")
            .rejects(of(&[AxisSlice::between(2, 1).into()]), shapes![[3]], "axis 0: range 2..1 is not within")
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
pub(super) fn place(ranges: &[AxisIndex], whole: &Shape, index: &[usize]) -> Vec<usize> {
    let named = ranges.iter().filter(|range| matches!(range, AxisIndex::Range(_) | AxisIndex::At(_))).count();
    let (mut place, mut index) = (Vec::new(), index.iter().copied());
    let mut rest = whole.rank() - named;
    for range in ranges {
        match *range {
            AxisIndex::NewAxis => assert_eq!(index.next(), Some(0)),
            AxisIndex::Rest => place.extend(index.by_ref().take(std::mem::take(&mut rest))),
            AxisIndex::At(at) => place.push(at.rem_euclid(whole[place.len()] as isize) as usize),
            AxisIndex::Range(range) => {
                let (first, count, step) = range.resolve(whole[place.len()]).expect("a case that is accepted");
                let i = index.next().expect("one for each range") as isize;
                place.push((first as isize + i * if count > 1 { step } else { 0 }) as usize);
            }
        }
    }
    place.extend(index);
    place
}
