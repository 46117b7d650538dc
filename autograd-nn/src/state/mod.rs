//! Saving and loading: the state of a module as named tensors, and the files that hold them.

mod any_tensor;
mod dict;
mod load;

pub use any_tensor::AnyTensor;
pub use dict::StateDict;
pub(crate) use load::load;
pub use load::{LoadError, LoadReport, Strictness};
