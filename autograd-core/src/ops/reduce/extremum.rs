//! What `amax` and `amin` share: the fold that finds an extremum, and the rule that gives the gradient to the elements which attain it.

use crate::kernel::reduce;
use crate::ops::prelude::*;

/// The shape rule: of nothing there is no extremum.
pub(super) fn shape(x: &Shape, axes: &Axes, keepdim: bool) -> Result<Shape, Mismatch> {
    let axes = axes.resolve(x)?;
    match axes.iter().find(|&&axis| x[axis] == 0) {
        Some(axis) => Err(Mismatch::new(format!("axis {axis} is empty"))),
        None => Ok(x.reduced(&axes, keepdim)),
    }
}

/// The fold of `f`, which keeps the better of two values, from `start`, which is worse than any.
pub(super) fn fold<T: Real>(
    x: &Tensor<T>,
    axes: &Axes,
    keepdim: bool,
    start: T,
    f: impl Fn(T, T) -> T + Sync,
) -> Tensor<T> {
    let axes = axes.resolve(x.shape()).expect("the shape rule accepted the axes");
    let shape = x.shape().reduced(&axes, keepdim);
    let (x, fold) = x.fold_over(&axes);
    Tensor::build(shape, |out| reduce::fold(x.as_slice().expect("contiguous"), fold, start, out, f))
}

/// The gradient of `x`, shared equally by the elements that are the extremum `y`.
pub(super) fn share<T: Real>(x: &Tensor<T>, y: &Tensor<T>, axes: &Axes, dy: &Var<T>) -> Var<T> {
    let resolved = axes.resolve(x.shape()).expect("the shape rule accepted the axes");
    let repeated = y.reshape(x.shape().reduced(&resolved, true)).broadcast_to(x.shape());
    let loses = x.zip_cost(&repeated, 1, move |x, y| !(x == y || x.is_nan() && y.is_nan()));
    let wins = loses.map(|loses| if loses { T::zero() } else { T::one() });
    let count = Var::constant(wins.sum_over(&resolved, y.shape().clone()));
    (dy / count).spread(axes, x.shape()).masked_fill(&loses, T::zero())
}
