//! What most layers name.

pub(crate) use crate::module::report;
pub(crate) use crate::refuse::{refuse, require};
#[cfg(test)]
pub(crate) use crate::testing::{Case, Cases, Checked};
pub(crate) use crate::{Buffer, Counter, Forward, KeyStream, Module, Parameter, Training, Visitor, init};
pub(crate) use autograd_core::{Generator, Real, Tensor, Var, blame, in_layer, ops};
