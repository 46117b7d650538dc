//! A standardised block as a function of its elements, to be computed within another pass.

use super::{Normalize, Statistics};
use crate::element::{Real, Values, ValuesMut};
use crate::elementwise::Apply;
use crate::isa::{self, NullaryFnOnce};
use crate::list::List;

/// `(x − mean) · scale + bias` with numbers of each segment: the bits of [`Normalize::forward`].
pub struct Lines<T> {
    /// Elements of a segment.
    len: usize,
    /// Mean, scale and bias of each segment.
    of: List<[T; 3]>,
    biased: bool,
}

impl Normalize {
    /// What is taken off each element of a segment, and what the rest is multiplied with.
    #[inline(always)]
    pub(super) fn line<T: Real>(
        &self,
        [mean, variance]: Statistics<T>,
        weight: Option<&[T]>,
        segment: usize,
    ) -> [T; 2] {
        let scale = self.scale(variance);
        [mean, weight.map_or(scale, |weight| scale * weight[self.weight(segment)])]
    }

    /// Mean and variance of each group, and the function of which the block is the result.
    #[inline(never)]
    pub fn lines<T: Real>(
        &self,
        x: &[T],
        weight: Option<&[T]>,
        bias: Option<&[T]>,
        statistics: &mut [Statistics<T>],
    ) -> Lines<T> {
        assert!(self.takes_parts(), "long segments, each with one weight");
        self.measure_runs(x, statistics);
        let of = |segment: usize| {
            let [mean, scale] = self.line(statistics[self.group(segment)], weight, segment);
            [mean, scale, bias.map_or(T::zero(), |bias| bias[self.weight(segment)])]
        };
        Lines { len: self.len, of: (0..self.segments).map(of).collect(), biased: bias.is_some() }
    }
}

impl<T: Real> Apply for Lines<T> {
    #[inline(never)]
    fn run(&self, start: usize, x: &[Values<'_>], y: ValuesMut<'_>) {
        isa::dispatch(Tile { lines: self, start, x: T::slice(x[0]), y: T::slice_mut(y) });
    }
    fn cost(&self) -> usize {
        2
    }
}

/// Some elements, and the place of the first one.
struct Tile<'a, T> {
    lines: &'a Lines<T>,
    start: usize,
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for Tile<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Tile { lines, start, mut x, mut y } = self;
        let (mut segment, mut skip) = (start / lines.len, start % lines.len);
        while !x.is_empty() {
            let n = (lines.len - skip).min(x.len());
            let (now, later) = x.split_at(n);
            let (to, rest) = std::mem::take(&mut y).split_at_mut(n);
            let [mean, scale, bias] = lines.of[segment];
            match lines.biased {
                true => to.iter_mut().zip(now).for_each(|(y, &x)| *y = (x - mean) * scale + bias),
                false => to.iter_mut().zip(now).for_each(|(y, &x)| *y = (x - mean) * scale),
            }
            (x, y, segment, skip) = (later, rest, segment + 1, 0);
        }
    }
}
