//! Averages of the points that a training passes: weights that are better than the last ones.

mod ema;
mod model;
mod swa;
#[cfg(test)]
mod tests;
mod update_bn;

pub use ema::{Ema, EmaOptions};
pub use model::{AveragedModel, Averaging, Swapped};
pub use swa::{Swa, SwaOptions};
pub use update_bn::update_bn;
