//! `take_along_axis`: elements by their positions along an axis, with broadcasting.

use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// For each element of `index`, the element at that position along an axis, after both were broadcast to one shape off the axis.
    ///
    /// `y[i, j] = x[i, index[i, j]]` along axis 1. A [`gather`](Var::gather), which takes the index as it is.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., k, ..]` for an index `[.., k, ..]` of positions from 0 to `n - 1`
    ///
    /// # Gradient
    /// `dx = scatter_add(dy)`, summed over what was broadcast. Saves shapes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let y = x.take_along_axis(1, &[[2, 0]].into());
    /// assert_eq!(*y.value(), [[3.0, 1.0], [6.0, 4.0]].into());
    /// assert_eq!(*y.sum().backward().get(&x).unwrap(), [[1.0, 0.0, 1.0], [1.0, 0.0, 1.0]].into());
    /// ```
    ///
    /// # Panics
    /// If the numbers of axes differ, the shapes do not broadcast off the axis, or a position is out of range.
    #[track_caller]
    #[must_use]
    #[doc(alias = "take_along_dim")]
    pub fn take_along_axis(&self, axis: isize, index: &Tensor<i64>) -> Self {
        let found = broadcast_along(self.shape(), index, axis);
        let (x, k) =
            self.value().accept("take_along_axis", "[.., n, ..] -> [.., k, ..] for an index [.., k, ..]", found);
        self.broadcast_to(x).gather(axis, &index.broadcast_to(k))
    }
}

/// The shapes that operand and index broadcast to, each with its own size along the axis.
fn broadcast_along(x: &Shape, index: &Tensor<i64>, axis: isize) -> Result<(Shape, Shape), Mismatch> {
    let axis = x.axis(axis)?;
    if index.rank() != x.rank() {
        return Err(Mismatch::new(format!("the index has {} axes, the operand has {}", index.rank(), x.rank())));
    }
    within(index, axis, x[axis])?;
    let others = x.with(axis, 1).broadcast(&index.shape().with(axis, 1))?;
    Ok((others.with(axis, x[axis]).addressable()?, others.with(axis, index.shape()[axis]).addressable()?))
}

#[cfg(test)]
mod tests {
    use crate::ops::prelude::check_gradients;
    use crate::{Tensor, Var};

    #[test]
    fn either_side_is_broadcast() {
        let x = Var::leaf([[1.0, 2.0, 3.0]]);
        let y = x.take_along_axis(-1, &[[0, 2], [1, 1]].into());
        assert_eq!(*y.value(), [[1.0, 3.0], [2.0, 2.0]].into());
    }

    #[test]
    fn gradients_of_both_orders() {
        let x = [Tensor::<f64>::linspace(-1.0, 1.0, 6).reshape([2, 1, 3])];
        check_gradients(|x| x[0].take_along_axis(2, &[[[2, 0], [1, 1]]].into()).pow_scalar(3.0), &x);
    }

    #[test]
    #[should_panic(expected = "take_along_axis: index 3 at [0, 1] is out of range, axis 1 has size 3")]
    fn a_position_beyond_the_axis_is_refused() {
        let _ = Var::leaf([[1.0, 2.0, 3.0]]).take_along_axis(1, &[[0, 3]].into());
    }

    #[test]
    #[should_panic(expected = "take_along_axis: the index has 1 axes, the operand has 2")]
    fn an_index_with_other_axes_is_refused() {
        let _ = Var::leaf([[1.0, 2.0, 3.0]]).take_along_axis(1, &[0].into());
    }

    #[test]
    #[should_panic(expected = "take_along_axis: shapes do not broadcast, axis -2 is 2 and 3")]
    fn sizes_off_the_axis_must_agree() {
        let _ = Var::leaf([[1.0], [2.0]]).take_along_axis(1, &[[0], [0], [0]].into());
    }
}
