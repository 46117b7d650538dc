//! Exact resume: [`Resume`] brings optimisers into a [`Checkpoint`], [`Checkpoints`] keeps the last few of them in a folder.
//!
//! [`Checkpoint`]: autograd_nn::state::Checkpoint

mod error;
mod folder;
mod found_checkpoint;
mod resume;
#[cfg(test)]
mod tests;

pub use error::ResumeError;
pub use folder::Checkpoints;
pub use found_checkpoint::FoundCheckpoint;
pub use resume::Resume;
