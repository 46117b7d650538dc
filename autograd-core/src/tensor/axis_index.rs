//! `AxisIndex`: what is taken of one axis, and `s!`, which writes it down for several.

use super::{AxisSlice, Shape};
use crate::List;
use crate::error::Mismatch;
use smallvec::SmallVec;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// What a slice takes of one axis. Ranges and integers convert to it; the macro [`s!`](crate::s) writes several of them.
///
/// ```
/// use autograd_core::{AxisIndex, AxisSlice};
/// assert_eq!(AxisIndex::from(-1), AxisIndex::At(-1));
/// assert_eq!(AxisIndex::from(1..3), AxisIndex::Range(AxisSlice::from(1..3)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxisIndex {
    /// A range; the axis stays.
    Range(AxisSlice),
    /// The position, counted from the end if negative, at which one element is taken; the axis is dropped.
    At(isize),
    /// No axis of the operand, but a new one of size 1.
    NewAxis,
    /// All axes that nothing else names, whole; at most once, and at the end if it is left out.
    Rest,
}

impl<R: Into<AxisSlice>> From<R> for AxisIndex {
    fn from(range: R) -> Self {
        AxisIndex::Range(range.into())
    }
}

macro_rules! from_integers {
    ($($integer:ty),+) => {$(
        impl From<$integer> for AxisIndex {
            fn from(at: $integer) -> Self {
                // A position beyond all axes stays beyond them.
                AxisIndex::At(at.try_into().unwrap_or(isize::MAX))
            }
        }
    )+};
}
from_integers!(i32, i64, isize, usize);

/// What [`slice`](crate::Var::slice) takes, one for each axis from the first on; axes that are not named are taken whole. A tuple or an
/// array of ranges and integers, or a list of [`AxisIndex`] or [`AxisSlice`]; one range or integer alone is for the first axis.
pub trait IntoSlices {
    /// One entry for each axis, from the first on.
    fn into_slices(self) -> List<AxisIndex>;
}

impl<R: Into<AxisIndex>> IntoSlices for Vec<R> {
    fn into_slices(self) -> List<AxisIndex> {
        self.into_iter().map(Into::into).collect()
    }
}
impl<R: Into<AxisIndex>> IntoSlices for List<R> {
    fn into_slices(self) -> List<AxisIndex> {
        self.into_iter().map(Into::into).collect()
    }
}
impl<R: Into<AxisIndex> + Copy> IntoSlices for &[R] {
    fn into_slices(self) -> List<AxisIndex> {
        self.iter().map(|&entry| entry.into()).collect()
    }
}
impl<R: Into<AxisIndex>, const N: usize> IntoSlices for [R; N] {
    fn into_slices(self) -> List<AxisIndex> {
        self.into_iter().map(Into::into).collect()
    }
}

macro_rules! tuple_slices {
    ($(($($entry:ident),+);)+) => {$(
        impl<$($entry: Into<AxisIndex>),+> IntoSlices for ($($entry,)+) {
            fn into_slices(self) -> List<AxisIndex> {
                #[expect(non_snake_case, reason = "each type parameter names its own value")]
                let ($($entry,)+) = self;
                List::from([$($entry.into()),+])
            }
        }
    )+};
}
tuple_slices! { (A); (A, B); (A, B, C); (A, B, C, D); (A, B, C, D, E); (A, B, C, D, E, F); }

macro_rules! sole_slices {
    ($($range:ident),+; $($entry:ty),+) => {
        $(impl<R> IntoSlices for $range<R>
        where
            $range<R>: Into<AxisIndex>,
        {
            fn into_slices(self) -> List<AxisIndex> {
                List::from([self.into()])
            }
        })+
        $(impl IntoSlices for $entry {
            fn into_slices(self) -> List<AxisIndex> {
                List::from([self.into()])
            }
        })+
    };
}
sole_slices! {
    Range, RangeInclusive, RangeFrom, RangeTo, RangeToInclusive;
    RangeFull, AxisSlice, AxisIndex, i32, i64, isize, usize
}

/// A list of [`AxisIndex`] as applied to the axes of one shape.
pub(crate) struct Selection {
    /// The position of the first element, for each axis.
    pub first: SmallVec<[usize; 4]>,
    /// The distance to the next one; 1 where there is a single one.
    pub steps: SmallVec<[isize; 4]>,
    /// How many elements there are along each axis.
    pub part: SmallVec<[usize; 4]>,
    /// The axis behind each axis of the result; none behind a new one.
    axes: SmallVec<[Option<usize>; 4]>,
}

