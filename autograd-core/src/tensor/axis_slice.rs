//! `AxisSlice`: a range of one axis, with a step.

use crate::error::Mismatch;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// A range of one axis, with a step: `0..3`, `1..`, `..-1`, `..`, or `AxisSlice::from(..).step(-2)`.
///
/// Negative ends count from the end of the axis. A negative step takes the same range from its last element backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AxisSlice {
    start: isize,
    /// `None`: to the end.
    end: Option<isize>,
    step: isize,
}

impl AxisSlice {
    /// `start..end`, also where the end counts from the end of the axis: as `1..-1`, linters take it for a range that runs backwards.
    pub fn between(start: impl TryInto<isize>, end: impl TryInto<isize>) -> Self {
        AxisSlice { start: bound(start), end: Some(bound(end)), step: 1 }
    }

    /// `start..=last`, in the same manner.
    pub fn through(start: impl TryInto<isize>, last: impl TryInto<isize>) -> Self {
        AxisSlice { start: bound(start), end: after(bound(last)), step: 1 }
    }

    /// Takes each `step`-th element; counted from the back if negative.
    #[must_use]
    pub fn step(self, step: isize) -> Self {
        AxisSlice { step, ..self }
    }

    /// First position, number of elements and step within an axis of size `n`.
    pub fn resolve(&self, n: usize) -> Result<(usize, usize, isize), Mismatch> {
        let size = isize::try_from(n).unwrap_or(isize::MAX);
        let from_end = |at: isize| if at < 0 { at + size } else { at };
        let (start, end) = (from_end(self.start), from_end(self.end.unwrap_or(size)));
        if self.step == 0 {
            return Err(Mismatch::new("the step of a range is 0"));
        }
        if start < 0 || end < start || end > size {
            let end = self.end.map_or(String::new(), |end| end.to_string());
            return Err(Mismatch::new(format!("range {}..{end} is not within an axis of size {n}", self.start)));
        }
        let count = ((end - start) as usize).div_ceil(self.step.unsigned_abs());
        let first = if self.step > 0 || count == 0 { start } else { end - 1 };
        Ok((first as usize, count, self.step))
    }
}

/// A bound of a range; one beyond all axes stays beyond them.
fn bound(bound: impl TryInto<isize>) -> isize {
    bound.try_into().unwrap_or(isize::MAX)
}

/// The exclusive end of a range that includes `last`; -1 is the last element.
fn after(last: isize) -> Option<isize> {
    (last != -1).then_some(last.saturating_add(1))
}

macro_rules! from_ranges {
    ($($integer:ty),+) => {$(
        impl From<Range<$integer>> for AxisSlice {
            fn from(range: Range<$integer>) -> Self {
                AxisSlice::between(range.start, range.end)
            }
        }
        impl From<RangeInclusive<$integer>> for AxisSlice {
            fn from(range: RangeInclusive<$integer>) -> Self {
                AxisSlice::through(*range.start(), *range.end())
            }
        }
        impl From<RangeFrom<$integer>> for AxisSlice {
            fn from(range: RangeFrom<$integer>) -> Self {
                AxisSlice { start: bound(range.start), end: None, step: 1 }
            }
        }
        impl From<RangeToInclusive<$integer>> for AxisSlice {
            fn from(range: RangeToInclusive<$integer>) -> Self {
                AxisSlice::through(0, range.end)
            }
        }
        impl From<RangeTo<$integer>> for AxisSlice {
            fn from(range: RangeTo<$integer>) -> Self {
                AxisSlice::between(0, range.end)
            }
        }
    )+};
}
from_ranges!(i32, isize, usize);

impl From<RangeFull> for AxisSlice {
    fn from(_: RangeFull) -> Self {
        AxisSlice { start: 0, end: None, step: 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::AxisSlice;

    #[test]
    fn the_largest_bounds_and_sizes_overflow_nothing() {
        let all = AxisSlice::from(..);
        assert_eq!(all.resolve(isize::MAX as usize).unwrap(), (0, isize::MAX as usize, 1));
        assert_eq!(all.step(isize::MIN).resolve(3).unwrap(), (2, 1, isize::MIN));
        for range in [AxisSlice::from(isize::MIN..), AxisSlice::between(isize::MIN, isize::MAX)] {
            assert!(range.resolve(3).is_err() && range.resolve(usize::MAX).is_err());
        }
    }
}
