//! `amax`: the largest element over axes.

use super::extremum;
use crate::kernel::elementwise;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The largest element over the axes named; [`Axes::All`] for all of them.
    ///
    /// `y[i] = maxⱼ x[i, j]`
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., ..]`, or `[.., 1, ..]` with `keepdim`; `n` at least 1
    ///
    /// # Gradient
    /// `dx[i, j] = dy[i] / count` where `x[i, j] = y[i]`, of which there are `count`, else 0. Saves `x` and `y`.
    ///
    /// # Edge cases
    /// Ties share the gradient equally. NaN wins: where an element is NaN the result is, and the NaNs share the gradient.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 3.0, 3.0], [9.0, 0.0, 1.0]]);
    /// let y = x.amax(1, false);
    /// assert_eq!(y.to_vec(), [3.0, 9.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 0.5, 0.5, 1.0, 0.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If an axis is out of range, named twice or empty.
    #[track_caller]
    #[must_use]
    #[doc(alias = "max")]
    pub fn amax(&self, axes: impl Into<Axes>, keepdim: bool) -> Self {
        record(Amax { axes: axes.into(), keepdim }, [self])
    }
}

/// The op of [`Var::amax`].
#[derive(Clone)]
pub struct Amax {
    /// The axes searched.
    pub axes: Axes,
    /// Whether they stay, with size 1.
    pub keepdim: bool,
}

impl<T: Real> Op<T> for Amax {
    type Arity = Fixed<1>;
    const NAME: &'static str = "amax";
    const RULE: &'static str = "[.., n, ..] -> [.., ..], or [.., 1, ..] with keepdim, n at least 1";
    const SAVES: Save = Save::INPUTS.and(Save::OUTPUT);

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        extremum::shape(x, &self.axes, self.keepdim)
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        extremum::fold(x, &self.axes, self.keepdim, T::neg_infinity(), elementwise::max)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| extremum::share(saved.input(0).value(), saved.y().value(), &self.axes, dy))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Amax {
    fn cases() -> Cases<Self> {
        let over = |axes: &[isize], keepdim| Amax { axes: axes.into(), keepdim };
        let all = Amax { axes: Axes::All, keepdim: false };
        let (nan, infinity) = (f64::NAN, f64::NEG_INFINITY);
        Cases::new(textbook, over(&[1], false), shapes![[3, 4]])
            .case(over(&[0, 2], true), shapes![[2, 3, 4]])
            .case(over(&[-2], true), shapes![[2, 5, 1]])
            .case(all.clone(), shapes![[2, 3]])
            .case(all.clone(), shapes![[]])
            .case(over(&[1], false), shapes![[0, 3]])
            .case(over(&[], false), shapes![[2, 3]])
            .domain(Domain::distinct(0.05))
            .pin("tie", all.clone(), tensors![[1.0, 2.0, 2.0, 0.0]], 2.0, tensors![[0.0, 0.5, 0.5, 0.0]])
            .pin("NaN wins", all.clone(), tensors![[1.0, nan, 9.0]], nan, tensors![[0.0, 1.0, 0.0]])
            .pin("NaNs share", all.clone(), tensors![[nan, nan]], nan, tensors![[0.5, 0.5]])
            .pin("all infinite", all.clone(), tensors![[infinity, infinity]], infinity, tensors![[0.5, 0.5]])
            .rejects(over(&[0], false), shapes![[0, 3]], "axis 0 is empty")
            .rejects(all, shapes![[0]], "axis 0 is empty")
            .rejects(over(&[2], false), shapes![[2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(over(&[0, -2], false), shapes![[2, 3]], "axis 0 is named twice")
            .shared(over(&[1], false), shapes![[200, 400]])
            .shared(over(&[0], false), shapes![[200, 400]])
            .bench(over(&[1], false), shapes![[1024, 1024]], Work::Bytes(4 << 20))
            .bench(over(&[0], false), shapes![[1024, 1024]], Work::Bytes(4 << 20))
    }
}

/// The largest so far, element after element.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Amax, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::reduce(&x[0], &op.axes, op.keepdim, |all| all.iter().copied().fold(f64::NEG_INFINITY, f64::max))
}
