//! Standardisation: groups of elements scaled to mean zero and variance one, and the gradients of it.
//!
//! A block of elements is a sequence of segments of neighbours. Each segment belongs to a group, which has one mean and one scale, and has its
//! own weight and bias: that of the whole segment, or one for each of its places. A group is read from memory once: its statistics and
//! what is made with them are one task, which finds it in the cache.

mod columns;
mod lines;
mod rows;
mod runs;
mod sums;

use crate::element::Real;
use crate::fused::Parts;
pub use lines::Lines;
use sums::{sum, sums};

/// Elements that a task has, at least.
const CHUNK: usize = 1 << 12;
/// Elements of a segment from which on its gradient may be computed as a part.
const PART: usize = 1 << 8;

/// Which group and which weight each segment has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Each segment is a group, with a weight for each of its places: layer normalisation.
    Each,
    /// So many segments in a row are a group, and weights repeat after so many segments: group normalisation over channels.
    Runs {
        /// Segments in a group.
        run: usize,
        /// Segments after which weights repeat.
        weights: usize,
    },
    /// Segments that are so many apart are a group, and share a weight: batch normalisation over channels.
    Apart(usize),
}

/// The segments of a block, and how they are standardised.
#[derive(Clone, Copy, Debug)]
pub struct Normalize {
    /// Number of segments.
    pub segments: usize,
    /// Elements of a segment.
    pub len: usize,
    /// Which segments form a group.
    pub grouping: Grouping,
    /// What is added to each variance.
    pub eps: f64,
    /// Whether the mean is subtracted; if not, the mean square stands for the variance.
    pub centred: bool,
}

/// Mean and variance of a group; `1 / √(variance + eps)` follows.
pub type Statistics<T> = [T; 2];

/// The gradient of a result.
#[derive(Clone, Copy)]
pub enum Slope<'a, T> {
    /// In memory.
    Ready(&'a [T]),
    /// Still to be computed, where the gradient of the elements is wanted, and [`Normalize::takes_parts`].
    Waiting(&'a Parts<'a>),
}

impl<'a, T> Slope<'a, T> {
    /// The one in memory.
    fn ready(self) -> &'a [T] {
        match self {
            Slope::Ready(dy) => dy,
            Slope::Waiting(_) => panic!("the caller asks `takes_parts` first"),
        }
    }

    /// The one to be computed.
    fn waiting(self) -> Option<&'a Parts<'a>> {
        match self {
            Slope::Ready(_) => None,
            Slope::Waiting(parts) => Some(parts),
        }
    }
}

/// What a gradient is computed from.
#[derive(Clone, Copy)]
pub struct Given<'a, T> {
    /// The elements.
    pub x: &'a [T],
    /// The statistics of each group.
    pub statistics: &'a [Statistics<T>],
    /// The weights.
    pub weight: Option<&'a [T]>,
    /// The gradient of the result, if there is one.
    pub dy: Option<Slope<'a, T>>,
    /// The gradients of the statistics of each group, if there are any.
    pub dstatistics: Option<&'a [Statistics<T>]>,
}

/// The gradients wanted; those not wanted are empty.
pub struct Gradients<'a, T> {
    /// That of the elements.
    pub dx: &'a mut [T],
    /// That of the weights: the sum of `dy · x̂` over all places that share one.
    pub dweight: &'a mut [T],
    /// That of the biases: the sum of `dy` over all places that share one.
    pub dbias: &'a mut [T],
}

impl Normalize {
    /// Number of groups.
    pub fn groups(&self) -> usize {
        match self.grouping {
            Grouping::Each => self.segments,
            Grouping::Runs { run, .. } => self.segments / run.max(1),
            Grouping::Apart(groups) => groups,
        }
    }

    /// Elements of a group.
    pub fn count(&self) -> usize {
        self.len * self.segments / self.groups().max(1)
    }

