//! Groups of segments that each have one weight and one bias: in a row, or apart.

use super::sums::{Tree, sums};
use super::{CHUNK, Given, Gradients, Grouping, Normalize, Slope, Slopes, Statistics, around};
use crate::element::Real;
use crate::fused::Parts;
use crate::isa::{self, NullaryFnOnce};
use crate::scratch;
use crate::threads::{self, Shared};

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

/// The statistics of a group.
struct Measure<'a, T> {
    normalize: &'a Normalize,
    group: usize,
    x: &'a [T],
    statistics: &'a mut Statistics<T>,
}

/// A group, standardised.
struct Forward<'a, T> {
    measure: Measure<'a, T>,
    weight: Option<&'a [T]>,
    bias: Option<&'a [T]>,
    y: Segments<T>,
}

/// Segments of a result, of which each task writes those of its own group.
struct Segments<T> {
    start: *mut T,
    len: usize,
    count: usize,
}

impl<T> Segments<T> {
    /// A segment for writing.
    ///
    /// # Safety
    /// Nobody else must have it.
    #[inline(always)]
    unsafe fn get<'a>(&mut self, segment: usize) -> &'a mut [T] {
        assert!(segment < self.count);
        // SAFETY: the segment lies within the result, and the caller promises that it is the only one to have it.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(segment * self.len), self.len) }
    }
}

impl<T: Real> NullaryFnOnce for Measure<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Measure { normalize, group, x, statistics } = self;
        let members = normalize.members(group);
        let n = T::of(normalize.count() as f64);
        *statistics = if normalize.centred {
            let [near] = normalize.total(x, members, |x| [x]).map(|sum| sum / n);
            around(near, normalize.total(x, members, |x| [x - near, (x - near) * (x - near)]), n)
        } else {
            let [squares] = normalize.total(x, members, |x| [x * x]);
            [T::zero(), squares / n]
        };
    }
}

impl<T: Real> NullaryFnOnce for Forward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Forward { measure: Measure { normalize, group, x, statistics }, weight, bias, mut y } = self;
        Measure { normalize, group, x, statistics: &mut *statistics }.call();
        for segment in normalize.members(group).each() {
            let [mean, scale] = normalize.line(*statistics, weight, segment);
            // SAFETY: the segments of a group are written by its task alone.
            let pairs = unsafe { y.get(segment) }.iter_mut().zip(normalize.segment(x, segment));
            match bias.map(|bias| bias[normalize.weight(segment)]) {
                Some(b) => pairs.for_each(|(y, &x)| *y = (x - mean) * scale + b),
                None => pairs.for_each(|(y, &x)| *y = (x - mean) * scale),
            }
        }
    }
}

/// The gradients of a group: its own, and the sums of `dy · x̂` and of `dy` of each of its segments.
struct Backward<'a, T> {
    normalize: &'a Normalize,
    group: usize,
    given: Given<'a, T>,
    dx: Option<Segments<T>>,
    shares: Segments<[T; 2]>,
}

impl<T: Real> NullaryFnOnce for Backward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Backward { normalize, group, given, mut dx, mut shares } = self;
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
                        let dx = dx.as_mut().expect("the gradient of the elements is wanted");
                        // SAFETY: the segments of a group are written by its task alone. They hold `dy` until its sums are known.
                        let part = unsafe { dx.get(segment) };
                        let taker = taker.as_mut().expect("it waits");
                        taker.fill(segment * normalize.len, T::values_mut(part));
                        part
                    }
                };
                let share = sums(x, dy, |x, dy| [dy * ((x - mean) * scale), dy]);
                // SAFETY: the segments of a group are written by its task alone.
                let place = unsafe { shares.get(segment) };
                place[0] = share;
                let w = weight(segment);
                total.push([share[1] * w, share[0] * w]);
            }
        }
        let Some(mut dx) = dx else { return };
        let slopes: Slopes<T> = normalize.slopes(of, given.dy.map(|_| total.total()), d);
        for segment in members.each() {
            let w = weight(segment);
            // SAFETY: as above.
            let pairs = unsafe { dx.get(segment) }.iter_mut().zip(normalize.segment(given.x, segment));
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

    /// Runs `f` on each group.
    fn each_group(&self, cost: usize, f: impl Fn(usize) + Sync) {
        let (groups, count) = (self.groups(), self.count());
        let together = (CHUNK / count.max(1)).max(1);
        threads::pieces(groups.div_ceil(together), cost * self.segments * self.len, |piece| {
            (piece * together..(piece * together + together).min(groups)).for_each(&f);
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
        let (y, found) = (Shared(y.as_mut_ptr()), Shared(statistics.as_mut_ptr()));
        self.each_group(8, |group| {
            // SAFETY: the result and the statistics are borrowed until all groups are done; a group's statistics are its own.
            let (start, statistics) = unsafe { (y.at(0), &mut *found.at(group)) };
            let y = Segments { start, len: self.len, count: self.segments };
            let measure = Measure { normalize: self, group, x, statistics };
            isa::dispatch(Forward { measure, weight, bias, y });
        });
    }

    /// Mean and variance of each group.
    pub(super) fn measure_runs<T: Real>(&self, x: &[T], statistics: &mut [Statistics<T>]) {
        assert!(statistics.len() == self.groups());
        let found = Shared(statistics.as_mut_ptr());
        self.each_group(6, |group| {
            // SAFETY: the statistics are borrowed until all groups are done; a group's are its own.
            let statistics = unsafe { &mut *found.at(group) };
            isa::dispatch(Measure { normalize: self, group, x, statistics });
        });
    }

    pub(super) fn backward_runs<T: Real>(&self, given: Given<'_, T>, to: Gradients<'_, T>) {
        let Gradients { dx, dweight, dbias } = to;
        let wanted = !dx.is_empty();
        assert!(!wanted || dx.len() == self.segments * self.len);
        scratch::with::<T, _>(2 * self.segments, |shares| {
            shares.fill(T::zero());
            let (shares, _) = shares.as_chunks_mut::<2>();
            let (dx, all) = (Shared(dx.as_mut_ptr()), Shared(shares.as_mut_ptr()));
            self.each_group(10, |group| {
                // SAFETY: both are borrowed until all groups are done.
                let (dx, shares) = unsafe { (dx.at(0), all.at(0)) };
                let dx = wanted.then_some(Segments { start: dx, len: self.len, count: self.segments });
                let shares = Segments { start: shares, len: 1, count: self.segments };
                isa::dispatch(Backward { normalize: self, group, given, dx, shares });
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
