//! `detect_anomaly`: the op and line that made the first NaN.

use super::handle::Handle;
use super::mode;
use crate::error::{Error, Mismatch};
use crate::tensor::{Real, Tensor};

/// Runs `f` and stops at the first op whose result holds a NaN, and at the first gradient rule that makes one.
///
/// The message names the op and the line of the program that applied it. Each result is searched, which costs a pass over it.
///
/// ```should_panic
/// use autograd_core::{Var, detect_anomaly};
/// let x = Var::leaf(-1.0);
/// detect_anomaly(|| x.sqrt()); // sqrt: the result holds a NaN
/// ```
///
/// # Panics
/// At the first NaN.
pub fn detect_anomaly<R>(f: impl FnOnce() -> R) -> R {
    mode::current().with_anomaly(true).hold(f)
}

fn count_nan<T: Real>(x: &Tensor<T>) -> usize {
    x.map(num_traits::Float::is_nan).count()
}

#[track_caller]
pub(crate) fn inspect_forward<T: Real>(op: &'static str, y: &Tensor<T>) {
    let bad = count_nan(y);
    if bad > 0 {
        let why = format!("the result holds a NaN, {bad} of {} elements are", y.numel());
        Error::new(op, Mismatch::new(why)).fact("shape", y.shape()).raise();
    }
}

pub(crate) fn inspect_backward<T: Real>(node: &Handle<T>, dx: &Tensor<T>) {
    let bad = count_nan(dx);
    if bad > 0 {
        let why = format!("its gradient rule made a NaN, {bad} of {} elements are", dx.numel());
        Error::new(node.name(), Mismatch::new(why)).fact("shape", dx.shape()).made_at(node.at).raise();
    }
}
