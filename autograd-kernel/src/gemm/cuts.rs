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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(end: usize, unit: usize, most: usize) {
        let cuts = Cuts::new(end, unit, most);
        let parts: Vec<Range<usize>> = (0..cuts.count()).map(|i| cuts.span(i..i + 1)).collect();
        assert!(parts.windows(2).all(|two| two[0].end == two[1].start), "{parts:?}");
        assert_eq!((parts[0].start, parts[parts.len() - 1].end, cuts.end()), (0, end, end));
        let units: Vec<usize> = parts.iter().map(|part| part.len().div_ceil(unit)).collect();
        let (least, largest) = (units.iter().min().unwrap(), units.iter().max().unwrap());
        assert!(*largest <= most && largest - least <= 1, "{units:?} of {end} in units of {unit}");
        assert_eq!(cuts.count(), end.div_ceil(unit).div_ceil(most).max(1), "the fewest");
    }

    #[test]
    fn parts_are_even_and_cover_everything_once() {
        for end in 0..70 {
            for (unit, most) in [(1, 1), (1, 2), (1, 6), (1, 100), (4, 1), (4, 2), (4, 6), (4, 100)] {
                check(end, unit, most);
            }
        }
    }
}
