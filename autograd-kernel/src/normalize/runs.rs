//! Groups of segments that each have one weight and one bias: in a row, or apart.

use super::sums::{Tree, sums};
use super::{CHUNK, Given, Gradients, Grouping, Normalize, Slope, Slopes, Statistics, around};
use crate::element::Real;
use crate::fused::Parts;
use crate::isa::{self, NullaryFnOnce};
use crate::scratch;
use crate::threads::{self, Parted};
use std::ops::Range;

/// The segments of a group: the first, the distance between neighbours, and how many.
#[derive(Clone, Copy)]
struct Members {
    first: usize,
    step: usize,
    count: usize,
}

impl Members {
    #[inline(always)]
    fn each(self) -> impl Iterator<Item = usize> {
        (0..self.count).map(move |i| self.first + i * self.step)
    }
}

/// The statistics of some groups.
struct Measure<'a, T> {
    normalize: &'a Normalize,
    groups: Range<usize>,
    x: &'a [T],
    /// Those of these groups alone.
    statistics: &'a mut [Statistics<T>],
}

/// Some groups, standardised.
struct Forward<'a, T> {
    measure: Measure<'a, T>,
    weight: Option<&'a [T]>,
    bias: Option<&'a [T]>,
    y: &'a Parted<'a, T>,
}

impl<T: Real> NullaryFnOnce for Measure<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Measure { normalize, groups, x, statistics } = self;
        for (group, statistics) in groups.zip(statistics) {
            *statistics = normalize.measure(x, group);
        }
    }
}

impl<T: Real> NullaryFnOnce for Forward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Forward { measure: Measure { normalize, groups, x, statistics }, weight, bias, y } = self;
        for (group, statistics) in groups.zip(statistics) {
            *statistics = normalize.measure(x, group);
            for segment in normalize.members(group).each() {
                let [mean, scale] = normalize.line(*statistics, weight, segment);
                // SAFETY: the segments of a group are written by its task alone.
                let pairs = unsafe { normalize.segment_mut(y, segment) }.iter_mut().zip(normalize.segment(x, segment));
                match bias.map(|bias| bias[normalize.weight(segment)]) {
                    Some(b) => pairs.for_each(|(y, &x)| *y = (x - mean) * scale + b),
                    None => pairs.for_each(|(y, &x)| *y = (x - mean) * scale),
                }
            }
        }
    }
}

/// The gradients of some groups: their own, and the sums of `dy · x̂` and of `dy` of each of their segments.
struct Backward<'a, T> {
    normalize: &'a Normalize,
    groups: Range<usize>,
    given: Given<'a, T>,
    dx: Option<&'a Parted<'a, T>>,
    /// One for each segment.
    shares: &'a Parted<'a, [T; 2]>,
}

impl<T: Real> NullaryFnOnce for Backward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        for group in self.groups.clone() {
            self.group(group);
        }
    }
}

impl<T: Real> Backward<'_, T> {
    #[inline(always)]
    fn group(&self, group: usize) {
        let &Backward { normalize, given, dx, shares, .. } = self;
        let members = normalize.members(group);
        let of @ [mean, variance] = given.statistics[group];
        let scale = normalize.scale(variance);
        let d = given.dstatistics.map_or([T::zero(); 2], |d| d[group]);
        let weight = |segment: usize| given.weight.map_or(T::one(), |weight| weight[normalize.weight(segment)]);
        let mut total = Tree::new();
        let mut taker = given.dy.and_then(Slope::waiting).map(Parts::taker);
        if let Some(dy) = given.dy {
            for segment in members.each() {
                let x = normalize.segment(given.x, segment);
                let dy = match dy {
                    Slope::Ready(dy) => normalize.segment(dy, segment),
                    Slope::Waiting(_) => {
                        let dx = dx.expect("the gradient of the elements is wanted");
                        // SAFETY: the segments of a group are written by its task alone. They hold `dy` until its sums are known.
                        let part = unsafe { normalize.segment_mut(dx, segment) };
                        let taker = taker.as_mut().expect("it waits");
                        taker.fill(segment * normalize.len, T::values_mut(part));
                        part
                    }
                };
                let share = sums(x, dy, |x, dy| [dy * ((x - mean) * scale), dy]);
                // SAFETY: the segments of a group are written by its task alone.
                let place = unsafe { shares.part(segment, 1) };
                place[0] = share;
                let w = weight(segment);
                total.push([share[1] * w, share[0] * w]);
            }
        }
        let Some(dx) = dx else { return };
        let slopes: Slopes<T> = normalize.slopes(of, given.dy.map(|_| total.total()), d);
        for segment in members.each() {
            let w = weight(segment);
            // SAFETY: as above.
            let pairs =
                unsafe { normalize.segment_mut(dx, segment) }.iter_mut().zip(normalize.segment(given.x, segment));
            match given.dy {
                Some(Slope::Ready(dy)) => {
                    let dy = normalize.segment(dy, segment);
                    pairs.zip(dy).for_each(|((dx, &x), &dy)| *dx = slopes.dx(dy * w, x));
                }
                Some(Slope::Waiting(_)) => pairs.for_each(|(dx, &x)| *dx = slopes.dx(*dx * w, x)),
                None => pairs.for_each(|(dx, &x)| *dx = slopes.dx(T::zero(), x)),
            }
        }
    }
}

