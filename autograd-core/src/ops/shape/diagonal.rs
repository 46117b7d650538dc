//! `diagonal`: the elements at which two axes run together.

use super::diag_embed::DiagEmbed;
use crate::ops::prelude::*;
use crate::tensor::strided::Diagonal as Place;

impl<T: Real> Var<T> {
    /// The diagonal of two axes, which becomes the last axis. A view.
    ///
    /// `y[.., i] = x[.., i, .., i + offset, ..]`; the offset counts places above the main diagonal, or below it if negative.
    ///
    /// # Shape
    /// `[.., m, .., n, ..] -> [.., k]` with `k = min(m, n − offset)`, or `min(m + offset, n)` for a negative offset, or 0
    ///
    /// # Gradient
    /// `dx = diag_embed(dy)`: `dy` on the diagonal, 0 elsewhere. Saves the shape of `x`.
    ///
    /// # Edge cases
    /// A diagonal beyond the matrix is empty.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let y = x.diagonal(1, [0, 1]);
    /// assert_eq!(y.to_vec(), [2.0, 6.0]);
    /// let gradients = y.backward_with(&[5.0, 7.0].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[0.0, 5.0, 0.0], [0.0, 0.0, 7.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "diag")]
    pub fn diagonal(&self, offset: isize, axes: [isize; 2]) -> Self {
        record(Diagonal { offset, axes }, [self])
    }
}

/// The op of [`Var::diagonal`].
#[derive(Clone)]
pub struct Diagonal {
    /// How many places above the main diagonal.
    pub offset: isize,
    /// The axis of the rows and that of the columns; counted from the end if negative.
    pub axes: [isize; 2],
}

impl<T: Real> Op<T> for Diagonal {
    type Arity = Fixed<1>;
    const NAME: &'static str = "diagonal";
    const RULE: &'static str = "[.., m, .., n, ..] -> [.., k]";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        Ok(Place::of(x, self.offset, self.axes)?.shape(x))
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.diagonal(self.offset, self.axes)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let size = || {
            let shape = saved.shape(0);
            self.axes.map(|axis| shape[shape.axis(axis).expect("the shape rule accepted the axes")])
        };
        [saved.needs(0).then(|| record(DiagEmbed { offset: self.offset, axes: self.axes, size: Some(size()) }, [dy]))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Diagonal {
    fn cases() -> Cases<Self> {
        let of = |offset, axes| Diagonal { offset, axes };
        Cases::new(textbook, of(0, [0, 1]), shapes![[3, 4]])
            .case(of(1, [0, 1]), shapes![[3, 3]])
            .case(of(-2, [0, 1]), shapes![[4, 2]])
            .case(of(-1, [-1, 0]), shapes![[2, 3, 4]])
            .case(of(0, [2, 1]), shapes![[2, 3, 3]])
            .case(of(9, [0, 1]), shapes![[3, 4]])
            .case(of(isize::MIN, [0, 1]), shapes![[3, 4]])
            .case(of(2, [0, 1]), shapes![[1, 3]])
            .case(of(0, [0, 1]), shapes![[0, 2]])
            .case(of(0, [1, 2]), shapes![[0, 2, 2]])
            .rejects(of(0, [0, 1]), shapes![[3]], "axis 1 is out of range, the axes are -1 to 0")
            .rejects(of(0, [0, 0]), shapes![[]], "axis 0 of a single number, which has none")
            .rejects(of(0, [1, -1]), shapes![[2, 3]], "axis 1 is named twice")
    }
}

/// Each element is fetched from the row and the column of its number.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Diagonal, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = Op::<f64>::shape(op, [x[0].shape()]).expect("a case that is accepted");
    let axes = op.axes.map(|axis| x[0].shape().axis(axis).expect("a case that is accepted"));
    crate::testing::from_index(shape, |index| crate::testing::element(&x[0], &place(index, op.offset, axes)))
}

/// Where the element at `index` of the diagonals lies in the whole.
#[cfg(any(test, feature = "testing"))]
pub(super) fn place(index: &[usize], offset: isize, axes: [usize; 2]) -> Vec<usize> {
    let (&i, others) = index.split_last().expect("the diagonal is the last axis");
    let mut others = others.iter().copied();
    let at = |axis| match axes.iter().position(|&named| named == axis) {
        Some(0) => i + offset.min(0).unsigned_abs(),
        Some(_) => i + offset.max(0) as usize,
        None => others.next().expect("an index for each other axis"),
    };
    (0..index.len() + 1).map(at).collect()
}
