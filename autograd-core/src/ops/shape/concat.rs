//! `concat`: operands side by side along an axis.

use crate::ops::prelude::*;
use crate::tensor::AxisSlice;
use crate::tensor::join::{CONCAT, concatenated};
use std::borrow::Borrow;

impl<T: Real> Var<T> {
    /// The variables one behind the other along an axis; negative axes count from the end.
    ///
    /// `y = [x₀, x₁, ..]`; the list holds variables or references to them.
    ///
    /// # Shape
    /// `[.., n₀, ..] x [.., n₁, ..] x .. -> [.., n₀ + n₁ + .., ..]`
    ///
    /// # Gradient
    /// `dxᵢ` is the slice of `dy` where `xᵢ` came to lie. Saves the shapes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([[1.0], [2.0]]), Var::leaf([[3.0, 4.0], [5.0, 6.0]]));
    /// let y = Var::concat(&[&a, &b], 1);
    /// assert_eq!(y.to_vec(), [1.0, 3.0, 4.0, 2.0, 5.0, 6.0]);
    /// let gradients = y.backward_with(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].into());
    /// assert_eq!(gradients.get(&a).unwrap().to_vec(), [1.0, 4.0]);
    /// assert_eq!(gradients.get(&b).unwrap().to_vec(), [2.0, 3.0, 5.0, 6.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "cat")]
    #[doc(alias = "concatenate")]
    pub fn concat(parts: &[impl Borrow<Var<T>>], axis: isize) -> Self {
        record(Concat { axis }, parts.iter().map(Borrow::borrow).collect())
    }
}

/// The op of [`Var::concat`].
#[derive(Clone)]
pub struct Concat {
    /// The axis along which the operands lie; counted from the end if negative.
    pub axis: isize,
}

impl<T: Real> Op<T> for Concat {
    type Arity = Any;
    const NAME: &'static str = "concat";
    const RULE: &'static str = CONCAT;
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, x: List<&Shape>) -> Result<Shape, Mismatch> {
        concatenated(x.iter().copied(), self.axis)
    }

    fn forward(&self, x: List<&Tensor<T>>) -> Tensor<T> {
        Tensor::concat(&x, self.axis)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> List<Option<Var<T>>> {
        let axis = dy.shape().axis(self.axis).expect("the shape rule accepted the axis");
        let mut ranges = List::filled(AxisSlice::from(..), axis + 1);
        let mut begin = 0;
        let slice = |i: usize| {
            let end = begin + saved.shape(i)[axis];
            ranges[axis] = (begin..end).into();
            begin = end;
            saved.needs(i).then(|| dy.slice(&ranges[..]))
        };
        (0..saved.count()).map(slice).collect()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Concat {
    fn cases() -> Cases<Self> {
        let along = |axis| Concat { axis };
        Cases::new(textbook, along(1), shapes![[2, 1], [2, 3], [2, 2]])
            .case(along(0), shapes![[3, 2], [1, 2]])
            .case(along(-2), shapes![[2, 2, 3], [2, 1, 3]])
            .case(along(0), shapes![[4]])
            .case(along(0), shapes![[0], [2], [0]])
            .case(along(1), shapes![[0, 2], [0, 1]])
            .case(along(1), shapes![[130, 70], [130, 2]])
            .case(along(0), shapes![[60, 130], [0, 130], [9, 130], [1, 130]])
            .rejects(along(0), shapes![], "there is nothing to concat")
            .rejects(along(0), shapes![[]], "axis 0 of a single number, which has none")
            .rejects(along(2), shapes![[2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(along(0), shapes![[2], [2, 3]], "operand 1 has 2 axes, operand 0 has 1")
            .rejects(along(0), shapes![[2, 3], [2, 3], [2, 4]], "axis 1 is 4 in operand 2, 3 in operand 0")
            .shared(along(1), shapes![[300, 150], [300, 200]])
            .bench(along(1), shapes![[1024, 512], [1024, 512]], Work::Bytes(8 << 20))
    }
}

/// Each element is fetched from the operand in whose stretch of the axis it lies.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Concat, x: &[Tensor<f64>]) -> Tensor<f64> {
    let axis = x[0].shape().axis(op.axis).expect("a case that is accepted");
    let total = x.iter().map(|x| x.shape()[axis]).sum();
    crate::testing::from_index(x[0].shape().with(axis, total), |index| {
        let mut index = index.to_vec();
        let mut operand = 0;
        while index[axis] >= x[operand].shape()[axis] {
            index[axis] -= x[operand].shape()[axis];
            operand += 1;
        }
        crate::testing::element(&x[operand], &index)
    })
}
