//! What the rules of scans share: an element's neighbour on the way of the scan.

use crate::ops::prelude::*;
use crate::tensor::AxisSlice;

/// All elements along an axis but the one that the scan begins with: the first, or the last if it runs in reverse.
pub(in crate::ops) fn rest<T: Real>(x: &Var<T>, axis: usize, reverse: bool) -> Var<T> {
    let n = x.shape()[axis];
    part(x, axis, if reverse { 0..n.saturating_sub(1) } else { 1.min(n)..n })
}

/// For each element along an axis the one before it on the way of the scan; `start` before the first.
pub(in crate::ops) fn lag<T: Real>(x: &Var<T>, axis: usize, reverse: bool, start: T) -> Var<T> {
    let n = x.shape()[axis];
    let mut pads = vec![(0, 0); x.rank()];
    pads[axis] = if reverse { (0, 1) } else { (1, 0) };
    part(&x.pad(pads, start), axis, if reverse { 1..n + 1 } else { 0..n })
}

fn part<T: Real>(x: &Var<T>, axis: usize, range: std::ops::Range<usize>) -> Var<T> {
    let mut ranges = vec![AxisSlice::from(..); axis];
    ranges.push(range.into());
    x.slice(ranges)
}

/// The elements along an axis that a scan has passed when it has come to the index `at`, in its order.
#[cfg(any(test, feature = "testing"))]
pub(super) fn passed(x: &Tensor<f64>, axis: isize, reverse: bool, at: &[usize]) -> Vec<f64> {
    let axis = x.shape().axis(axis).expect("a case that is accepted");
    let element = |j: usize| {
        let mut index = at.to_vec();
        index[axis] = j;
        crate::testing::element(x, &index)
    };
    match reverse {
        true => (at[axis]..x.shape()[axis]).rev().map(element).collect(),
        false => (0..=at[axis]).map(element).collect(),
    }
}
