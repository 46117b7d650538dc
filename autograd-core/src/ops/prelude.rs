//! What each op file needs.

pub(super) use crate::List;
pub(super) use crate::error::Mismatch;
pub(super) use crate::op::{Any, Fixed, Op, Registered, Save, Saved, record};
pub(super) use crate::tensor::index_select::{first, outside, within};
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
