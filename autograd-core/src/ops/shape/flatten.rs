//! `flatten`: neighbouring axes as one.

use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The axes from `first` to `last`, both included, as one; a [`reshape`](Var::reshape). Negative axes count from the end, so that
    /// `flatten(0, -1)` makes a vector and `flatten(1, -1)` keeps a batch.
    ///
    /// # Shape
    /// `[.., m, .., n, ..] -> [.., m·…·n, ..]`; `[] -> [1]`
    ///
    /// # Gradient
    /// `dx = dy` under the shape of `x`. Saves that shape.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[1.0, 2.0], [3.0, 4.0]]]);
    /// let y = x.flatten(1, -1);
    /// assert_eq!(*y.value(), [[1.0, 2.0, 3.0, 4.0]].into());
    /// let gradients = y.backward_with(&[[5.0, 6.0, 7.0, 8.0]].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[[5.0, 6.0], [7.0, 8.0]]].into());
    /// ```
    ///
    /// # Panics
    /// If an axis is out of range, or `last` stands before `first`.
    #[track_caller]
    #[must_use]
    #[doc(alias = "ravel")]
    pub fn flatten(&self, first: isize, last: isize) -> Self {
        let shape =
            self.value().accept("flatten", "[.., m, .., n, ..] -> [.., m .. n, ..]", flat(self.shape(), first, last));
        self.reshape(shape)
    }
}

fn flat(shape: &Shape, first: isize, last: isize) -> Result<Shape, Mismatch> {
    // A single number is flattened as a vector with one element, as PyTorch does.
    let sizes = if shape.rank() == 0 { Shape::from([1]) } else { shape.clone() };
    let (first, last) = (sizes.axis(first)?, sizes.axis(last)?);
    if first > last {
        return Err(Mismatch::new(format!("axis {last}, the last one, stands before axis {first}")));
    }
    let joined = Shape::from(&sizes[first..=last]);
    let joined = if joined.contains(&0) { 0 } else { joined.addressable()?.numel() };
    Ok(Shape::joined([&sizes[..first], &[joined], &sizes[last + 1..]]))
}

#[cfg(test)]
mod tests {
    use crate::ops::prelude::check_gradients;
    use crate::{Tensor, Var};

    #[test]
    fn any_neighbours_are_joined() {
        let x = Var::leaf(Tensor::<f64>::arange(24).reshape([2, 3, 4]));
        assert_eq!(*x.flatten(0, -1).shape(), [24]);
        assert_eq!(*x.flatten(0, 1).shape(), [6, 4]);
        assert_eq!(*x.flatten(1, -1).shape(), [2, 12]);
        assert_eq!(*x.flatten(1, 1).shape(), [2, 3, 4]);
        assert_eq!(*Var::leaf(1.0).flatten(0, -1).shape(), [1]);
        assert_eq!(*Var::leaf(Tensor::<f64>::zeros([2, 0, 3])).flatten(1, 2).shape(), [2, 0]);
    }

    #[test]
    fn gradients_of_both_orders() {
        let x = [Tensor::<f64>::linspace(-1.0, 1.0, 12).reshape([2, 3, 2])];
        check_gradients(|x| x[0].permute([1, 0, 2]).flatten(0, 1).pow_scalar(3.0), &x);
    }

    #[test]
    #[should_panic(expected = "flatten: axis 0, the last one, stands before axis 1")]
    fn the_first_axis_comes_first() {
        let _ = Var::leaf([[1.0, 2.0]]).flatten(1, 0);
    }

    #[test]
    #[should_panic(expected = "flatten: axis 2 is out of range, the axes are -2 to 1")]
    fn the_axes_must_be_there() {
        let _ = Var::leaf([[1.0, 2.0]]).flatten(0, 2);
    }
}
