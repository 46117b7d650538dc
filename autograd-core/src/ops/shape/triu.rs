//! `triu`: the upper triangle of a matrix.

use super::tril::triangle;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The elements on a diagonal and above it, with 0 below; of each matrix that the last two axes hold.
    ///
    /// `y[.., i, j] = x[.., i, j]` where `j ≥ i + diagonal`, else 0
    ///
    /// The diagonal is the main one for 0, one above it for positive numbers and one below it for negative ones.
    ///
    /// # Shape
    /// `[.., m, n] -> [.., m, n]`
    ///
    /// # Gradient
    /// `dx = triu(dy)`. Saves nothing.
    ///
    /// # Edge cases
    /// What lies below the diagonal leaks nowhere, be it NaN or infinite.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.triu(0);
    /// assert_eq!(*y.value(), [[1.0, 2.0], [0.0, 4.0]].into());
    /// assert_eq!(*y.sum().backward().get(&x).unwrap(), [[1.0, 1.0], [0.0, 1.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn triu(&self, diagonal: isize) -> Self {
        record(Triu { diagonal }, [self])
    }
}

/// The op of [`Var::triu`].
#[derive(Clone)]
pub struct Triu {
    /// How far above the main diagonal the triangle begins.
    pub diagonal: isize,
}

impl<T: Real> Op<T> for Triu {
    type Arity = Fixed<1>;
    const NAME: &'static str = "triu";
    const RULE: &'static str = "[.., m, n] -> [.., m, n]";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        x.matrix().map(|_| x.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        triangle(x, |i, n| (i as isize).saturating_add(self.diagonal).clamp(0, n as isize) as usize..n)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.triu(self.diagonal))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Triu {
    fn cases() -> Cases<Self> {
        let from = |diagonal| Triu { diagonal };
        Cases::new(textbook, from(0), shapes![[3, 4]])
            .case(from(1), shapes![[4, 4]])
            .case(from(-1), shapes![[2, 4, 3]])
            .case(from(2), shapes![[2, 2, 3, 3]])
            .case(from(isize::MAX), shapes![[2, 3]])
            .case(from(isize::MIN), shapes![[2, 3]])
            .case(from(0), shapes![[3, 0]])
            .case(from(0), shapes![[0, 3]])
            .case(from(0), shapes![[0, 3, 3]])
            .rejects(from(0), shapes![[3]], "[3] has no matrix axes")
            .pin(
                "nothing is multiplied",
                from(1),
                tensors![[[f64::NAN, 2.0], [f64::INFINITY, f64::NAN]]],
                [[0.0, 2.0], [0.0, 0.0]],
                tensors![[[0.0, 1.0], [0.0, 0.0]]],
            )
            .shared(from(0), shapes![[300, 300]])
            .bench(from(0), shapes![[1024, 1024]], Work::Bytes(8 << 20))
    }
}

/// Each element where it lies on the diagonal or to the right of it.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Triu, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::from_index(x[0].shape().clone(), |index| match index {
        [.., i, j] if *j as i128 >= *i as i128 + op.diagonal as i128 => crate::testing::element(&x[0], index),
        _ => 0.0,
    })
}
