//! Cuts: a length in even parts, which depend on nothing but the length.

use std::ops::Range;

/// A length in the fewest even parts that are not too long.
#[derive(Clone, Copy)]
pub(super) struct Cuts {
    parts: usize,
    units: usize,
    unit: usize,
    end: usize,
}

impl Cuts {
    /// Parts of at most `most` units of `unit` each, at least one part; only the last unit of all may be incomplete.
    pub fn new(end: usize, unit: usize, most: usize) -> Self {
        let units = end.div_ceil(unit);
        // Most lengths are one part, and a division takes its time.
        let parts = if units <= most { 1 } else { units.div_ceil(most) };
        Cuts { parts, units, unit, end }
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
        match i {
            // As in `new`.
            0 => 0,
            _ if i == self.parts => self.end,
            _ => i * self.units / self.parts * self.unit,
        }
    }

    /// What parts `i..j` cover.
    pub fn span(&self, parts: Range<usize>) -> Range<usize> {
        self.at(parts.start)..self.at(parts.end)
    }
}
