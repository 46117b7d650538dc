//! Saving and loading: the state of a module as named tensors, and the files that hold them.
//!
//! | file | read | written |
//! |---|---|---|
//! | safetensors | [`load`], [`StateDict::load`], [`Safetensors`] | [`save`], [`StateDict::save`], [`Safetensors`] |
//! | a checkpoint: several states in one safetensors file | [`Checkpoint::load`] | [`Checkpoint::save`] |
//! | PyTorch's `.pth` and `.pt`, from version 1.6 on | [`load`], [`StateDict::load`], [`PickleValue::load`] | |
//! | NumPy's `.npz` | [`load`], [`StateDict::load`] | |
//! | NumPy's `.npy` | [`AnyTensor::load_npy`] | [`AnyTensor::save_npy`] |
//!
//! Nothing from a file is executed. A file that is damaged, or made to do damage, is a [`FileError`]: no panic, and no memory beyond what the
//! file really holds. Files are written beside their place and moved there when complete: whatever happens, there is the old or the new one.

mod any_tensor;
mod archive;
mod atomic;
mod checkpoint;
mod dict;
mod encoding;
mod error;
mod files;
mod load;
mod npy;
mod pickle;
mod safetensors;
mod streams;
mod torch;
mod value;

pub use any_tensor::AnyTensor;
pub use checkpoint::Checkpoint;
pub use dict::StateDict;
pub use error::{FileError, Place};
pub use files::{load, save};
pub(crate) use load::load_state;
pub use load::{LoadError, LoadReport, Strictness};
pub use pickle::PickleValue;
pub use safetensors::Safetensors;
pub use streams::{load_streams, streams};
