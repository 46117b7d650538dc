//! `stack`: operands of one shape along a new axis.

use crate::ops::prelude::*;
use crate::tensor::AxisSlice;
use crate::tensor::join::{STACK, stacked};
use std::borrow::Borrow;

impl<T: Real> Var<T> {
    /// The variables, all of one shape, along a new axis; negative axes count from the end of the result's.
    ///
    /// `y[.., i, ..] = xᵢ[.., ..]`; the list holds variables or references to them.
    ///
    /// # Shape
    /// `k` of `[.., ..] -> [.., k, ..]`
    ///
    /// # Gradient
    /// `dxᵢ = dy[.., i, ..]`. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([1.0, 2.0]), Var::leaf([3.0, 4.0]));
    /// let y = Var::stack(&[&a, &b], 1);
    /// assert_eq!(*y.value(), [[1.0, 3.0], [2.0, 4.0]].into());
    /// let gradients = y.backward_with(&[[5.0, 6.0], [7.0, 8.0]].into());
    /// assert_eq!(gradients.get(&a).unwrap().to_vec(), [5.0, 7.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn stack(parts: &[impl Borrow<Var<T>>], axis: isize) -> Self {
        record(Stack { axis }, parts.iter().map(Borrow::borrow).collect())
    }
}

/// The op of [`Var::stack`].
#[derive(Clone)]
pub struct Stack {
    /// The new axis; counted from the end of the result's if negative.
    pub axis: isize,
}

impl<T: Real> Op<T> for Stack {
    type Arity = Any;
    const NAME: &'static str = "stack";
    const RULE: &'static str = STACK;
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, x: List<&Shape>) -> Result<Shape, Mismatch> {
        stacked(x.iter().copied(), self.axis)
    }

    fn forward(&self, x: List<&Tensor<T>>) -> Tensor<T> {
        Tensor::stack(&x, self.axis)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> List<Option<Var<T>>> {
        let axis = dy.shape().axis(self.axis).expect("the shape rule accepted the axis");
        let shape = dy.shape().reduced(&[axis], false);
        let mut ranges = List::filled(AxisSlice::from(..), axis + 1);
        let slice = |i: usize| {
            ranges[axis] = (i..i + 1).into();
            saved.needs(i).then(|| dy.slice(&ranges[..]).reshape(&shape))
        };
        (0..saved.count()).map(slice).collect()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Stack {
    fn cases() -> Cases<Self> {
        let along = |axis| Stack { axis };
        Cases::new(textbook, along(1), shapes![[2, 3], [2, 3]])
            .case(along(0), shapes![[2, 3], [2, 3], [2, 3]])
            .case(along(-1), shapes![[2, 3], [2, 3]])
            .case(along(-1), shapes![[5, 3], [5, 3], [5, 3]])
            .case(along(2), shapes![[2, 3], [2, 3], [2, 3], [2, 3]])
            .case(along(-1), shapes![[2], [2], [2], [2], [2]])
            .case(along(-1), shapes![[0], [0]])
            .case(along(0), shapes![[], []])
            .case(along(1), shapes![[3]])
            .case(along(0), shapes![[0, 2], [0, 2]])
            .rejects(along(0), shapes![], "there is nothing to stack")
            .rejects(along(0), shapes![[2, 3], [3, 2]], "operand 1 has shape [3, 2], operand 0 has [2, 3]")
            .rejects(along(2), shapes![[2], [2]], "axis 2 is out of range, the axes are -2 to 1")
            .shared(along(0), shapes![[200, 300], [200, 300]])
            .bench(along(0), shapes![[512, 1024], [512, 1024]], Work::Bytes(8 << 20))
    }
}

/// The index along the new axis tells the operand, the rest of it the element.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Stack, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = Op::<f64>::shape(op, x.iter().map(|x| x.shape()).collect()).expect("a case that is accepted");
    let axis = shape.axis(op.axis).expect("a case that is accepted");
    crate::testing::from_index(shape, |index| {
        let mut index = index.to_vec();
        let operand = index.remove(axis);
        crate::testing::element(&x[operand], &index)
    })
}
