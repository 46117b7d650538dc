//! Images resampled along both axes: each element of a result is a sum of elements, by weights of its row and its column.

use super::threads;
use crate::element::Real;
use std::ops::Range;

/// Elements per chunk.
const CHUNK: usize = 1 << 13;

/// Of what the elements along one axis of a result are made: for each, places along the axis of the operand, and their weights.
#[derive(Clone, Debug, Default)]
pub struct Taps {
    taps: Vec<(usize, f64)>,
    /// Where the taps of each element end.
    ends: Vec<usize>,
    /// All places lie in it.
    reach: Range<usize>,
}

impl Taps {
    /// Adds an element. Places with a weight of 0 are not looked at; a place that is named again soon after is looked at once.
    pub fn push(&mut self, taps: impl IntoIterator<Item = (usize, f64)>) {
        let begin = self.taps.len();
        for (place, weight) in taps.into_iter().filter(|&(_, weight)| weight != 0.0) {
            match self.taps[begin..].iter_mut().rev().take(2).find(|tap| tap.0 == place) {
                Some(tap) => tap.1 += weight,
                None => self.taps.push((place, weight)),
            }
            self.reach = match self.reach.is_empty() {
                true => place..place + 1,
                false => self.reach.start.min(place)..self.reach.end.max(place + 1),
            };
        }
        self.ends.push(self.taps.len());
    }

    /// The number of elements.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// The taps of element `i`.
    fn of(&self, i: usize) -> &[(usize, f64)] {
        let begin = i.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.taps[begin..self.ends[i]]
    }
}

/// Planes of some width resampled to another size.
#[derive(Clone, Debug)]
pub struct Resampling {
    /// Width of a plane of the operand.
    pub width: usize,
    /// Of what a row of a result is made.
    pub rows: Taps,
    /// Of what a column of a result is made.
    pub columns: Taps,
}

impl Resampling {
    /// Elements of a plane of the result.
    pub fn pixels(&self) -> usize {
        self.rows.count() * self.columns.count()
    }

    /// The work for a plane, in cheap operations.
    pub fn cost(&self) -> usize {
        self.rows.taps.len() * self.columns.reach.len() + self.rows.count() * self.columns.taps.len()
    }

    /// `y[o, p] ← Σᵢⱼ rows[o, i] · columns[p, j] · x[i, j]` for the rows of `y`, from row `o` on, and the plane `x`.
    pub fn apply<T: Real>(&self, x: &[T], o: usize, y: &mut [T]) {
        let reach = self.columns.reach.clone();
        let mut mixed = vec![T::zero(); reach.len()];
        for (o, y) in (o..).zip(y.chunks_exact_mut(self.columns.count())) {
            mixed.fill(T::zero());
            for &(i, weight) in self.rows.of(o) {
                let (x, weight) = (&x[i * self.width..][reach.clone()], T::of(weight));
                mixed.iter_mut().zip(x).for_each(|(sum, &x)| *sum += weight * x);
            }
            for (p, y) in y.iter_mut().enumerate() {
                let term = |&(j, weight): &(usize, f64)| T::of(weight) * mixed[j - reach.start];
                *y = self.columns.of(p).iter().map(term).fold(T::zero(), |sum, term| sum + term);
            }
        }
    }

    /// `x[i, j] ← x[i, j] + Σ rows[o, i] · columns[p, j] · y[o, p]` for the planes `x` and `y`: the adjoint.
    pub fn adjoint<T: Real>(&self, y: &[T], x: &mut [T]) {
        let reach = self.columns.reach.clone();
        let mut mixed = vec![T::zero(); reach.len()];
        for (o, y) in y.chunks_exact(self.columns.count()).enumerate() {
            mixed.fill(T::zero());
            for (p, &y) in y.iter().enumerate() {
                self.columns.of(p).iter().for_each(|&(j, weight)| mixed[j - reach.start] += T::of(weight) * y);
            }
            for &(i, weight) in self.rows.of(o) {
                let (x, weight) = (&mut x[i * self.width..][reach.clone()], T::of(weight));
                x.iter_mut().zip(&mixed).for_each(|(x, &y)| *x += weight * y);
            }
        }
    }
}

/// `y ←` each plane of `x`, of `plane` elements, resampled.
#[inline(never)]
pub fn planes<T: Real>(x: &[T], plane: usize, resampling: &Resampling, y: &mut [T]) {
    let (height, width) = (resampling.rows.count(), resampling.columns.count());
    let cost = resampling.cost().div_ceil(resampling.pixels().max(1));
    threads::chunks(y, (CHUNK / width.max(1)).max(1) * width, cost, |start, y| {
        // A chunk may begin in one plane and end in another.
        let mut row = start / width;
        let mut rest = y;
        while !rest.is_empty() {
            let count = rest.len().min((height - row % height) * width);
            let (now, later) = rest.split_at_mut(count);
            resampling.apply(&x[row / height * plane..][..plane], row % height, now);
            (row, rest) = (row + count / width, later);
        }
    });
}

/// `x ←` the adjoint for each plane.
#[inline(never)]
pub fn planes_adjoint<T: Real>(y: &[T], plane: usize, resampling: &Resampling, x: &mut [T]) {
    let pixels = resampling.pixels();
    let cost = resampling.cost().div_ceil(plane.max(1));
    threads::chunks(x, (CHUNK / plane.max(1)).max(1) * plane, cost, |start, x| {
        x.fill(T::zero());
        for (number, x) in (start / plane..).zip(x.chunks_exact_mut(plane)) {
            resampling.adjoint(&y[number * pixels..][..pixels], x);
        }
    });
}

/// A box of an image, and how it is resampled.
#[derive(Clone, Debug)]
pub struct Region {
    /// Which image of the batch.
    pub image: usize,
    /// How it is resampled; all regions of a batch have one size afterwards.
    pub resampling: Resampling,
}

/// `y ←` each region, all its channels; `x` is `[images, channels, plane]`, `y` is `[regions, channels, pixels]`.
#[inline(never)]
pub fn regions<T: Real>(x: &[T], plane: usize, channels: usize, regions: &[Region], y: &mut [T]) {
    let Some(pixels) = regions.first().map(|region| region.resampling.pixels()) else { return };
    let cost = regions.iter().map(|region| region.resampling.cost()).sum::<usize>() / regions.len();
    threads::chunks(y, (CHUNK / pixels).max(1) * pixels, 1 + cost.div_ceil(pixels), |start, y| {
        for (number, y) in (start / pixels..).zip(y.chunks_exact_mut(pixels)) {
            let region = &regions[number / channels];
            let from = region.image * channels + number % channels;
            region.resampling.apply(&x[from * plane..][..plane], 0, y);
        }
    });
}

/// `x ←` the sum of the adjoints of all regions.
#[inline(never)]
pub fn regions_adjoint<T: Real>(y: &[T], plane: usize, channels: usize, regions: &[Region], x: &mut [T]) {
    let pixels = regions.first().map_or(0, |region| region.resampling.pixels());
    let cost = regions.iter().map(|region| region.resampling.cost()).sum::<usize>() * channels;
    threads::chunks(x, plane, 1 + cost.div_ceil(x.len().max(1)), |start, x| {
        x.fill(T::zero());
        let (image, channel) = (start / plane / channels, start / plane % channels);
        for (k, region) in regions.iter().enumerate().filter(|(_, region)| region.image == image) {
            region.resampling.adjoint(&y[(k * channels + channel) * pixels..][..pixels], x);
        }
    });
}
