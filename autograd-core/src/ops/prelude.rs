//! What each op file needs.

pub(super) use crate::List;
pub(super) use crate::error::Mismatch;
pub(super) use crate::op::{Any, Fixed, Op, Registered, Save, Saved, compute, record};
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

/// Records an op whose rule is [`same_shape`], after an explicit `broadcast_to` where shapes differ.
#[track_caller]
pub(super) fn broadcast<T: Real, O: Registered<T> + Op<T, Arity = Fixed<2>>>(op: O, a: &Var<T>, b: &Var<T>) -> Var<T> {
    if a.shape() == b.shape() {
        return compute(op, &[a, b]);
    }
    match a.shape().broadcast(b.shape()) {
        Ok(shape) => record(op, [&a.broadcast_to(&shape), &b.broadcast_to(&shape)]),
        Err(why) => {
            let rule = "sizes must be equal or 1, from the last axis";
            crate::error::Error::refused(O::NAME, rule, why, O::OPERANDS, [a.shape(), b.shape()].into_iter()).raise()
        }
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
