//! `FoundCheckpoint`: a checkpoint of a folder.

use autograd_nn::state::{Checkpoint, FileError};
use std::path::PathBuf;

/// A checkpoint of a folder, as [`Checkpoints::latest`](super::Checkpoints::latest) finds it.
#[derive(Debug)]
pub struct FoundCheckpoint {
    /// What the file holds.
    pub checkpoint: Checkpoint,
    /// The file.
    pub path: PathBuf,
    /// Why each newer file was passed over, from the newest: worth a warning, since the steps they held are taken again.
    pub damaged: Vec<FileError>,
}
