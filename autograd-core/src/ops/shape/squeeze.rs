//! `squeeze` and `unsqueeze`: axes of size 1, away and in.

use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The variable without the axes named, which have size 1; [`Axes::All`] means all of that size. A view.
    ///
    /// # Shape
    /// `[.., 1, ..] -> [.., ..]`
    ///
    /// # Gradient
    /// `dx = dy` under the shape of `x`. Saves that shape.
    ///
    /// # Edge cases
    /// An axis of another size is refused, as in NumPy; PyTorch leaves it where it is.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Axes, Var};
    /// let x = Var::leaf([[[1.0], [2.0]]]);
    /// assert_eq!(*x.squeeze(-1).shape(), [1, 2]);
    /// let y = x.squeeze(Axes::All);
    /// assert_eq!(*y.value(), [1.0, 2.0].into());
    /// let gradients = y.backward_with(&[3.0, 4.0].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[[3.0], [4.0]]].into());
    /// ```
    ///
    /// # Panics
    /// If an axis is out of range, named twice, or has another size than 1.
    #[track_caller]
    #[must_use]
    pub fn squeeze(&self, axes: impl Into<Axes>) -> Self {
        let rule = "[.., 1, ..] -> [.., ..]";
        let shape = self.shape();
        let axes = match axes.into() {
            Axes::All => (0..shape.rank()).filter(|&axis| shape[axis] == 1).collect(),
            these => self.value().accept("squeeze", rule, these.resolve(shape)),
        };
        let found = match axes.iter().find(|&&axis| shape[axis] != 1) {
            Some(&axis) => Err(Mismatch::new(format!("axis {axis} has size {}, not 1", shape[axis]))),
            None => Ok(shape.reduced(&axes, false)),
        };
        self.reshape(self.value().accept("squeeze", rule, found))
    }

    /// The variable with a new axis of size 1, which comes to stand at the place named; negative places count from the end of the
    /// result's axes. A view.
    ///
    /// # Shape
    /// `[.., ..] -> [.., 1, ..]`
    ///
    /// # Gradient
    /// `dx = dy` under the shape of `x`. Saves that shape.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 2.0]);
    /// let y = x.unsqueeze(-1);
    /// assert_eq!(*y.value(), [[1.0], [2.0]].into());
    /// let gradients = y.backward_with(&[[3.0], [4.0]].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [3.0, 4.0].into());
    /// ```
    ///
    /// # Panics
    /// If the result has no such axis.
    #[track_caller]
    #[must_use]
    #[doc(alias = "expand_dims")]
    pub fn unsqueeze(&self, axis: isize) -> Self {
        let mut sizes = [&**self.shape(), &[1]].concat();
        let axis = Shape::from(&*sizes).axis(axis);
        let axis = self.value().accept("unsqueeze", "[.., ..] -> [.., 1, ..]", axis);
        sizes[axis..].rotate_right(1);
        self.reshape(sizes)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::prelude::check_gradients;
    use crate::{Axes, Tensor, Var, s};

    #[test]
    fn axes_go_and_come() {
        let x = Var::leaf(Tensor::<f64>::arange(6).reshape([1, 2, 1, 3]));
        assert_eq!(*x.squeeze([0, 2]).shape(), [2, 3]);
        assert_eq!(*x.squeeze([]).shape(), [1, 2, 1, 3]);
        assert_eq!(*x.squeeze(Axes::All).shape(), [2, 3]);
        assert_eq!(*x.unsqueeze(0).shape(), [1, 1, 2, 1, 3]);
        assert_eq!(*x.unsqueeze(4).shape(), [1, 2, 1, 3, 1]);
        assert_eq!(*x.unsqueeze(-2).shape(), [1, 2, 1, 1, 3]);
        assert_eq!(*Var::leaf(1.0).unsqueeze(0).shape(), [1]);
        assert_eq!(*Var::leaf(1.0).squeeze(Axes::All).shape(), []);
    }

    #[test]
    fn no_element_is_copied() {
        let x = Var::leaf(Tensor::<f64>::arange(6).reshape([2, 1, 3]).permute([2, 1, 0]));
        assert!(x.squeeze(1).value().shares(&x.value().slice(s![.., 0])));
        let x = x.squeeze(1);
        assert!(x.unsqueeze(0).value().slice(s![0]).shares(x.value()));
    }

    #[test]
    fn gradients_of_both_orders() {
        let x = [Tensor::<f64>::linspace(-1.0, 1.0, 6).reshape([2, 1, 3])];
        check_gradients(|x| x[0].squeeze(1).unsqueeze(0).pow_scalar(3.0), &x);
    }

    #[test]
    #[should_panic(expected = "squeeze: axis 1 has size 3, not 1")]
    fn an_axis_that_holds_something_is_refused() {
        let _ = Var::leaf([[1.0, 2.0, 3.0]]).squeeze(-1);
    }

    #[test]
    #[should_panic(expected = "squeeze: axis 2 is out of range, the axes are -2 to 1")]
    fn the_axis_must_be_there() {
        let _ = Var::leaf([[1.0, 2.0, 3.0]]).squeeze(2);
    }

    #[test]
    #[should_panic(expected = "unsqueeze: axis 3 is out of range, the axes are -3 to 2")]
    fn the_new_axis_must_touch_the_others() {
        let _ = Var::leaf([[1.0, 2.0, 3.0]]).unsqueeze(3);
    }
}
