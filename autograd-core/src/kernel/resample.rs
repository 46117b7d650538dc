//! Images resampled along both axes: each element of a result is a sum of elements, by weights of its row and its column.

use super::threads;
use crate::tensor::Real;

/// Elements per chunk.
const CHUNK: usize = 1 << 13;

/// Of what the elements along one axis of a result are made: for each, places along the axis of the operand, and their weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taps {
    /// Where the taps of each element end.
    ends: Vec<usize>,
    taps: Vec<(usize, f64)>,
}

impl Taps {
    /// The taps of the next element: places with a weight of 0 are not looked at, those that follow on themselves are looked at once.
    pub fn push(&mut self, taps: impl IntoIterator<Item = (usize, f64)>) {
        let begin = self.taps.len();
        for (place, weight) in taps.into_iter().filter(|&(_, weight)| weight != 0.0) {
            let known = self.taps[begin..].iter_mut().rev().take(2).find(|tap| tap.0 == place);
            match known {
                Some(tap) => tap.1 += weight,
                None => self.taps.push((place, weight)),
            }
        }
        self.ends.push(self.taps.len());
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The taps of element `i`.
    fn of(&self, i: usize) -> &[(usize, f64)] {
        let begin = i.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.taps[begin..self.ends[i]]
    }
}

/// Planes of one height and width, resampled to another.
pub struct Resampling<'a> {
    /// Height and width of a plane of the operand.
    pub size: [usize; 2],
    /// Of what a row of a result is made.
    pub rows: &'a Taps,
    /// Of what a column of a result is made.
    pub columns: &'a Taps,
}

impl Resampling<'_> {
    /// Elements of a plane of the operand.
    pub fn plane(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// Elements of a plane of the result.
    pub fn pixels(&self) -> usize {
        self.rows.len() * self.columns.len()
    }

    /// The work for a row of a result, in cheap operations.
    fn row_cost(&self) -> usize {
        self.rows.taps.len().div_ceil(self.rows.len().max(1)) * self.size[1] + self.columns.taps.len()
    }

    /// `y[o, p] ← Σᵢⱼ rows[o, i] · columns[p, j] · x[i, j]` for each plane.
    pub fn apply<T: Real>(&self, x: &[T], y: &mut [T]) {
        let (height, width) = (self.rows.len(), self.columns.len());
        let cost = self.row_cost().div_ceil(width.max(1));
        threads::chunks(y, (CHUNK / width.max(1)).max(1) * width, cost, |start, y| {
            let mut mixed = vec![T::zero(); self.size[1]];
            for (row, y) in (start / width..).zip(y.chunks_exact_mut(width)) {
                let x = &x[row / height * self.plane()..][..self.plane()];
                self.apply_row(x, row % height, &mut mixed, y);
            }
        });
    }

    /// Row `o` of the result for the plane `x`.
    pub fn apply_row<T: Real>(&self, x: &[T], o: usize, mixed: &mut [T], y: &mut [T]) {
        mixed.fill(T::zero());
        for &(i, weight) in self.rows.of(o) {
            let weight = T::of(weight);
            mixed.iter_mut().zip(&x[i * self.size[1]..]).for_each(|(sum, &x)| *sum += weight * x);
        }
        for (p, y) in y.iter_mut().enumerate() {
            *y = self.columns.of(p).iter().fold(T::zero(), |sum, &(j, weight)| sum + T::of(weight) * mixed[j]);
        }
    }

    /// `x[i, j] ← Σ rows[o, i] · columns[p, j] · y[o, p]` for each plane: the adjoint of [`apply`](Resampling::apply).
    pub fn adjoint<T: Real>(&self, y: &[T], x: &mut [T]) {
        let plane = self.plane();
        let cost = (self.row_cost() * self.rows.len()).div_ceil(plane.max(1));
        threads::chunks(x, (CHUNK / plane.max(1)).max(1) * plane, cost, |start, x| {
            x.fill(T::zero());
            for (number, x) in (start / plane..).zip(x.chunks_exact_mut(plane)) {
                self.adjoint_plane(&y[number * self.pixels()..][..self.pixels()], x);
            }
        });
    }

    /// Adds the adjoint for the plane `y` of results to the plane `x`.
    pub fn adjoint_plane<T: Real>(&self, y: &[T], x: &mut [T]) {
        let mut mixed = vec![T::zero(); self.size[1]];
        for (o, y) in y.chunks_exact(self.columns.len().max(1)).enumerate() {
            mixed.fill(T::zero());
            for (p, &y) in y.iter().enumerate() {
                self.columns.of(p).iter().for_each(|&(j, weight)| mixed[j] += T::of(weight) * y);
            }
            for &(i, weight) in self.rows.of(o) {
                let weight = T::of(weight);
                x[i * self.size[1]..].iter_mut().zip(&mixed).for_each(|(x, &y)| *x += weight * y);
            }
        }
    }
}
