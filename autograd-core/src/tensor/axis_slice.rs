//! `AxisSlice`: a range of one axis, with a step.

use super::Shape;
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
    /// Takes each `step`-th element; counted from the back if negative.
    #[must_use]
    pub fn step(self, step: isize) -> Self {
        AxisSlice { step, ..self }
    }

    /// First position, number of elements and step within an axis of size `n`.
    pub fn resolve(&self, n: usize) -> Result<(usize, usize, isize), Mismatch> {
        let from_end = |at: isize| if at < 0 { at + n as isize } else { at };
        let (start, end) = (from_end(self.start), from_end(self.end.unwrap_or(n as isize)));
        if self.step == 0 {
            return Err(Mismatch::new("the step of a range is 0"));
        }
        if start < 0 || end < start || end > n as isize {
            let end = self.end.map_or(String::new(), |end| end.to_string());
            return Err(Mismatch::new(format!("range {}..{end} is not within an axis of size {n}", self.start)));
        }
        let count = ((end - start) as usize).div_ceil(self.step.unsigned_abs());
        let first = if self.step > 0 || count == 0 { start } else { end - 1 };
        Ok((first as usize, count, self.step))
    }

    /// The shape that remains of `from`.
    pub fn shape(ranges: &[AxisSlice], from: &Shape) -> Result<Shape, Mismatch> {
        if ranges.len() > from.rank() {
            return Err(Mismatch::new(format!("{} ranges for {} axes", ranges.len(), from.rank())));
        }
        let mut shape = from.clone();
        for (axis, range) in ranges.iter().enumerate() {
            let resolved =
                range.resolve(from[axis]).map_err(|why| Mismatch::new(format!("axis {axis}: {}", why.why())))?;
            shape = shape.with(axis, resolved.1);
        }
        Ok(shape)
    }
}

/// An end of a range; one beyond all axes stays beyond them.
fn end(end: impl TryInto<isize>) -> isize {
    end.try_into().unwrap_or(isize::MAX)
}

/// The exclusive end of a range that includes `last`; -1 is the last element.
fn after(last: isize) -> Option<isize> {
    (last != -1).then_some(last.saturating_add(1))
}

macro_rules! from_ranges {
    ($($integer:ty),+) => {$(
        impl From<Range<$integer>> for AxisSlice {
            fn from(range: Range<$integer>) -> Self {
                AxisSlice { start: end(range.start), end: Some(end(range.end)), step: 1 }
            }
        }
        impl From<RangeInclusive<$integer>> for AxisSlice {
            fn from(range: RangeInclusive<$integer>) -> Self {
                AxisSlice { start: end(*range.start()), end: after(end(*range.end())), step: 1 }
            }
        }
        impl From<RangeFrom<$integer>> for AxisSlice {
            fn from(range: RangeFrom<$integer>) -> Self {
                AxisSlice { start: end(range.start), end: None, step: 1 }
            }
        }
        impl From<RangeToInclusive<$integer>> for AxisSlice {
            fn from(range: RangeToInclusive<$integer>) -> Self {
                AxisSlice { start: 0, end: after(end(range.end)), step: 1 }
            }
        }
        impl From<RangeTo<$integer>> for AxisSlice {
            fn from(range: RangeTo<$integer>) -> Self {
                AxisSlice { start: 0, end: Some(end(range.end)), step: 1 }
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

/// Ranges for several axes: a tuple of ranges, an array of one kind of range, or a list of [`AxisSlice`].
pub trait IntoSlices {
    /// One range for each axis, from the first on.
    fn into_slices(self) -> Vec<AxisSlice>;
}

impl IntoSlices for Vec<AxisSlice> {
    fn into_slices(self) -> Vec<AxisSlice> {
        self
    }
}
impl IntoSlices for &[AxisSlice] {
    fn into_slices(self) -> Vec<AxisSlice> {
        self.to_vec()
    }
}
impl<R: Into<AxisSlice>, const N: usize> IntoSlices for [R; N] {
    fn into_slices(self) -> Vec<AxisSlice> {
        self.into_iter().map(Into::into).collect()
    }
}

macro_rules! tuple_slices {
    ($(($($range:ident),+);)+) => {$(
        impl<$($range: Into<AxisSlice>),+> IntoSlices for ($($range,)+) {
            fn into_slices(self) -> Vec<AxisSlice> {
                #[expect(non_snake_case, reason = "each type parameter names its own value")]
                let ($($range,)+) = self;
                vec![$($range.into()),+]
            }
        }
    )+};
}
tuple_slices! { (A); (A, B); (A, B, C); (A, B, C, D); (A, B, C, D, E); }
