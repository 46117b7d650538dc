//! What each op file needs.

pub(super) use crate::List;
pub(super) use crate::error::Mismatch;
pub(super) use crate::op::{Any, Fixed, Op, Registered, Save, Saved, record};
pub(super) use crate::tensor::{Axes, Real, Shape, Tensor};
#[cfg(any(test, feature = "testing"))]
pub(super) use crate::testing::{Cases, Checked, CheckedComposite, Domain, Work, shapes, tensors};
pub(super) use crate::var::Var;

/// The shape rule of elementwise ops with two operands.
pub(super) fn same_shape(a: &Shape, b: &Shape) -> Result<Shape, Mismatch> {
    match a == b {
        true => Ok(a.clone()),
        false => Err(Mismatch::new("shapes differ")),
    }
}

/// The first value of an index that is wrong, and its position.
pub(super) fn first(index: &Tensor<i64>, wrong: impl Fn(i64) -> bool) -> Option<(i64, Vec<usize>)> {
    let index = index.contiguous();
    let values = index.as_slice().expect("contiguous");
    let mut i = values.iter().position(|&value| wrong(value))?;
    let value = values[i];
    let mut position = index.shape().to_vec();
    for size in position.iter_mut().rev() {
        (i, *size) = (i / *size, i % *size);
    }
    Some((value, position))
}

/// Whether a value of an index is no position of an axis of size `n`.
pub(super) fn outside(value: i64, n: usize) -> bool {
    value < 0 || value as u64 >= n as u64
}

/// Refuses an index that names no position of an axis of size `n`.
pub(super) fn within(index: &Tensor<i64>, axis: usize, n: usize) -> Result<(), Mismatch> {
    match first(index, |value| outside(value, n)) {
        Some((i, at)) => Err(Mismatch::new(format!("index {i} at {at:?} is out of range, axis {axis} has size {n}"))),
        None => Ok(()),
    }
}

/// Compares the first and the second gradient of a method that is composed of ops with difference quotients.
#[cfg(test)]
#[track_caller]
pub(super) fn check_gradients(f: impl Fn(&[Var<f64>]) -> Var<f64>, x: &[Tensor<f64>]) {
    crate::testing::gradcheck(&f, x).unwrap();
    crate::testing::gradgradcheck(&f, x).unwrap();
}

impl<T: Real> Var<T> {
    /// The gradient of a reduction, given to each element of the operand: reduced axes are put back with size 1 and repeated.
    pub(super) fn spread(&self, axes: &Axes, shape: &Shape) -> Self {
        let axes = axes.resolve(shape).expect("the shape rule accepted the axes");
        self.reshape(shape.reduced(&axes, true)).broadcast_to(shape)
    }
}
