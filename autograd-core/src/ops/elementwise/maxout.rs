//! `maxout`: the largest of each few neighbours along an axis.

use crate::error::{Error, Mismatch};
use crate::tensor::{Real, Shape};
use crate::var::Var;

const RULE: &str = "[.., k·n, ..] -> [.., n, ..], k pieces of n units";

impl<T: Real> Var<T> {
    /// The largest of each `pieces` neighbours along an axis: a unit that learns its activation, as the largest of linear functions.
    ///
    /// `y[.., i, ..] = maxⱼ x[.., i · k + j, ..]` over `j < k`, with `k` the pieces
    ///
    /// # Shape
    /// `[.., k·n, ..] -> [.., n, ..]`
    ///
    /// # Gradient
    /// That of [`amax`](Var::amax): `dy` goes to the piece that won. Saves `x` and `y`.
    ///
    /// # Edge cases
    /// Ties share the gradient equally.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 5.0, -2.0, -3.0]]);
    /// let y = x.maxout(1, 2);
    /// assert_eq!(*y.value(), [[5.0, -2.0]].into());
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 1.0, 0.0]);
    /// ```
    ///
    /// Goodfellow, Warde-Farley, Mirza, Courville and Bengio, 2013, "Maxout Networks", section 3.
    ///
    /// # Panics
    /// If the axis is out of range, or if its size is no multiple of `pieces`.
    #[track_caller]
    #[must_use]
    pub fn maxout(&self, axis: isize, pieces: usize) -> Self {
        match parted(self.shape(), axis, pieces) {
            Ok((shape, axis)) => self.reshape(shape).amax(axis + 1, false),
            Err(why) => Error::refused("maxout", RULE, why, &[], [self.shape()].into_iter()).raise(),
        }
    }
}

/// The shape with the axis parted in units and pieces, and which axis that is.
fn parted(x: &Shape, axis: isize, pieces: usize) -> Result<(Shape, usize), Mismatch> {
    let axis = x.axis(axis)?;
    let n = x[axis];
    if pieces == 0 {
        return Err(Mismatch::new("there are 0 pieces, at least 1 is needed"));
    }
    if !n.is_multiple_of(pieces) {
        return Err(Mismatch::new(format!("axis {axis} has size {n}, no multiple of {pieces} pieces")));
    }
    let mut sizes = x.to_vec();
    sizes[axis] = n / pieces;
    sizes.insert(axis + 1, pieces);
    Ok((Shape::from(sizes), axis))
}

#[cfg(test)]
mod tests {
    use crate::testing::{gradcheck, gradgradcheck};
    use crate::{Tensor, Var};

    #[test]
    fn neighbours_compete_in_every_order() {
        let x = [Tensor::from_fn([2, 6, 2], |i| (i * 7 % 24) as f64 / 8.0)];
        for (axis, pieces) in [(1, 2), (-2, 3), (0, 2), (2, 1)] {
            gradcheck(|x| x[0].maxout(axis, pieces), &x).unwrap();
            gradgradcheck(|x| x[0].maxout(axis, pieces).square(), &x).unwrap();
        }
        let y = Var::constant(&x[0]).maxout(1, 3);
        assert_eq!(*y.shape(), [2, 2, 2]);
        let column = [0, 1, 2].map(|i| x[0].at([1, 3 + i, 0])).into_iter().fold(f64::MIN, f64::max);
        assert_eq!(y.value().at([1, 1, 0]), column);
        assert_eq!(*Var::constant(Tensor::<f64>::zeros([2, 0])).maxout(1, 2).shape(), [2, 0]);
    }

    #[test]
    fn ties_share() {
        let x = Var::leaf([1.0, 1.0]);
        assert_eq!(x.maxout(0, 2).sum().backward().get(&x).unwrap().to_vec(), [0.5, 0.5]);
    }

    #[test]
    #[should_panic(expected = "maxout: axis 1 has size 4, no multiple of 3 pieces")]
    fn a_part_of_a_unit_is_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([2, 4])).maxout(-1, 3);
    }

    #[test]
    #[should_panic(expected = "maxout: there are 0 pieces, at least 1 is needed")]
    fn no_pieces_are_refused() {
        let _ = Var::constant([1.0]).maxout(0, 0);
    }

    #[test]
    #[should_panic(expected = "maxout: axis 2 is out of range, the axes are -2 to 1")]
    fn a_missing_axis_is_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([2, 4])).maxout(2, 2);
    }
}
