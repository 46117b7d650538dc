//! What the examples share: arguments, handwritten digits, learning rates, progress bars, and pictures that need no font of the system.

pub mod axes;
pub mod bounds;
pub mod command;
pub mod curve;
pub mod digits;
pub mod picture;
pub mod progress;
pub mod rate;
pub mod scenes;
