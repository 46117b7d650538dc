//! Pooling over three axes, as pooling of planes and then of columns: the largest element, a sum or a mean of a box is that of those of its slices.

use super::sizes::{accept, windows};
use crate::graph::blame;
use crate::kernel::pool::Sliding;
use crate::ops::prelude::*;
use std::panic::Location;

/// The axes of a batch of volumes.
fn five(x: &Shape) -> Result<[usize; 5], Mismatch> {
    (**x).try_into().map_err(|_| Mismatch::new(format!("x has {} axes instead of 5", x.rank())))
}

/// How many windows there are in a volume `[d, h, w]`, which slide over its columns and its planes.
pub(super) fn boxes(
    columns: &Sliding,
    planes: &Sliding,
    ceil_mode: bool,
    [d, h, w]: [usize; 3],
) -> Result<[usize; 3], Mismatch> {
    let depth = windows(columns, 0, d, ceil_mode, 2)?;
    Ok([depth, windows(planes, 0, h, ceil_mode, 3)?, windows(planes, 1, w, ceil_mode, 4)?])
}

/// Pools a batch of volumes `[n, c, d, h, w]`, or refuses it in the name of the method that was called.
///
/// `says` gives the size of the result for `[d, h, w]`; `planes` pools images `[.., h, w]`, `columns` images `[.., d, n]` along their height only.
#[track_caller]
pub(super) fn pool<T: Real>(
    method: &'static str,
    x: &Var<T>,
    says: impl FnOnce([usize; 3]) -> Result<[usize; 3], Mismatch>,
    planes: impl FnOnce(&Var<T>) -> Var<T>,
    columns: impl FnOnce(&Var<T>) -> Var<T>,
) -> Var<T> {
    let rule = "[n, c, d, h, w] -> [n, c, od, oh, ow]";
    let sizes = five(x.shape()).and_then(|[n, c, d, h, w]| Ok(([n, c, d, h, w], says([d, h, w])?)));
    let ([n, c, d, h, w], [od, oh, ow]) = accept(method, rule, x.shape(), sizes);
    // The closures do not see who called.
    blame(Location::caller(), || {
        let y = planes(&x.reshape([n * c, d, h, w]));
        columns(&y.reshape([n * c, 1, d, oh * ow])).reshape([n, c, od, oh, ow])
    })
}
