//! How the steps of a sequence are spread over the threads.

use super::panels::Blocks;
use crate::threads;
use std::ops::Range;

/// Numbers of weights that each thread may read at each step for itself: as many as its cache holds.
const CACHED: usize = 1 << 18;
/// Parts of the units, where the threads share a step.
const PARTS: usize = 2;

/// What a thread works on.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Steps, in the order in which they are taken.
    pub steps: Range<usize>,
    /// Places of examples in the order of the plan.
    pub examples: Range<usize>,
    /// Blocks of hidden units.
    blocks: Range<usize>,
}

impl Piece {
    /// The blocks in the order of step `s`: to and fro, so that each step begins with the weights that the one before has used last, which the
    /// cache still holds.
    #[inline(always)]
    pub fn blocks(&self, s: usize) -> impl Iterator<Item = usize> + use<> {
        let Range { start, end } = self.blocks;
        (start..end).map(move |b| if s.is_multiple_of(2) { b } else { start + end - 1 - b })
    }
}

/// The work of a sequence.
#[derive(Clone, Copy)]
pub struct Work {
    pub steps: usize,
    pub examples: usize,
    pub blocks: Blocks,
    /// The number of weights.
    pub weights: usize,
    /// Whether blocks can be worked on apart.
    pub apart: bool,
}

impl Work {
    /// Runs `f` on all pieces, each after those of earlier steps that it depends on.
    ///
    /// Examples that one thread takes all steps of need not wait for others. Where there are few of them, or the weights are too many for a cache,
    /// the threads share the units of each step instead.
    pub fn spread(self, f: impl Fn(Piece) + Sync) {
        let Work { steps, examples, blocks, weights, apart } = self;
        if weights == 0 {
            return;
        }
        // Enough that the weights are read for several examples at once, and of a larger batch a part.
        let together = examples.div_ceil(16).clamp(16, 64);
        let groups = examples.div_ceil(together);
        // A step of one example; the cell costs as much as some products.
        let cost = (weights + 128 * blocks.units) / 16;
        if !apart || groups > 1 && weights <= CACHED {
            return threads::pieces(groups, cost.saturating_mul(examples * steps), |group| {
                let examples = group * together..examples.min((group + 1) * together);
                f(Piece { steps: 0..steps, examples, blocks: 0..blocks.count() });
            });
        }
        if cost * examples < threads::SERIAL / 2 {
            return f(Piece { steps: 0..steps, examples: 0..examples, blocks: 0..blocks.count() });
        }
        let cut = |part: usize| part * blocks.count() / PARTS;
        for s in 0..steps {
            threads::pieces(PARTS, threads::SERIAL, |part| {
                f(Piece { steps: s..s + 1, examples: 0..examples, blocks: cut(part)..cut(part + 1) });
            });
        }
    }
}