    /// Whether the gradient of the result may come part by part: its segments must be long enough for a part to be worth its beginning.
    pub fn takes_parts(&self) -> bool {
        self.grouping != Grouping::Each && self.len >= PART
    }

    #[inline(always)]
    fn scale<T: Real>(&self, variance: T) -> T {
        (variance + T::of(self.eps)).sqrt().recip()
    }

    /// `y ← (x − mean) · scale · weight + bias`, and mean and variance of each group.
    ///
    /// The statistics are taken in two passes: no digits cancel, and of equal elements the variance is exactly 0.
    #[inline(never)]
    pub fn forward<T: Real>(
        &self,
        x: &[T],
        weight: Option<&[T]>,
        bias: Option<&[T]>,
        y: &mut [T],
        statistics: &mut [Statistics<T>],
    ) {
        match self.grouping {
            Grouping::Each => self.forward_rows(x, weight, bias, y, statistics),
            _ if self.takes_columns() => self.forward_columns(x, weight, bias, y, statistics),
            _ => self.forward_runs(x, weight, bias, y, statistics),
        }
    }

    /// The gradients of elements, weights and biases.
    ///
    /// With `g = dy · weight` and the standardised `x̂`: `dx = scale · (g − mean(g) − x̂ · mean(g · x̂))`, to which come
    /// `(dmean + 2 · dvariance · (x − mean)) / n`.
    #[inline(never)]
    pub fn backward<T: Real>(&self, given: Given<'_, T>, to: Gradients<'_, T>) {
        match self.grouping {
            Grouping::Each => self.backward_rows(given, to),
            _ if self.takes_columns() => self.backward_columns(given, to),
            _ => self.backward_runs(given, to),
        }
    }

    /// What `dx` is made of in a group, given the sums of `g` and of `g · x̂`, if the result has a gradient.
    #[inline(always)]
    fn slopes<T: Real>(&self, of: Statistics<T>, sums: Option<[T; 2]>, d: Statistics<T>) -> Slopes<T> {
        let n = T::of(self.count() as f64);
        let ([mean, variance], [dmean, dvariance]) = (of, d.map(|d| d / n));
        let slope = dvariance + dvariance;
        // Without a gradient of the result its scale has no part, though it be infinite.
        let Some([first, second]) = sums else {
            return Slopes { mean, scale: T::zero(), shift: dmean, slope };
        };
        let scale = self.scale(variance);
        let first = if self.centred { first / n } else { T::zero() };
        Slopes { mean, scale, shift: dmean - first * scale, slope: slope - second / n * scale * scale }
    }
}

/// The numbers of a group that make its gradient: `dx = g · scale + shift + slope · (x − mean)`.
#[derive(Clone, Copy)]
struct Slopes<T> {
    mean: T,
    scale: T,
    shift: T,
    slope: T,
}

impl<T: Real> Slopes<T> {
    #[inline(always)]
    fn dx(self, g: T, x: T) -> T {
        g * self.scale + self.shift + self.slope * (x - self.mean)
    }
}

/// Mean and variance of `n` elements, given a number near their mean, and the sums of what is left of them without it and of its squares.
///
/// The number is the mean but for its rounding, so the squares are hardly more than those around the mean, and no digits cancel.
#[inline(always)]
fn around<T: Real>(near: T, [rest, squares]: [T; 2], n: T) -> Statistics<T> {
    let mean = if near.is_finite() { near + rest / n } else { near };
    let squares = squares - rest * (rest / n);
    // Not `max`, which loses a NaN.
    [mean, if squares < T::zero() { T::zero() } else { squares / n }]
}

/// Mean and variance of a run.
#[inline(always)]
fn statistics<T: Real>(x: &[T], centred: bool) -> Statistics<T> {
    let n = T::of(x.len() as f64);
    if !centred {
        return [T::zero(), sum(x, |x| x * x) / n];
    }
    let near = sum(x, |x| x) / n;
    around(near, sums(x, x, |x, _| [x - near, (x - near) * (x - near)]), n)
}
