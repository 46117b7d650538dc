//! `sort`: the elements along an axis in order.

use super::axis_of;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The elements along an axis in rising order, or in falling order, and the positions where they stood.
    ///
    /// `y[j] = x[index[j]]`. See [`Tensor::argsort`] for the positions alone.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., n, ..]`, and the same of the index
    ///
    /// # Gradient
    /// `dx[index[j]] = dy[j]`: each gradient goes back to where its element stood. Saves nothing but the index.
    ///
    /// # Edge cases
    /// Equal elements stay in the order they are in. NaN counts as larger than any number: last in rising order, first in falling order.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([3.0, 1.0, 2.0]);
    /// let (y, index) = x.sort(0, false);
    /// assert_eq!(y.to_vec(), [1.0, 2.0, 3.0]);
    /// assert_eq!(index.to_vec(), [1, 2, 0]);
    /// let gradients = y.backward_with(&[10.0, 20.0, 30.0].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [30.0, 10.0, 20.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    #[must_use]
    pub fn sort(&self, axis: isize, descending: bool) -> (Self, Tensor<i64>) {
        let axis = axis_of("sort", "[.., n, ..] -> [.., n, ..]", self, axis);
        let index = self.value().argsort(axis as isize, descending);
        (self.gather(axis as isize, &index), index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn rows_are_sorted_along_any_axis_and_gradients_go_back() {
        let x = Domain::draw(&[Domain::distinct(0.05)], &[Shape::from([2, 4, 3])], &mut crate::Generator::seed(1));
        for (axis, descending) in [(0, false), (1, true), (2, false)] {
            let (y, index) = Var::constant(&x[0]).sort(axis as isize - 3, descending);
            let mut last = [0, 1, 2];
            last.swap(axis, 2);
            let (x_rows, y_rows) = (x[0].permute(last).to_vec(), y.value().permute(last).to_vec());
            let (index_rows, n) = (index.permute(last).to_vec(), x[0].shape()[axis]);
            for (i, row) in x_rows.chunks(n).enumerate() {
                let mut by_hand: Vec<(f64, i64)> = row.iter().copied().zip(0..).collect();
                by_hand.sort_by(|a, b| if descending { b.0.total_cmp(&a.0) } else { a.0.total_cmp(&b.0) });
                let (values, positions): (Vec<f64>, Vec<i64>) = by_hand.into_iter().unzip();
                assert_eq!(y_rows[i * n..(i + 1) * n], values);
                assert_eq!(index_rows[i * n..(i + 1) * n], positions);
            }
            gradcheck(|x| x[0].sort(axis as isize, descending).0, &x).unwrap();
            gradgradcheck(|x| x[0].sort(axis as isize, descending).0.square(), &x).unwrap();
        }
    }

    #[test]
    fn equals_keep_their_order_and_nan_counts_as_largest() {
        let x = Var::constant([2.0, f64::NAN, 0.0, 2.0, -0.0, f64::NEG_INFINITY, f64::NAN, f64::INFINITY]);
        assert_eq!(x.sort(0, false).1.to_vec(), [5, 2, 4, 0, 3, 7, 1, 6]);
        assert_eq!(x.sort(0, true).1.to_vec(), [1, 6, 7, 0, 3, 2, 4, 5]);
    }

    #[test]
    fn nothing_is_sorted_too() {
        for shape in shapes![[0, 3], [3, 0]] {
            let (y, index) = Var::constant(Tensor::<f64>::zeros(&shape)).sort(0, true);
            assert_eq!((y.shape(), index.shape()), (&shape, &shape));
        }
    }

    #[test]
    #[should_panic(expected = "sort: axis 2 is out of range, the axes are -2 to 1")]
    fn an_axis_that_is_not_there_is_refused() {
        let _ = Var::constant([[1.0]]).sort(2, false);
    }
}
