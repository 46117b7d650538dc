//! `transpose` and `movedim`: axes exchanged, and axes moved.

use crate::ops::prelude::*;
use smallvec::SmallVec;

impl<T: Real> Var<T> {
    /// Two axes exchanged; negative ones count from the end. A view, and a [`permute`](Var::permute).
    ///
    /// `y[.., j, .., i, ..] = x[.., i, .., j, ..]`
    ///
    /// See [`mt`](Var::mt) for the transposed matrix.
    ///
    /// # Shape
    /// `[.., m, .., n, ..] -> [.., n, .., m, ..]`
    ///
    /// # Gradient
    /// `dx = transpose(dy)`. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var};
    /// let x = Var::leaf(Tensor::<f64>::arange(6).reshape([1, 2, 3]));
    /// let y = x.transpose(0, -1);
    /// assert_eq!(*y.shape(), [3, 2, 1]);
    /// assert_eq!(y.to_vec(), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
    /// let gradients = y.backward_with(&Tensor::arange(6).reshape([3, 2, 1]));
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]);
    /// ```
    ///
    /// # Panics
    /// If an axis is out of range.
    #[track_caller]
    #[must_use]
    #[doc(alias = "swapaxes")]
    #[doc(alias = "swapdims")]
    pub fn transpose(&self, a: isize, b: isize) -> Self {
        let rule = "[.., m, .., n, ..] -> [.., n, .., m, ..]";
        let a = self.value().accept("transpose", rule, self.shape().axis(a));
        let b = self.value().accept("transpose", rule, self.shape().axis(b));
        let mut axes: SmallVec<[usize; 4]> = (0..self.rank()).collect();
        axes.swap(a, b);
        self.permute(axes)
    }

    /// The axes `from` moved to the places `to`; the others keep their order. Negative numbers count from the end. A view, and a
    /// [`permute`](Var::permute).
    ///
    /// # Shape
    /// `[.., n, ..] ->` the same sizes, with `n` at its new place
    ///
    /// # Gradient
    /// `dx` is `dy` with the axes moved back. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var};
    /// let x = Var::leaf(Tensor::<f64>::arange(6).reshape([1, 2, 3]));
    /// assert_eq!(*x.movedim([0, 1], [1, 0]).shape(), [2, 1, 3]);
    /// let y = x.movedim(2, 0);
    /// assert_eq!(*y.shape(), [3, 1, 2]);
    /// assert_eq!(y.to_vec(), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
    /// let gradients = y.backward_with(&Tensor::arange(6).reshape([3, 1, 2]));
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]);
    /// ```
    ///
    /// # Panics
    /// If an axis is out of range or named twice, or more axes than places are named, or fewer.
    #[track_caller]
    #[must_use]
    #[doc(alias = "moveaxis")]
    pub fn movedim(&self, from: impl Into<Axes>, to: impl Into<Axes>) -> Self {
        let order = moved(self.shape(), &from.into(), &to.into());
        let order = self.value().accept("movedim", "[..] -> [..] with the axes at their new places", order);
        self.permute(order)
    }
}

/// The axis that comes to stand at each place.
fn moved(shape: &Shape, from: &Axes, to: &Axes) -> Result<SmallVec<[usize; 4]>, Mismatch> {
    // In the order in which they are named, each once.
    let named = |axes: &Axes| -> Result<SmallVec<[usize; 4]>, Mismatch> {
        axes.resolve(shape)?;
        match axes {
            Axes::All => Ok((0..shape.rank()).collect()),
            Axes::These(axes) => axes.iter().map(|&axis| shape.axis(axis)).collect(),
        }
    };
    let (from, to) = (named(from)?, named(to)?);
    if from.len() != to.len() {
        return Err(Mismatch::new(format!("{} axes are to move to {} places", from.len(), to.len())));
    }
    let mut others = (0..shape.rank()).filter(|axis| !from.contains(axis));
    let at = |place| match to.iter().position(|&to| to == place) {
        Some(i) => from[i],
        None => others.next().expect("as many others as places are left"),
    };
    Ok((0..shape.rank()).map(at).collect())
}

#[cfg(test)]
mod tests {
    use crate::ops::prelude::check_gradients;
    use crate::{Axes, Tensor, Var};

    #[test]
    fn axes_come_to_stand_where_they_are_sent() {
        let x = Var::leaf(Tensor::<f64>::zeros([2, 3, 4, 5]));
        assert_eq!(*x.transpose(1, 3).shape(), [2, 5, 4, 3]);
        assert_eq!(*x.transpose(-1, -1).shape(), [2, 3, 4, 5]);
        assert_eq!(*x.movedim(0, -1).shape(), [3, 4, 5, 2]);
        assert_eq!(*x.movedim(-1, 1).shape(), [2, 5, 3, 4]);
        assert_eq!(*x.movedim([3, 0], [0, 2]).shape(), [5, 3, 2, 4]);
        assert_eq!(*x.movedim(Axes::All, [3, 2, 1, 0]).shape(), [5, 4, 3, 2]);
        assert_eq!(*x.movedim([], []).shape(), [2, 3, 4, 5]);
    }

    #[test]
    fn gradients_of_both_orders() {
        let x = [Tensor::<f64>::linspace(-1.0, 1.0, 12).reshape([2, 3, 2])];
        check_gradients(|x| x[0].transpose(0, 1).pow_scalar(3.0), &x);
        check_gradients(|x| x[0].movedim([0, 1], [2, 0]).pow_scalar(3.0), &x);
    }

    #[test]
    #[should_panic(expected = "transpose: axis 2 is out of range, the axes are -2 to 1")]
    fn the_axes_must_be_there() {
        let _ = Var::leaf([[1.0, 2.0]]).transpose(0, 2);
    }

    #[test]
    #[should_panic(expected = "movedim: 2 axes are to move to 1 places")]
    fn each_axis_needs_a_place() {
        let _ = Var::leaf([[1.0, 2.0]]).movedim([0, 1], 0);
    }

    #[test]
    #[should_panic(expected = "movedim: axis 0 is named twice")]
    fn two_axes_cannot_share_a_place() {
        let _ = Var::leaf([[1.0, 2.0]]).movedim([0, 1], [0, -2]);
    }
}