impl Selection {
    /// What `entries` take of `from`.
    pub(crate) fn new(entries: &[AxisIndex], from: &Shape) -> Result<Self, Mismatch> {
        let named = entries.iter().filter(|entry| matches!(entry, AxisIndex::Range(_) | AxisIndex::At(_))).count();
        if named > from.rank() {
            return Err(Mismatch::new(format!("{named} ranges for {} axes", from.rank())));
        }
        if entries.iter().filter(|&&entry| entry == AxisIndex::Rest).count() > 1 {
            return Err(Mismatch::new("the rest of the axes stands twice"));
        }
        let mut all = Selection {
            first: SmallVec::from_elem(0, from.rank()),
            steps: SmallVec::from_elem(1, from.rank()),
            part: SmallVec::from_slice(from),
            axes: SmallVec::new(),
        };
        let mut axis = 0;
        for &entry in entries {
            match entry {
                AxisIndex::NewAxis => all.axes.push(None),
                AxisIndex::Rest => {
                    let last = axis + from.rank() - named;
                    all.axes.extend((axis..last).map(Some));
                    axis = last;
                }
                AxisIndex::Range(range) => {
                    let resolved = range.resolve(from[axis]);
                    let (first, count, step) =
                        resolved.map_err(|why| Mismatch::new(format!("axis {axis}: {}", why.why())))?;
                    // The step past a single element is never taken, and may be longer than memory.
                    (all.first[axis], all.steps[axis]) = (first, if count > 1 { step } else { 1 });
                    all.part[axis] = count;
                    all.axes.push(Some(axis));
                    axis += 1;
                }
                AxisIndex::At(at) => {
                    all.first[axis] = position(at, axis, from)?;
                    all.part[axis] = 1;
                    axis += 1;
                }
            }
        }
        all.axes.extend((axis..from.rank()).map(Some));
        Ok(all)
    }

    /// The shape of the result.
    pub(crate) fn shape(&self) -> Shape {
        self.along(1, &self.part).collect()
    }

    /// What `of` says of the axis behind each axis of the result; `new` for a new one.
    pub(crate) fn along<X: Copy>(&self, new: X, of: &[X]) -> impl Iterator<Item = X> {
        self.axes.iter().map(move |axis| axis.map_or(new, |axis| of[axis]))
    }
}

/// The position along `axis` that `at` names, counted from the end if negative.
pub(crate) fn position(at: isize, axis: usize, shape: &Shape) -> Result<usize, Mismatch> {
    let n = shape[axis];
    match if at < 0 { at + n as isize } else { at } {
        place if (0..n as isize).contains(&place) => Ok(place as usize),
        _ => Err(Mismatch::new(format!("axis {axis}: index {at} is not within an axis of size {n}"))),
    }
}

/// What [`slice`](crate::Var::slice) takes, as NumPy writes it: for each axis a range, a range with a step after a semicolon, a position,
/// `newaxis`, or `...` for the axes between.
///
/// Positions drop their axis; negative numbers count from the end. A negative step takes the same range from its last element backwards.
///
/// ```
/// use autograd_core::{Tensor, s};
/// let x = Tensor::<f64>::arange(24).reshape([2, 3, 4]);
/// assert_eq!(x.slice(s![-1, .., 1..-1]), [[13.0, 14.0], [17.0, 18.0], [21.0, 22.0]].into());
/// assert_eq!(x.slice(s![..., 0]), [[0.0, 4.0, 8.0], [12.0, 16.0, 20.0]].into());
/// assert_eq!(x.slice(s![0, 0, ..;-2]).to_vec(), [3.0, 1.0]);
/// assert_eq!(*x.slice(s![newaxis, 1..=1, .., 2]).shape(), [1, 1, 3]);
/// ```
#[macro_export]
macro_rules! s {
    ($($entries:tt)*) => {
        $crate::__s!(@entry [] [] $($entries)* ,)
    };
}

