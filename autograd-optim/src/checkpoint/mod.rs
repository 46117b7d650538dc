//! Exact resume: [`Resume`] brings optimisers into a [`Checkpoint`], [`Checkpoints`] keeps the last few of them in a folder.
//!
//! [`Checkpoint`]: autograd_nn::state::Checkpoint

mod error;
mod folder;
mod found;
mod resume;
#[cfg(test)]
mod tests;

pub use error::ResumeError;
pub use folder::Checkpoints;
pub use found::Found;
pub use resume::Resume;
