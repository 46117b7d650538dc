//! `max_with_index` and `min_with_index`: the extreme element along an axis, and where it stands.

use super::{filled_axis_of, take};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The largest element along an axis, and its position.
    ///
    /// `y = x[index]` with `index = argmaxⱼ x[j]`. See [`amax`](Var::amax) for several axes, where ties share the gradient.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., ..]`, or `[.., 1, ..]` with `keepdim`, and the same of the index; `n` at least 1
    ///
    /// # Gradient
    /// The max gate routes: `dx[index] = dy`, and 0 elsewhere. Saves nothing but the index.
    ///
    /// # Edge cases
    /// The first of several largest elements takes all. NaN wins, the first of several.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 3.0, 3.0], [9.0, 0.0, 1.0]]);
    /// let (y, index) = x.max_with_index(1, false);
    /// assert_eq!(y.to_vec(), [3.0, 9.0]);
    /// assert_eq!(index.to_vec(), [1, 0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range or empty.
    #[track_caller]
    #[must_use]
    #[doc(alias = "max")]
    pub fn max_with_index(&self, axis: isize, keepdim: bool) -> (Self, Tensor<i64>) {
        let axis = filled_axis_of("max_with_index", self, axis);
        let index = self.value().argmax(axis as isize).reshape(self.shape().with(axis, 1));
        take(self, axis, index, keepdim)
    }

    /// The smallest element along an axis, and its position.
    ///
    /// `y = x[index]` with `index = argminⱼ x[j]`. See [`amin`](Var::amin) for several axes, where ties share the gradient.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., ..]`, or `[.., 1, ..]` with `keepdim`, and the same of the index; `n` at least 1
    ///
    /// # Gradient
    /// `dx[index] = dy`, and 0 elsewhere. Saves nothing but the index.
    ///
    /// # Edge cases
    /// The first of several smallest elements takes all. NaN wins, the first of several.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[3.0, 1.0, 1.0], [0.0, 9.0, 1.0]]);
    /// let (y, index) = x.min_with_index(1, false);
    /// assert_eq!(y.to_vec(), [1.0, 0.0]);
    /// assert_eq!(index.to_vec(), [1, 0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range or empty.
    #[track_caller]
    #[must_use]
    #[doc(alias = "min")]
    pub fn min_with_index(&self, axis: isize, keepdim: bool) -> (Self, Tensor<i64>) {
        let axis = filled_axis_of("min_with_index", self, axis);
        let index = self.value().argmin(axis as isize).reshape(self.shape().with(axis, 1));
        take(self, axis, index, keepdim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn values_are_those_of_amax_and_amin() {
        let x = Domain::draw(&[Domain::distinct(0.05)], &[Shape::from([2, 4, 3])], &mut crate::Generator::seed(3));
        for (axis, keepdim) in [(0, false), (1, true), (-1, false)] {
            let leaf = Var::constant(&x[0]);
            let (largest, at) = leaf.max_with_index(axis, keepdim);
            assert_eq!(*largest.value(), *leaf.amax(axis, keepdim).value());
            assert_eq!(at.shape(), largest.shape());
            assert_eq!(*leaf.min_with_index(axis, keepdim).0.value(), *leaf.amin(axis, keepdim).value());
            gradcheck(|x| x[0].max_with_index(axis, keepdim).0, &x).unwrap();
            gradcheck(|x| x[0].min_with_index(axis, keepdim).0, &x).unwrap();
            gradgradcheck(|x| x[0].max_with_index(axis, keepdim).0.square(), &x).unwrap();
        }
    }

    #[test]
    fn the_first_takes_all_and_nan_wins() {
        let nan = f64::NAN;
        let x = Var::leaf([[2.0, 2.0, 1.0, 1.0], [5.0, nan, 9.0, nan]]);
        let (largest, at) = x.max_with_index(1, false);
        assert_eq!(at.to_vec(), [0, 1]);
        assert!(largest.value().at([1]).is_nan());
        let gradients = largest.sum().backward();
        assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        assert_eq!(x.min_with_index(1, true).1, [[2], [1]].into());
    }

    #[test]
    #[should_panic(expected = "max_with_index: axis 0 is empty\n  x     [0, 3]\n  rule  [.., n, ..] -> [.., ..]")]
    fn of_nothing_there_is_no_largest() {
        let _ = Var::constant(Tensor::<f64>::zeros([0, 3])).max_with_index(0, false);
    }

    #[test]
    #[should_panic(expected = "min_with_index: axis 1 is out of range, the axes are -1 to 0")]
    fn an_axis_that_is_not_there_is_refused() {
        let _ = Var::constant([1.0]).min_with_index(1, false);
    }
}
