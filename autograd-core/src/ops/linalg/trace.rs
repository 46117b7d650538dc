//! `trace`: the sum of the diagonal of a matrix.

use crate::ops::prelude::*;
use crate::tensor::AxisSlice;

impl<T: Real> Var<T> {
    /// The sum of the elements on the diagonal of a matrix, or of each of a batch.
    ///
    /// `y[..] = Σᵢ x[.., i, i]`
    ///
    /// # Shape
    /// `[.., m, n] -> [..]`; the diagonal of a matrix that is not square is as long as its shorter side
    ///
    /// # Gradient
    /// `dx` is `dy` on the diagonal, 0 elsewhere. A composition of a slice and a sum.
    ///
    /// # Edge cases
    /// A matrix without elements has the trace 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.trace();
    /// assert_eq!(y.item(), 5.0);
    /// assert_eq!(*y.backward().get(&x).unwrap(), [[1.0, 0.0], [0.0, 1.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn trace(&self) -> Self {
        match diagonal(self) {
            Ok(diagonal) => diagonal.sum_axes(-1, false),
            Err(why) => {
                let operand = std::iter::once(self.shape());
                crate::Error::refused("trace", "[.., m, n] -> [..]", why, &[], operand).raise()
            }
        }
    }
}

/// The diagonals of matrices, along the last axis: a view of matrices that lie in row-major order.
#[track_caller]
pub(super) fn diagonal<T: Real>(x: &Var<T>) -> Result<Var<T>, Mismatch> {
    let (batch, [m, n]) = x.shape().matrix()?;
    let places = Shape::from([m, n]).addressable()?.numel();
    let end = if places == 0 { 0 } else { (m.min(n) - 1) * (n + 1) + 1 };
    let mut ranges = vec![AxisSlice::from(..); batch.len()];
    ranges.push(AxisSlice::from(..end).step(n as isize + 1));
    Ok(x.reshape(Shape::joined([batch, &[places]])).slice(ranges))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn matrices_of_any_shape_have_a_trace() {
        let trace =
            |shape: &[usize]| Var::constant(Tensor::<f64>::arange(shape.iter().product()).reshape(shape)).trace();
        assert_eq!(trace(&[3, 3]).to_vec(), [12.0]);
        assert_eq!(trace(&[2, 3]).to_vec(), [4.0]);
        assert_eq!(trace(&[3, 2]).to_vec(), [3.0]);
        assert_eq!(trace(&[2, 2, 2]).to_vec(), [3.0, 11.0]);
        assert_eq!(trace(&[1, 1]).to_vec(), [0.0]);
        assert_eq!(trace(&[2, 0, 3]).to_vec(), [0.0, 0.0]);
        assert_eq!(trace(&[2, 3, 0]).to_vec(), [0.0, 0.0]);
        assert_eq!(*trace(&[0, 2, 2]).shape(), [0]);
    }

    #[test]
    fn derivatives() {
        let x = Tensor::from_fn([2, 2, 3], |i| (i as f64).sin());
        let f = |x: &[Var<f64>]| x[0].matmul(&x[0].mt()).trace();
        gradcheck(f, std::slice::from_ref(&x)).unwrap();
        gradgradcheck(f, &[x]).unwrap();
    }

    #[test]
    #[should_panic(expected = "trace: [3] has no matrix axes")]
    fn a_vector_has_no_trace() {
        let _ = Var::constant([1.0, 2.0, 3.0]).trace();
    }
}
