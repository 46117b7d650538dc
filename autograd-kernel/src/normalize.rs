//! Standardisation: groups of elements scaled to mean zero and variance one, and the gradients of it.
//!
//! A block of elements is a sequence of segments of neighbours. Each segment belongs to a group, which has one mean and one scale, and has its
//! own weight and bias: that of the whole segment, or one for each of its places.

use super::reduce::sum_by;
use super::threads;
use crate::element::Real;
use std::ops::Range;

/// Elements per chunk.
const CHUNK: usize = 1 << 12;
/// Segments whose shares of a sum are added up before the next level of the tree begins.
const PART: usize = 256;

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

/// What scales a segment: one number or one for each place.
enum Affine<'a, T> {
    Whole(T),
    Places(&'a [T]),
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

    /// The group of a segment.
    fn group(&self, segment: usize) -> usize {
        match self.grouping {
            Grouping::Each => segment,
            Grouping::Runs { run, .. } => segment / run,
            Grouping::Apart(groups) => segment % groups,
        }
    }

    /// The sum of `f` over all segments of a group, pairwise: the error grows with the logarithm of their number.
    fn total<T: Real, const K: usize>(&self, group: usize, mut f: impl FnMut(usize) -> [T; K]) -> [T; K] {
        let (first, step, count) = match self.grouping {
            Grouping::Each => (group, 1, 1),
            Grouping::Runs { run, .. } => (group * run, 1, run),
            Grouping::Apart(groups) => (group, groups, self.segments / groups),
        };
        pairwise(0..count, &mut |i| f(first + i * step))
    }

    /// What of `weight` scales a segment.
    fn affine<'a, T: Real>(&self, weight: &'a [T], segment: usize) -> Affine<'a, T> {
        match self.grouping {
            Grouping::Each => Affine::Places(weight),
            Grouping::Runs { weights, .. } => Affine::Whole(weight[segment % weights]),
            Grouping::Apart(groups) => Affine::Whole(weight[segment % groups]),
        }
    }

    fn segment<'a, T>(&self, x: &'a [T], segment: usize) -> &'a [T] {
        &x[segment * self.len..(segment + 1) * self.len]
    }

    fn scale<T: Real>(&self, variance: T) -> T {
        (variance + T::of(self.eps)).sqrt().recip()
    }

    /// Mean and variance of each group, in several passes: no digits cancel, and of equal elements the variance is exactly 0.
    pub fn statistics<T: Real>(&self, x: &[T], out: &mut [Statistics<T>]) {
        threads::chunks(out, (CHUNK / self.count().max(1)).max(1), 3 * self.count(), |first, out| {
            for (group, out) in (first..).zip(out) {
                let near = if self.centred { self.mean(x, group, |x| x) } else { T::zero() };
                // The rounding of the first mean is what is left of the elements without it.
                let mean = match self.centred && near.is_finite() {
                    true => near + self.mean(x, group, |x| x - near),
                    false => near,
                };
                *out = [mean, self.mean(x, group, |x| (x - mean) * (x - mean))];
            }
        });
    }

    /// The mean of `f` of each element of a group.
    fn mean<T: Real>(&self, x: &[T], group: usize, f: impl Fn(T) -> T + Copy) -> T {
        let [sum] = self.total(group, |segment| [sum_by(self.segment(x, segment), f)]);
        sum / T::of(self.count() as f64)
    }

    /// `y ← (x − mean) · scale · weight + bias`.
    pub fn forward<T: Real>(
        &self,
        x: &[T],
        statistics: &[Statistics<T>],
        weight: Option<&[T]>,
        bias: Option<&[T]>,
        y: &mut [T],
    ) {
        self.each_segment(y, |segment, y| {
            let [mean, variance] = statistics[self.group(segment)];
            let scale = self.scale(variance);
            y.iter_mut().zip(self.segment(x, segment)).for_each(|(y, &x)| *y = (x - mean) * scale);
            self.multiply(weight, segment, y);
            match bias.map(|bias| self.affine(bias, segment)) {
                Some(Affine::Whole(b)) => y.iter_mut().for_each(|y| *y += b),
                Some(Affine::Places(b)) => y.iter_mut().zip(b).for_each(|(y, &b)| *y += b),
                None => {}
            }
        });
    }

    /// The gradient of `x`, from those of the result and of the statistics, each of which may be missing.
    ///
    /// With `g = dy · weight` and the standardised `x̂`: `dx = scale · (g − mean(g) − x̂ · mean(g · x̂))`, to which come
    /// `(dmean + 2 · dvariance · (x − mean)) / n`.
    pub fn backward<T: Real>(
        &self,
        x: &[T],
        statistics: &[Statistics<T>],
        weight: Option<&[T]>,
        dy: Option<&[T]>,
        dstatistics: Option<&[Statistics<T>]>,
        dx: &mut [T],
    ) {
        let n = T::of(self.count() as f64);
        let means = dy.map(|dy| self.gradient_means(x, statistics, weight, dy));
        self.each_segment(dx, |segment, dx| {
            let group = self.group(segment);
            let [mean, variance] = statistics[group];
            let [dmean, dvariance] = dstatistics.map_or([T::zero(); 2], |d| d[group]);
            let (shift, slope) = (dmean / n, (dvariance + dvariance) / n);
            let pairs = dx.iter_mut().zip(self.segment(x, segment));
            let (Some(dy), Some(means)) = (dy, &means) else {
                return pairs.for_each(|(dx, &x)| *dx = shift + slope * (x - mean));
            };
            let (scale, [first, second]) = (self.scale(variance), means[group]);
            let (shift, slope) = (shift - first * scale, slope - second * scale * scale);
            dx.copy_from_slice(self.segment(dy, segment));
            self.multiply(weight, segment, dx);
            let pairs = dx.iter_mut().zip(self.segment(x, segment));
            pairs.for_each(|(dx, &x)| *dx = *dx * scale + shift + slope * (x - mean));
        });
    }

    /// The means of `g` and of `g · x̂` of each group, for `g = dy · weight`; 0 for the first where the mean is not subtracted.
    fn gradient_means<T: Real>(
        &self,
        x: &[T],
        statistics: &[Statistics<T>],
        weight: Option<&[T]>,
        dy: &[T],
    ) -> Vec<[T; 2]> {
        let n = T::of(self.count() as f64);
        let mut means = vec![[T::zero(); 2]; self.groups()];
        threads::chunks(&mut means, (CHUNK / self.count().max(1)).max(1), 4 * self.count(), |first, means| {
            let mut g = vec![T::zero(); self.len];
            for (group, means) in (first..).zip(means) {
                let [mean, variance] = statistics[group];
                let scale = self.scale(variance);
                let sums = self.total(group, |segment| {
                    g.copy_from_slice(self.segment(dy, segment));
                    self.multiply(weight, segment, &mut g);
                    let plain = sum_by(&g, |g| g);
                    let pairs = g.iter_mut().zip(self.segment(x, segment));
                    pairs.for_each(|(g, &x)| *g *= (x - mean) * scale);
                    [plain, sum_by(&g, |g| g)]
                });
                *means = sums.map(|sum| sum / n);
                if !self.centred {
                    means[0] = T::zero();
                }
            }
        });
        means
    }

    /// The gradients of weight and bias: the sums of `dy · x̂` and of `dy` over all places that share one.
    pub fn affine_gradients<T: Real>(
        &self,
        x: &[T],
        statistics: &[Statistics<T>],
        dy: &[T],
        dweight: &mut [T],
        dbias: &mut [T],
    ) {
        let mut both: Vec<[T; 2]> = vec![[T::zero(); 2]; dweight.len()];
        let period = match self.grouping {
            Grouping::Each => 1,
            Grouping::Runs { weights, .. } => weights,
            Grouping::Apart(groups) => groups,
        };
        let places = matches!(self.grouping, Grouping::Each);
        let width = if places { 64 } else { 1 };
        threads::chunks(
            &mut both,
            width,
            4 * self.segments / period.max(1) * self.len.div_ceil(width),
            |first, both| {
                // Sums of so many segments at a time, so that the error does not grow with all of them.
                let mut part = vec![[T::zero(); 2]; both.len()];
                let mut products = vec![T::zero(); if places { 0 } else { self.len }];
                let add = |sums: &mut [[T; 2]], part: &mut [[T; 2]]| {
                    for (sum, part) in sums.iter_mut().zip(part) {
                        *sum = [sum[0] + part[0], sum[1] + part[1]];
                        *part = [T::zero(); 2];
                    }
                };
                for (i, segment) in (if places { 0 } else { first }..self.segments).step_by(period).enumerate() {
                    if i % PART == PART - 1 {
                        add(both, &mut part);
                    }
                    let [mean, variance] = statistics[self.group(segment)];
                    let scale = self.scale(variance);
                    let (x, dy) = (self.segment(x, segment), self.segment(dy, segment));
                    if places {
                        let range = first..first + part.len();
                        for ((part, &x), &dy) in part.iter_mut().zip(&x[range.clone()]).zip(&dy[range]) {
                            *part = [part[0] + dy * ((x - mean) * scale), part[1] + dy];
                        }
                    } else {
                        for ((p, &x), &dy) in products.iter_mut().zip(x).zip(dy) {
                            *p = dy * ((x - mean) * scale);
                        }
                        part[0] = [part[0][0] + sum_by(&products, |p| p), part[0][1] + sum_by(dy, |dy| dy)];
                    }
                }
                add(both, &mut part);
            },
        );
        for ((dweight, dbias), both) in dweight.iter_mut().zip(dbias).zip(both) {
            (*dweight, *dbias) = (both[0], both[1]);
        }
    }

    fn multiply<T: Real>(&self, weight: Option<&[T]>, segment: usize, y: &mut [T]) {
        match weight.map(|weight| self.affine(weight, segment)) {
            Some(Affine::Whole(w)) => y.iter_mut().for_each(|y| *y *= w),
            Some(Affine::Places(w)) => y.iter_mut().zip(w).for_each(|(y, &w)| *y *= w),
            None => {}
        }
    }

    fn each_segment<T: Real>(&self, out: &mut [T], f: impl Fn(usize, &mut [T]) + Sync) {
        let segments = (CHUNK / self.len.max(1)).max(1);
        threads::chunks(out, segments * self.len, 4, |start, out| {
            (start / self.len..).zip(out.chunks_exact_mut(self.len)).for_each(|(segment, out)| f(segment, out));
        });
    }
}

/// The sum of `f` over `places`: in order up to `PART`, in halves beyond.
fn pairwise<T: Real, const K: usize>(places: Range<usize>, f: &mut impl FnMut(usize) -> [T; K]) -> [T; K] {
    let add = |a: [T; K], b: [T; K]| std::array::from_fn(|k| a[k] + b[k]);
    if places.len() > PART {
        let half = places.start + places.len() / 2;
        let (first, second) = (pairwise(places.start..half, f), pairwise(half..places.end, f));
        return add(first, second);
    }
    places.fold([T::zero(); K], |sum, i| add(sum, f(i)))
}
