//! What most rules name.

#[cfg(test)]
pub(crate) use crate::laws::{Cases, Checked, Task::*, flag, number, two};
pub(crate) use crate::norm::norm;
pub(crate) use crate::{Error, Part, Rule, Stepper, check};
pub(crate) use autograd_core::Real;
pub(crate) use serde::{Deserialize, Serialize};
#[cfg(test)]
pub(crate) use serde_json::Value;

/// 1, -1 or 0, where `signum` knows no 0.
#[inline]
pub(crate) fn sign<T: Real>(x: T) -> T {
    if x == T::zero() { x } else { x.signum() }
}
