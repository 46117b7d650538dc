//! `topk`: the largest or smallest elements along an axis.

use super::{axis_of, refuse};
use crate::ops::prelude::*;

const RULE: &str = "[.., n, ..] -> [.., k, ..], k at most n";

impl<T: Real> Var<T> {
    /// The `k` largest elements along an axis in falling order, or the `k` smallest in rising order, and the positions where they stood.
    ///
    /// `y[j] = x[index[j]]`: the first `k` that [`sort`](Var::sort) would give, without sorting the others.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., k, ..]`, and the same of the index; `k` from 0 to `n`
    ///
    /// # Gradient
    /// `dx[index[j]] = dy[j]`, and 0 for the elements that were left. Saves nothing but the index.
    ///
    /// # Edge cases
    /// Among equal elements the first come first. NaN counts as larger than any number.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([3.0, 1.0, 4.0, 2.0]);
    /// let (y, index) = x.topk(2, 0, true);
    /// assert_eq!(y.to_vec(), [4.0, 3.0]);
    /// assert_eq!(index.to_vec(), [2, 0]);
    /// let gradients = y.backward_with(&[10.0, 20.0].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [20.0, 0.0, 10.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range or has fewer than `k` elements.
    #[track_caller]
    #[must_use]
    pub fn topk(&self, k: usize, axis: isize, largest: bool) -> (Self, Tensor<i64>) {
        let axis = axis_of("topk", RULE, self, axis);
        let n = self.shape()[axis];
        if k > n {
            refuse("topk", RULE, Mismatch::new(format!("{k} elements of axis {axis}, which has {n}")), self);
        }
        let index = self.value().argtopk(axis, k, largest);
        (self.gather(axis as isize, &index), index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn it_is_the_beginning_of_a_sorted_axis() {
        let x = Domain::draw(&[Domain::distinct(0.05)], &[Shape::from([3, 5, 2])], &mut crate::Generator::seed(2));
        for (k, largest) in [(0, true), (1, false), (3, true), (5, false)] {
            let (y, index) = Var::constant(&x[0]).topk(k, 1, largest);
            let (sorted, order) = Var::constant(&x[0]).sort(1, largest);
            assert_eq!(*y.value(), sorted.value().slice((.., ..k)));
            assert_eq!(index, order.slice((.., ..k)));
            gradcheck(|x| x[0].topk(k, 1, largest).0, &x).unwrap();
            gradgradcheck(|x| x[0].topk(k, -2, largest).0, &x).unwrap();
        }
    }

    #[test]
    fn ties_go_to_the_first_and_nan_counts_as_largest() {
        let x = Var::constant([2.0, f64::NAN, 2.0, 1.0, 2.0]);
        assert_eq!(x.topk(3, 0, true).1.to_vec(), [1, 0, 2]);
        assert_eq!(x.topk(3, 0, false).1.to_vec(), [3, 0, 2]);
    }

    #[test]
    #[should_panic(
        expected = "topk: 4 elements of axis 1, which has 3\n  x     [2, 3]\n  rule  [.., n, ..] -> [.., k, ..], k at most n"
    )]
    fn more_than_there_are_is_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([2, 3])).topk(4, -1, true);
    }

    #[test]
    #[should_panic(expected = "topk: axis 0 of a single number, which has none")]
    fn a_single_number_has_no_axis() {
        let _ = Var::constant(1.0).topk(1, 0, true);
    }
}
