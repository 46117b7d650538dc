//! `select`: one position along an axis.

use crate::ops::prelude::*;
use crate::tensor::AxisIndex;
use crate::tensor::axis_index::position;

impl<T: Real> Var<T> {
    /// The part at one position along an axis, which is dropped; a negative position counts from the end. A view, and a
    /// [`slice`](Var::slice).
    ///
    /// `y[i, j] = x[i, index, j]` along axis 1
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., ..]`
    ///
    /// # Gradient
    /// `dx` is `dy` at the position and 0 elsewhere. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let y = x.select(1, -1);
    /// assert_eq!(y.to_vec(), [3.0, 6.0]);
    /// let gradients = y.backward_with(&[7.0, 8.0].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[0.0, 0.0, 7.0], [0.0, 0.0, 8.0]].into());
    /// ```
    ///
    /// # Panics
    /// If the axis has no such position.
    #[track_caller]
    #[must_use]
    pub fn select(&self, axis: isize, index: isize) -> Self {
        let found = self.shape().axis(axis).and_then(|axis| position(index, axis, self.shape()).map(|_| axis));
        let axis = self.value().accept("select", "[.., n, ..] -> [.., ..]", found);
        let mut ranges = List::filled(AxisIndex::from(..), axis);
        ranges.push(AxisIndex::At(index));
        self.slice(ranges)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::prelude::check_gradients;
    use crate::{Tensor, Var};

    #[test]
    fn the_position_is_taken_out_and_the_axis_with_it() {
        let x = Tensor::<f64>::arange(24).reshape([2, 3, 4]);
        for (axis, index, first) in [(0, 1, 12.0), (1, -2, 4.0), (-1, 3, 3.0)] {
            let y = Var::constant(&x).select(axis, index);
            assert_eq!((y.rank(), y.to_vec()[0]), (2, first));
            check_gradients(|x| x[0].select(axis, index).pow_scalar(3.0), std::slice::from_ref(&x));
        }
    }

    #[test]
    #[should_panic(expected = "select: axis 1: index 3 is not within an axis of size 3")]
    fn a_position_beyond_the_axis_is_refused() {
        let _ = Var::leaf([[1.0, 2.0, 3.0]]).select(1, 3);
    }

    #[test]
    #[should_panic(expected = "select: axis 0 of a single number, which has none")]
    fn a_number_has_no_position() {
        let _ = Var::leaf(1.0).select(0, 0);
    }
}
