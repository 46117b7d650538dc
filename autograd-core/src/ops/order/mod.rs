//! Order along an axis: sorting, the extremes and what lies between them. Each finds positions on tensors, which has no gradient, and takes the
//! elements there with [`gather`](Var::gather), whose gradient goes back to where they came from.

mod extreme;
mod median;
mod quantile;
mod sort;
mod topk;

use super::prelude::*;
use crate::error::Error;

/// The rule of what takes one element from each row.
const ONE: &str = "[.., n, ..] -> [.., ..], or [.., 1, ..] with keepdim, n at least 1";

/// The axis that `axis` names, refused in the name of the method that the caller used.
#[track_caller]
fn axis_of<T: Real>(method: &'static str, rule: &str, x: &Var<T>, axis: isize) -> usize {
    match x.shape().axis(axis) {
        Ok(axis) => axis,
        Err(why) => refuse(method, rule, why, x),
    }
}

/// `axis_of` for what takes an element from each row: from an empty one there is none to take.
#[track_caller]
fn filled_axis_of<T: Real>(method: &'static str, x: &Var<T>, axis: isize) -> usize {
    match axis_of(method, ONE, x, axis) {
        axis if x.shape()[axis] == 0 => refuse(method, ONE, Mismatch::new(format!("axis {axis} is empty")), x),
        axis => axis,
    }
}

#[cold]
#[track_caller]
fn refuse<T: Real>(method: &'static str, rule: &str, why: Mismatch, x: &Var<T>) -> ! {
    Error::refused(method, rule, why, &[], std::iter::once(x.shape())).raise()
}

/// The elements at `index`, which has one position for each row along the axis, and the index itself.
#[track_caller]
fn take<T: Real>(x: &Var<T>, axis: usize, index: Tensor<i64>, keepdim: bool) -> (Var<T>, Tensor<i64>) {
    let y = x.gather(axis as isize, &index);
    match keepdim {
        true => (y, index),
        false => {
            let shape = x.shape().reduced(&[axis], false);
            (y.reshape(&shape), index.reshape(&shape))
        }
    }
}
