//! `diag_embed`: vectors as diagonals of matrices.

use crate::kernel::index::{self, Part};
use crate::ops::prelude::*;
use crate::tensor::strided::{Diagonal as Place, two_axes};
use smallvec::SmallVec;

impl<T: Real> Var<T> {
    /// Square matrices of zeros with the last axis of this variable as a diagonal: the adjoint of [`diagonal`](Var::diagonal).
    ///
    /// `y[.., i, .., i + offset, ..] = x[.., i]`, and 0 elsewhere; the offset counts places above the main diagonal, or below it if
    /// negative, and `axes` are those of rows and columns in the result.
    ///
    /// # Shape
    /// `[.., k] -> [.., n, .., n, ..]` with `n = k + |offset|`
    ///
    /// # Gradient
    /// `dx = diagonal(dy)`. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 2.0]);
    /// let y = x.diag_embed(0, [-2, -1]);
    /// assert_eq!(*y.value(), [[1.0, 0.0], [0.0, 2.0]].into());
    /// let gradients = y.backward_with(&[[5.0, 6.0], [7.0, 8.0]].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [5.0, 8.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "diag")]
    pub fn diag_embed(&self, offset: isize, axes: [isize; 2]) -> Self {
        record(DiagEmbed { offset, axes, size: None }, [self])
    }
}

/// The op of [`Var::diag_embed`].
#[derive(Clone)]
pub struct DiagEmbed {
    /// How many places above the main diagonal.
    pub offset: isize,
    /// The axis of the rows and that of the columns in the result; counted from its end if negative.
    pub axes: [isize; 2],
    /// The numbers of rows and columns; of the smallest square if not given.
    pub size: Option<[usize; 2]>,
}

impl DiagEmbed {
    /// The diagonal in the result, and the size of its matrix.
    fn place(&self, x: &Shape) -> Result<(Place, [usize; 2]), Mismatch> {
        let Some(&k) = x.last() else { return Err(Mismatch::new("a single number is no diagonal")) };
        // The result has one axis more; which of them are meant does not depend on their sizes.
        let axes = two_axes(&x.iter().copied().chain([0]).collect(), self.axes)?;
        let n = k.saturating_add(self.offset.unsigned_abs());
        let size = self.size.unwrap_or([n, n]);
        let place = Place::new(axes, size, self.offset);
        match (place.len == k, size) {
            (true, _) => Ok((place, size)),
            (false, [m, n]) => Err(Mismatch::new(format!(
                "the diagonal of [{m}, {n}] has {} elements, the operand has {k}",
                place.len
            ))),
        }
    }
}

impl<T: Real> Op<T> for DiagEmbed {
    type Arity = Fixed<1>;
    const NAME: &'static str = "diag_embed";
    const RULE: &'static str = "[.., k] -> [.., m, .., n, ..]";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        let (place, size) = self.place(x)?;
        let mut others = x.iter().copied();
        let of = |axis| match place.axes.iter().position(|&named| named == axis) {
            Some(i) => size[i],
            None => others.next().expect("a size for each other axis"),
        };
        (0..x.rank() + 1).map(of).collect::<Shape>().addressable()
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let (place, [m, n]) = self.place(x.shape()).expect("the shape rule accepted the operand");
        let last = x.rank() - 1;
        // In a matrix as one row, the elements of a diagonal are equally far apart.
        let mut part = Part::at_origin(x.view());
        part.first[last] = place.first[0] * n + place.first[1];
        part.steps[last] = if place.len > 1 { n as isize + 1 } else { 1 };
        let flat = x.shape().with(last, m * n);
        let y = Tensor::build(flat.clone(), |out| index::place(&[part], Some(T::zero()), &flat, out));
        let batch = &x.shape()[..last];
        let mut others = 0..last;
        let from = |axis| match place.axes.iter().position(|&named| named == axis) {
            Some(i) => last + i,
            None => others.next().expect("an axis for each other one"),
        };
        let order: SmallVec<[usize; 4]> = (0..x.rank() + 1).map(from).collect();
        y.reshape(Shape::joined([batch, &[m, n]])).permute(order)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.diagonal(self.offset, self.axes))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for DiagEmbed {
    fn cases() -> Cases<Self> {
        let of = |offset, axes| DiagEmbed { offset, axes, size: None };
        let sized = |offset, size| DiagEmbed { offset, axes: [0, 1], size: Some(size) };
        Cases::new(textbook, of(0, [-2, -1]), shapes![[3]])
            .case(of(1, [0, 1]), shapes![[2]])
            .case(of(-2, [-2, -1]), shapes![[2, 3]])
            .case(of(1, [2, 0]), shapes![[2, 3]])
            .case(of(0, [0, -2]), shapes![[2, 2, 3]])
            .case(of(0, [0, 1]), shapes![[1]])
            .case(of(2, [0, 1]), shapes![[0]])
            .case(of(0, [1, 2]), shapes![[0, 2]])
            .case(sized(0, [2, 4]), shapes![[2]])
            .case(sized(-1, [4, 2]), shapes![[2]])
            .case(sized(isize::MIN, [3, 2]), shapes![[0]])
            .case(sized(2, [1, 3]), shapes![[1]])
            .rejects(of(0, [-2, -1]), shapes![[]], "a single number is no diagonal")
            .rejects(of(0, [0, 2]), shapes![[3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(of(0, [1, -1]), shapes![[3]], "axis 1 is named twice")
            .rejects(sized(1, [2, 3]), shapes![[3]], "the diagonal of [2, 3] has 2 elements, the operand has 3")
            .rejects(of(isize::MAX, [0, 1]), shapes![[1]], "is more than memory can address")
            .pin(
                "nothing is multiplied",
                of(0, [0, 1]),
                tensors![[f64::NAN, f64::INFINITY]],
                [[f64::NAN, 0.0], [0.0, f64::INFINITY]],
                tensors![[1.0, 1.0]],
            )
            .shared(of(0, [1, 2]), shapes![[8, 100]])
            .bench(of(0, [1, 2]), shapes![[64, 128]], Work::Bytes(4 * 64 * 128 * 128))
    }
}

/// Each element is carried to the row and the column of its number.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &DiagEmbed, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = Op::<f64>::shape(op, [x[0].shape()]).expect("a case that is accepted");
    let axes = op.axes.map(|axis| shape.axis(axis).expect("a case that is accepted"));
    crate::testing::scatter(shape, &x[0], |index| super::diagonal::place(index, op.offset, axes))
}
