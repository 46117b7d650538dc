//! What most rules name.

#[cfg(test)]
pub(crate) use crate::laws::{Cases, Checked, Task::*, flag, number};
pub(crate) use crate::{Error, Part, Rule, Stepper, check};
pub(crate) use autograd_core::Real;
pub(crate) use serde::{Deserialize, Serialize};
#[cfg(test)]
pub(crate) use serde_json::Value;