/// `s!` token by token: a range that is never written as one of Rust's is not taken for one that runs backwards.
#[doc(hidden)]
#[macro_export]
macro_rules! __s {
    (@entry [$($done:tt)*] [] $(,)?) => { [$($done)*] as [$crate::AxisIndex; _] };
    (@entry [$($done:tt)*] [] newaxis, $($rest:tt)*) => {
        $crate::__s!(@entry [$($done)* $crate::AxisIndex::NewAxis,] [] $($rest)*)
    };
    (@entry [$($done:tt)*] [] ..., $($rest:tt)*) => {
        $crate::__s!(@entry [$($done)* $crate::AxisIndex::Rest,] [] $($rest)*)
    };
    (@entry [$($done:tt)*] [$($at:tt)+], $($rest:tt)*) => {
        $crate::__s!(@entry [$($done)* $crate::AxisIndex::from($($at)+),] [] $($rest)*)
    };
    (@entry $done:tt $start:tt .. $($rest:tt)*) => { $crate::__s!(@end until $done $start [] $($rest)*) };
    (@entry $done:tt $start:tt ..= $($rest:tt)*) => { $crate::__s!(@end through $done $start [] $($rest)*) };
    (@entry $done:tt [$($read:tt)*] $next:tt $($rest:tt)*) => {
        $crate::__s!(@entry $done [$($read)* $next] $($rest)*)
    };
    (@end $kind:ident [$($done:tt)*] $start:tt $end:tt, $($rest:tt)*) => {
        $crate::__s!(@entry [$($done)* $crate::AxisIndex::Range($crate::__s!(@$kind $start $end)),] [] $($rest)*)
    };
    (@end $kind:ident $done:tt $start:tt $end:tt; $($rest:tt)*) => {
        $crate::__s!(@step $done [$crate::__s!(@$kind $start $end)] [] $($rest)*)
    };
    (@end $kind:ident $done:tt $start:tt [$($read:tt)*] $next:tt $($rest:tt)*) => {
        $crate::__s!(@end $kind $done $start [$($read)* $next] $($rest)*)
    };
    (@step [$($done:tt)*] [$($range:tt)*] [$($step:tt)+], $($rest:tt)*) => {
        $crate::__s!(@entry [$($done)* $crate::AxisIndex::Range($($range)*.step($($step)+)),] [] $($rest)*)
    };
    (@step $done:tt $range:tt [$($read:tt)*] $next:tt $($rest:tt)*) => {
        $crate::__s!(@step $done $range [$($read)* $next] $($rest)*)
    };
    (@until [] []) => { $crate::AxisSlice::from(..) };
    (@until [$($start:tt)+] []) => { $crate::AxisSlice::from(::core::ops::RangeFrom { start: $($start)+ }) };
    (@until [] [$($end:tt)+]) => { $crate::AxisSlice::between(0, $($end)+) };
    (@until [$($start:tt)+] [$($end:tt)+]) => { $crate::AxisSlice::between($($start)+, $($end)+) };
    (@through [] [$($last:tt)+]) => { $crate::AxisSlice::through(0, $($last)+) };
    (@through [$($start:tt)+] [$($last:tt)+]) => { $crate::AxisSlice::through($($start)+, $($last)+) };
}

#[cfg(test)]
mod tests {
    use super::AxisIndex::{At, NewAxis, Range, Rest};
    use crate::AxisSlice;

    #[test]
    fn entries_are_any_expressions() {
        let (i, n, range) = (1usize, 5isize, 2..4);
        let between = |start: isize, end: isize| Range(AxisSlice::between(start, end));
        assert_eq!(s![], []);
        assert_eq!(s![.., ..., newaxis], [Range(AxisSlice::from(..)), Rest, NewAxis]);
        assert_eq!(s![i, -1, n - 1, [3, 4][0],], [At(1), At(-1), At(4), At(3)]);
        assert_eq!(s![i + 1..n - 1, range, (1..3)], [between(2, 4), between(2, 4), between(1, 3)]);
        assert_eq!(s![..i, i..], [between(0, 1), Range(AxisSlice::from(1..))]);
        assert_eq!(s![1..=-2, ..=3], [between(1, -1), between(0, 4)]);
        assert_eq!(s![i..;-2, ..n;i as isize], [Range(AxisSlice::from(1..).step(-2)), between(0, 5)]);
        assert_eq!(s![usize::MAX, 0..usize::MAX], [At(isize::MAX), between(0, isize::MAX)]);
    }
}
