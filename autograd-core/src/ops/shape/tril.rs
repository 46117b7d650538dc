//! `tril`: the lower triangle of a matrix.

use crate::kernel::index;
use crate::ops::prelude::*;
use std::ops::Range;

impl<T: Real> Var<T> {
    /// The elements on a diagonal and below it, with 0 above; of each matrix that the last two axes hold.
    ///
    /// `y[.., i, j] = x[.., i, j]` where `j ≤ i + diagonal`, else 0
    ///
    /// The diagonal is the main one for 0, one above it for positive numbers and one below it for negative ones.
    ///
    /// # Shape
    /// `[.., m, n] -> [.., m, n]`
    ///
    /// # Gradient
    /// `dx = tril(dy)`. Saves nothing.
    ///
    /// # Edge cases
    /// What lies above the diagonal leaks nowhere, be it NaN or infinite.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.tril(0);
    /// assert_eq!(*y.value(), [[1.0, 0.0], [3.0, 4.0]].into());
    /// assert_eq!(*y.sum().backward().get(&x).unwrap(), [[1.0, 0.0], [1.0, 1.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn tril(&self, diagonal: isize) -> Self {
        record(Tril { diagonal }, [self])
    }
}

/// The op of [`Var::tril`].
#[derive(Clone)]
pub struct Tril {
    /// How far above the main diagonal the triangle ends.
    pub diagonal: isize,
}

impl<T: Real> Op<T> for Tril {
    type Arity = Fixed<1>;
    const NAME: &'static str = "tril";
    const RULE: &'static str = "[.., m, n] -> [.., m, n]";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        x.matrix().map(|_| x.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        triangle(x, |i, n| 0..(i as isize + 1).saturating_add(self.diagonal).clamp(0, n as isize) as usize)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.tril(self.diagonal))]
    }
}

/// Each matrix with only the columns that `keep` gives for a row, out of `n`.
pub(super) fn triangle<T: Real>(x: &Tensor<T>, keep: impl Fn(usize, usize) -> Range<usize> + Sync) -> Tensor<T> {
    let (_, [m, n]) = x.shape().matrix().expect("the shape rule accepted the operand");
    Tensor::build(x.shape(), |out| index::keep_columns(x.view(), n, |row| keep(row % m, n), out))
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Tril {
    fn cases() -> Cases<Self> {
        let to = |diagonal| Tril { diagonal };
        Cases::new(textbook, to(0), shapes![[3, 4]])
            .case(to(-1), shapes![[4, 4]])
            .case(to(1), shapes![[2, 4, 3]])
            .case(to(-2), shapes![[2, 2, 3, 3]])
            .case(to(isize::MAX), shapes![[2, 3]])
            .case(to(isize::MIN), shapes![[2, 3]])
            .case(to(0), shapes![[3, 0]])
            .case(to(0), shapes![[0, 3]])
            .case(to(0), shapes![[0, 3, 3]])
            .rejects(to(0), shapes![[]], "[] has no matrix axes")
            .pin(
                "nothing is multiplied",
                to(-1),
                tensors![[[f64::NAN, f64::INFINITY], [2.0, f64::NAN]]],
                [[0.0, 0.0], [2.0, 0.0]],
                tensors![[[0.0, 0.0], [1.0, 0.0]]],
            )
            .shared(to(0), shapes![[300, 300]])
            .bench(to(0), shapes![[1024, 1024]], Work::Bytes(8 << 20))
    }
}

/// Each element where it lies on the diagonal or to the left of it.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Tril, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::from_index(x[0].shape().clone(), |index| match index {
        [.., i, j] if *j as i128 <= *i as i128 + op.diagonal as i128 => crate::testing::element(&x[0], index),
        _ => 0.0,
    })
}
