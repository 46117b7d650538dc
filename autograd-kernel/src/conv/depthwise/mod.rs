//! Depthwise convolutions: each channel alone, under a kernel of its own.
//!
//! Nothing is shared by channels, so nothing is a product of matrices, and memory sets the pace. A plane is copied once, between zeros, and for a
//! stride along its rows in classes: at each place of the kernel a row of results then reads neighbours. A tile of results stays in registers
//! for all places, and a row that is no whole number of vectors computes the last one over what the one before it has.

mod layout;
mod results;
mod weight;

use super::Sizes;
use layout::Layout;
pub(super) use results::{Pass, product};
pub(super) use weight::gradient;

/// Multiplications that are worth handing over.
const WORTH: usize = 1 << 16;

impl Sizes {
    /// Whether each channel is alone, and gives one result.
    pub(super) fn is_depthwise(&self) -> bool {
        self.groups == self.channels && self.groups == self.filters
    }
}
