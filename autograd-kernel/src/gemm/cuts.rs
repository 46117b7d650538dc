//! Cuts: a length in even parts, which depend on nothing but the length.

use std::ops::Range;

/// A length in the fewest even parts that are not too long: the first ones have one unit more than the others.
#[derive(Clone, Copy)]
pub(super) struct Cuts {
    parts: usize,
    /// Whole units in each part, and parts that have one more.
    each: usize,
    more: usize,
    unit: usize,
    end: usize,
}

impl Cuts {
    /// Parts of at most `most` units of `unit` each, at least one part; only the last unit of all may be incomplete.
    pub fn new(end: usize, unit: usize, most: usize) -> Self {
        let units = end.div_ceil(unit);
        // Most lengths are one part, and a division takes its time.
        let parts = if units <= most { 1 } else { units.div_ceil(most) };
        let each = if parts == 1 { units } else { units / parts };
        Cuts { parts, each, more: units - each * parts, unit, end }
    }

    /// The number of parts.
    pub fn count(&self) -> usize {
        self.parts
    }

    /// The number of the last part's last element, and one.
    pub fn end(&self) -> usize {
        self.end
    }

    /// Where part `i` begins, or the end.
    pub fn at(&self, i: usize) -> usize {
        ((i * self.each + i.min(self.more)) * self.unit).min(self.end)
    }

    /// What parts `i..j` cover.
    pub fn span(&self, parts: Range<usize>) -> Range<usize> {
        self.at(parts.start)..self.at(parts.end)
    }
}
