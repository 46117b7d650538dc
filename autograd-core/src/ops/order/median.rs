//! `median`: the element in the middle along an axis.

use super::{filled_axis_of, take};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The element that would stand in the middle of a sorted axis, the lower one of two, and its position.
    ///
    /// `y = sorted(x)[⌊(n - 1) / 2⌋]`. For the mean of the two in the middle, see [`quantile`](Var::quantile) at one half.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., ..]`, or `[.., 1, ..]` with `keepdim`, and the same of the index; `n` at least 1
    ///
    /// # Gradient
    /// `dx[index] = dy`, and 0 elsewhere. Saves nothing but the index.
    ///
    /// # Edge cases
    /// Equal elements are taken in the order they are in. NaN wins: with one there is no middle, and the first NaN is the result.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([4.0, 1.0, 3.0, 2.0]);
    /// let (y, index) = x.median(0, false);
    /// assert_eq!((y.item(), index.item()), (2.0, 3));
    /// assert_eq!(y.backward().get(&x).unwrap().to_vec(), [0.0, 0.0, 0.0, 1.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range or empty.
    #[track_caller]
    #[must_use]
    pub fn median(&self, axis: isize, keepdim: bool) -> (Self, Tensor<i64>) {
        let axis = filled_axis_of("median", self, axis);
        let middle = (self.shape()[axis] - 1) / 2;
        take(self, axis, self.value().argnth(axis, middle), keepdim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn it_stands_in_the_middle_of_the_sorted_axis() {
        let x = Domain::draw(&[Domain::distinct(0.05)], &[Shape::from([3, 4, 5])], &mut crate::Generator::seed(4));
        for (axis, middle) in [(0, 1), (1, 1), (2, 2)] {
            let leaf = Var::constant(&x[0]);
            let mut ranges = vec![crate::AxisSlice::from(..); axis];
            ranges.push((middle..middle + 1).into());
            let (sorted, order) = leaf.sort(axis as isize, false);
            let (y, index) = leaf.median(axis as isize, true);
            assert_eq!(*y.value(), sorted.value().slice(&*ranges));
            assert_eq!(index, order.slice(&*ranges));
            gradcheck(|x| x[0].median(axis as isize, false).0, &x).unwrap();
            gradgradcheck(|x| x[0].median(axis as isize, true).0.square(), &x).unwrap();
        }
    }

    #[test]
    fn nan_wins_and_equals_keep_their_order() {
        let x = Var::constant([[1.0, f64::NAN, 0.0, f64::NAN], [2.0, 2.0, 2.0, 2.0]]);
        let (y, index) = x.median(1, false);
        assert!(y.value().at([0]).is_nan());
        assert_eq!(index.to_vec(), [1, 1]);
    }

    #[test]
    #[should_panic(expected = "median: axis 1 is empty")]
    fn nothing_has_no_middle() {
        let _ = Var::constant(Tensor::<f64>::zeros([3, 0])).median(-1, false);
    }
}
