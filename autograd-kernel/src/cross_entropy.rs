//! The cross entropy of rows of scores with one class or one distribution each, and the distribution that a class stands for.

use super::reduce::{self, Fold};
use super::{elementwise, threads};
use crate::element::Real;

/// Scores per chunk.
const CHUNK: usize = 1 << 12;

/// One class for each row, and how much each class counts.
pub struct Classes<'a, T> {
    /// The class of each row.
    pub targets: &'a [i64],
    /// How much a class counts; `None`: each 1.
    pub weight: Option<Vec<T>>,
    /// The part of a row that goes to all classes in equal shares.
    pub smoothing: T,
    /// The class of rows that do not count.
    pub ignored: Option<i64>,
    /// The scores: classes along the middle axis.
    pub fold: Fold,
}

impl<T: Real> Classes<'_, T> {
    fn weight(&self, class: usize) -> T {
        self.weight.as_ref().map_or(T::one(), |weight| weight[class])
    }

    /// What a row gives to its own class, besides what it gives to each.
    fn own(&self, class: usize) -> T {
        (T::one() - self.smoothing) * self.weight(class)
    }

    /// What a row gives to each class.
    fn each(&self, class: usize) -> T {
        self.smoothing / T::of(self.fold.n as f64) * self.weight(class)
    }

    /// `out[row] ← Σ share[class] · (log Σ exp x - x[class])`, reading each row once; 0 for ignored rows.
    pub fn loss(&self, x: &[T], out: &mut [T]) {
        let Fold { n, inner, .. } = self.fold;
        threads::chunks(out, (CHUNK / n.max(1)).max(1), 16 * n, |start, out| {
            let mut row = vec![T::zero(); n];
            for (number, y) in (start..).zip(out) {
                *y = T::zero();
                let target = self.targets[number];
                if Some(target) == self.ignored {
                    continue;
                }
                let x = &x[number / inner * n * inner + number % inner..];
                let cost = cost(x, inner, &mut row);
                // A class without a share may have a score of minus infinity.
                let mut add = |share: T, class: usize| {
                    if share != T::zero() {
                        *y += share * cost(x[class * inner]);
                    }
                };
                add(self.own(target as usize), target as usize);
                if self.smoothing > T::zero() {
                    (0..n).for_each(|class| add(self.each(class), class));
                }
            }
        });
    }

    /// `out[.., class, ..] ←` the share of each class in each row.
    pub fn shares(&self, out: &mut [T]) {
        let Fold { n, inner, .. } = self.fold;
        let block = n * inner;
        threads::chunks(out, (CHUNK / block.max(1)).max(1) * block, 1, |start, out| {
            for (o, out) in (start / block..).zip(out.chunks_exact_mut(block)) {
                out.chunks_exact_mut(inner).enumerate().for_each(|(class, row)| row.fill(self.each(class)));
                for (i, &target) in self.targets[o * inner..(o + 1) * inner].iter().enumerate() {
                    if Some(target) != self.ignored {
                        out[target as usize * inner + i] += self.own(target as usize);
                    }
                }
            }
        });
    }

    /// `out[row] ←` the sum of the shares of a row.
    pub fn totals(&self, out: &mut [T]) {
        let all: T = (0..self.fold.n).map(|class| self.each(class)).sum();
        for (y, &target) in out.iter_mut().zip(self.targets) {
            *y = if Some(target) == self.ignored { T::zero() } else { self.own(target as usize) + all };
        }
    }
}

/// `out[row] ← Σ share[class] · (log Σ exp x - x[class])`, where `share` makes a class and its entry in `q` a share.
pub fn soft<T: Real>(x: &[T], q: &[T], share: impl Fn(usize, T) -> T + Sync, fold: Fold, out: &mut [T]) {
    let Fold { n, inner, .. } = fold;
    threads::chunks(out, (CHUNK / n.max(1)).max(1), 16 * n, |start, out| {
        let mut row = vec![T::zero(); n];
        for (number, y) in (start..).zip(out) {
            let first = number / inner * n * inner + number % inner;
            let cost = cost(&x[first.min(x.len())..], inner, &mut row);
            *y = T::zero();
            for class in 0..n {
                let at = first + class * inner;
                let share = share(class, q[at]);
                // A class without a share may have a score of minus infinity.
                if share != T::zero() {
                    *y += share * cost(x[at]);
                }
            }
        }
    });
}

/// What makes a score x its `log Σ exp x - x`, over as many scores as `row`, which is overwritten, has room for; they lie `inner` apart.
///
/// A small cost is not the difference of two large numbers: the score is taken off the largest one before the logarithm is added.
fn cost<T: Real>(x: &[T], inner: usize, row: &mut [T]) -> impl Fn(T) -> T + use<T> {
    match inner {
        1 => row.copy_from_slice(&x[..row.len()]),
        _ => row.iter_mut().zip(x.iter().step_by(inner)).for_each(|(row, &x)| *row = x),
    }
    let largest = reduce::fold_slice(row, T::neg_infinity(), elementwise::max);
    row.iter_mut().for_each(|x| *x = (*x - largest).exp());
    let log = reduce::sum_slice(row).ln();
    move |x| largest - x + log
}
