//! `cross`: the vector product in three dimensions.

use crate::error::Error;
use crate::ops::prelude::*;

const RULE: &str = "[.., 3, ..] x [.., 3, ..] -> [.., 3, ..]";

impl<T: Real> Var<T> {
    /// The vector product of vectors along an axis of size 3.
    ///
    /// `y[0] = a[1] b[2] - a[2] b[1]`, and so on in a circle
    ///
    /// # Shape
    /// `[.., 3, ..] x [.., 3, ..] -> [.., 3, ..]`, with as many axes in both; the others are broadcast to one shape
    ///
    /// # Gradient
    /// `da = b × dy`, `db = dy × a`. A composition of products, which save their operands.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([1.0, 0.0, 0.0]), Var::leaf([0.0, 1.0, 0.0]));
    /// let y = a.cross(&b, 0);
    /// assert_eq!(y.to_vec(), [0.0, 0.0, 1.0]);
    /// let gradients = y.backward_with(&[0.0, 0.0, 1.0].into());
    /// assert_eq!(gradients.get(&a).unwrap().to_vec(), [1.0, 0.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cross(&self, other: &Var<T>, axis: isize) -> Self {
        let (a, b) = (self.shape(), other.shape());
        if let Err(why) = accepts(a, b, axis) {
            Error::refused("cross", RULE, why, &[], [a, b].into_iter()).raise();
        }
        let onward = Tensor::from([1, 2, 0]);
        let (next_a, next_b) = (self.index_select(axis, &onward), other.index_select(axis, &onward));
        (self * next_b - next_a * other).index_select(axis, &onward)
    }
}

fn accepts(a: &Shape, b: &Shape, axis: isize) -> Result<(), Mismatch> {
    if a.rank() != b.rank() {
        return Err(Mismatch::new(format!("the operands have {} and {} axes", a.rank(), b.rank())));
    }
    let axis = a.axis(axis)?;
    if [a[axis], b[axis]] != [3, 3] {
        return Err(Mismatch::new(format!("axis {axis} is {} and {}, it must be 3", a[axis], b[axis])));
    }
    a.broadcast(b)?.addressable().map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn value_and_derivatives() {
        let [a, b] = [Tensor::from([[1.0], [2.0], [3.0]]), Tensor::from([[4.0, -1.0], [5.0, 0.5], [6.0, 2.0]])];
        let y = Var::constant(&a).cross(&Var::constant(&b), 0);
        assert_eq!(*y.value(), [[-3.0, 2.5], [6.0, -5.0], [-3.0, 2.5]].into());
        let x = [a, b];
        gradcheck(|x| x[0].cross(&x[1], -2), &x).unwrap();
        gradgradcheck(|x| x[0].cross(&x[1], -2), &x).unwrap();
    }

    #[test]
    fn operands_that_do_not_fit_are_refused() {
        for (a, b, axis, why) in [
            (&[2, 3][..], &[2, 3][..], 0, "axis 0 is 2 and 2, it must be 3"),
            (&[2, 3], &[3], -1, "the operands have 2 and 1 axes"),
            (&[2, 3], &[4, 3], 1, "shapes do not broadcast, axis -2 is 2 and 4"),
            (&[3], &[3], 1, "axis 1 is out of range, the axes are -1 to 0"),
        ] {
            let [a, b] = [a, b].map(|shape| Var::<f64>::constant(Tensor::zeros(shape)));
            let message = std::panic::catch_unwind(|| a.cross(&b, axis)).unwrap_err();
            let message = message.downcast_ref::<String>().expect("a message");
            assert!(message.starts_with(&format!("cross: {why}\n")), "{message}");
        }
    }
}
