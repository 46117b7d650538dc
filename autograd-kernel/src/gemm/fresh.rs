//! `Fresh`: which panels of a right operand have been copied. The tile that meets one first copies it on the way, since it loads all of it anyway.

use crate::list::List;
use std::ops::Range;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

const FREE: u8 = 0;
const TAKEN: u8 = 1;
const DONE: u8 = 2;

/// The states of some panels in some passes along `k`. Nobody waits: who meets a panel that another thread is copying reads the rows it comes from.
pub(super) struct Fresh {
    states: List<AtomicU8>,
    block: usize,
    panels: Range<usize>,
}

impl Fresh {
    pub fn new(blocks: Range<usize>, panels: Range<usize>) -> Self {
        let states = (0..blocks.len() * panels.len()).map(|_| AtomicU8::new(FREE)).collect();
        Fresh { states, block: blocks.start, panels }
    }

    fn state(&self, block: usize, panel: usize) -> &AtomicU8 {
        &self.states[(block - self.block) * self.panels.len() + panel - self.panels.start]
    }

    /// Whether a panel has been copied, so that it may be read.
    pub fn copied(&self, block: usize, panel: usize) -> bool {
        self.state(block, panel).load(Acquire) == DONE
    }

    /// Whether nobody else copies a panel; the caller must then do it.
    pub fn take(&self, block: usize, panel: usize) -> bool {
        self.state(block, panel).compare_exchange(FREE, TAKEN, Relaxed, Relaxed).is_ok()
    }

    /// Says that a panel has been copied.
    pub fn done(&self, block: usize, panel: usize) {
        self.state(block, panel).store(DONE, Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_is_copied_once_and_read_when_it_is_there() {
        let fresh = Fresh::new(1..3, 4..7);
        for (block, panel) in [(1, 4), (1, 6), (2, 4), (2, 6)] {
            assert!(!fresh.copied(block, panel) && fresh.take(block, panel));
            assert!(!fresh.copied(block, panel) && !fresh.take(block, panel));
            fresh.done(block, panel);
            assert!(fresh.copied(block, panel) && !fresh.take(block, panel));
        }
        assert!(!fresh.copied(1, 5) && !fresh.copied(2, 5));
    }
}
