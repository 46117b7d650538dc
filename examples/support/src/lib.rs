//! What the examples share: progress bars, and pictures that need no font of the system.

pub mod axes;
pub mod curve;
pub mod picture;
pub mod progress;