impl Normalize {
    fn members(&self, group: usize) -> Members {
        match self.grouping {
            Grouping::Each => Members { first: group, step: 1, count: 1 },
            Grouping::Runs { run, .. } => Members { first: group * run, step: 1, count: run },
            Grouping::Apart(groups) => Members { first: group, step: groups, count: self.segments / groups },
        }
    }

    /// The group of a segment.
    pub(super) fn group(&self, segment: usize) -> usize {
        match self.grouping {
            Grouping::Each => segment,
            Grouping::Runs { run, .. } => segment / run,
            Grouping::Apart(groups) => segment % groups,
        }
    }

    /// The place of a segment's weight.
    #[inline(always)]
    pub(super) fn weight(&self, segment: usize) -> usize {
        match self.grouping {
            Grouping::Each => segment,
            Grouping::Runs { weights, .. } => segment % weights,
            Grouping::Apart(groups) => segment % groups,
        }
    }

    #[inline(always)]
    fn segment<'a, T>(&self, x: &'a [T], segment: usize) -> &'a [T] {
        &x[segment * self.len..(segment + 1) * self.len]
    }

    /// A segment of a result.
    ///
    /// # Safety
    /// Nobody else may have it.
    #[inline(always)]
    unsafe fn segment_mut<'y, T>(&self, y: &Parted<'y, T>, segment: usize) -> &'y mut [T] {
        // SAFETY: the caller's promise.
        unsafe { y.part(segment * self.len, self.len) }
    }

    /// Mean and variance of a group.
    #[inline(always)]
    fn measure<T: Real>(&self, x: &[T], group: usize) -> Statistics<T> {
        let members = self.members(group);
        let n = T::of(self.count() as f64);
        if !self.centred {
            let [squares] = self.total(x, members, |x| [x * x]);
            return [T::zero(), squares / n];
        }
        let [near] = self.total(x, members, |x| [x]).map(|sum| sum / n);
        around(near, self.total(x, members, |x| [x - near, (x - near) * (x - near)]), n)
    }

    /// The sums of `f` of each element of a group.
    #[inline(always)]
    fn total<T: Real, const K: usize>(&self, x: &[T], members: Members, f: impl Fn(T) -> [T; K]) -> [T; K] {
        if members.step == 1 {
            let x = &x[members.first * self.len..][..members.count * self.len];
            return sums(x, x, |x, _| f(x));
        }
        let mut tree = Tree::new();
        for segment in members.each() {
            let x = self.segment(x, segment);
            tree.push(sums(x, x, |x, _| f(x)));
        }
        tree.total()
    }

    /// Runs `f` on all groups, on some neighbours at a time: those of a task go through the door to the vector instructions together.
    fn each_groups(&self, cost: usize, f: impl Fn(Range<usize>) + Sync) {
        let (groups, count) = (self.groups(), self.count());
        let together = (CHUNK / count.max(1)).max(1);
        threads::pieces(groups.div_ceil(together), cost * self.segments * self.len, |piece| {
            f(piece * together..(piece * together + together).min(groups));
        });
    }

    pub(super) fn forward_runs<T: Real>(
        &self,
        x: &[T],
        weight: Option<&[T]>,
        bias: Option<&[T]>,
        y: &mut [T],
        statistics: &mut [Statistics<T>],
    ) {
        assert!(y.len() == self.segments * self.len && statistics.len() == self.groups());
        let (y, found) = (Parted::new(y), Parted::new(statistics));
        self.each_groups(8, |groups| {
            // SAFETY: a task's statistics are its own.
            let statistics = unsafe { found.part(groups.start, groups.len()) };
            let measure = Measure { normalize: self, groups, x, statistics };
            isa::dispatch(Forward { measure, weight, bias, y: &y });
        });
    }

    /// Mean and variance of each group.
    pub(super) fn measure_runs<T: Real>(&self, x: &[T], statistics: &mut [Statistics<T>]) {
        assert!(statistics.len() == self.groups());
        let found = Parted::new(statistics);
        self.each_groups(6, |groups| {
            // SAFETY: a task's statistics are its own.
            let statistics = unsafe { found.part(groups.start, groups.len()) };
            isa::dispatch(Measure { normalize: self, groups, x, statistics });
        });
    }

    pub(super) fn backward_runs<T: Real>(&self, given: Given<'_, T>, to: Gradients<'_, T>) {
        let Gradients { dx, dweight, dbias } = to;
        let wanted = !dx.is_empty();
        assert!(!wanted || dx.len() == self.segments * self.len);
        scratch::with::<T, _>(2 * self.segments, |shares| {
            shares.fill(T::zero());
            let (shares, _) = shares.as_chunks_mut::<2>();
            let (dx, all) = (Parted::new(dx), Parted::new(shares));
            self.each_groups(10, |groups| {
                isa::dispatch(Backward { normalize: self, groups, given, dx: wanted.then_some(&dx), shares: &all });
            });
            for (i, gradient) in [dweight, dbias].into_iter().enumerate() {
                let weights = gradient.len();
                for (weight, gradient) in gradient.iter_mut().enumerate() {
                    let mut tree = Tree::new();
                    (weight..self.segments).step_by(weights).for_each(|segment| tree.push([shares[segment][i]]));
                    [*gradient] = tree.total();
                }
            }
        });
    }
}
