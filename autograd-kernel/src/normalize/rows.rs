//! Rows that are each a group, with a weight and a bias for each place.

use super::sums::sums;
use super::{CHUNK, Given, Gradients, Normalize, Slope, Statistics, statistics};
use crate::element::Real;
use crate::isa::{self, NullaryFnOnce};
use crate::scratch;
use crate::threads::{self, Parted};

/// Rows of a task: few enough for several threads to share, and as many as make a sum over them long.
const ROWS: usize = 64;

/// Some rows, standardised.
struct Forward<'a, T> {
    normalize: &'a Normalize,
    x: &'a [T],
    weight: Option<&'a [T]>,
    bias: Option<&'a [T]>,
    y: &'a mut [T],
    statistics: &'a mut [Statistics<T>],
}

impl<T: Real> NullaryFnOnce for Forward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Forward { normalize, x, weight, bias, y, statistics: found } = self;
        let len = normalize.len;
        for ((x, y), found) in x.chunks_exact(len).zip(y.chunks_exact_mut(len)).zip(found) {
            *found = statistics(x, normalize.centred);
            let [mean, variance] = *found;
            let scale = normalize.scale(variance);
            match (weight, bias) {
                (Some(weight), Some(bias)) => {
                    for (((y, &x), &w), &b) in y.iter_mut().zip(x).zip(weight).zip(bias) {
                        *y = (x - mean) * scale * w + b;
                    }
                }
                (Some(weight), None) => {
                    y.iter_mut().zip(x).zip(weight).for_each(|((y, &x), &w)| *y = (x - mean) * scale * w);
                }
                (None, _) => y.iter_mut().zip(x).for_each(|(y, &x)| *y = (x - mean) * scale),
            }
        }
    }
}

/// The gradients of some rows: their own, and their shares of those of weights and biases.
struct Backward<'a, T> {
    normalize: &'a Normalize,
    given: Given<'a, T>,
    dx: &'a mut [T],
    /// Empty, or the rows' shares of the gradients of weights and of biases, side by side.
    shares: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for Backward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Backward { normalize, given: Given { x, statistics, weight, dy, dstatistics }, dx, shares } = self;
        let dy = dy.map(Slope::ready);
        let len = normalize.len;
        let mut dx = dx.chunks_exact_mut(len);
        let (dweight, dbias) = shares.split_at_mut(shares.len() / 2);
        dweight.fill(T::zero());
        dbias.fill(T::zero());
        for (i, (x, &of)) in x.chunks_exact(len).zip(statistics).enumerate() {
            let [mean, variance] = of;
            let scale = normalize.scale(variance);
            let d = dstatistics.map_or([T::zero(); 2], |d| d[i]);
            let row = dx.next();
            let Some(dy) = dy.map(|dy| &dy[i * len..(i + 1) * len]) else {
                if let Some(dx) = row {
                    let slopes = normalize.slopes(of, None, d);
                    dx.iter_mut().zip(x).for_each(|(dx, &x)| *dx = slopes.dx(T::zero(), x));
                }
                continue;
            };
            if let Some(dx) = row {
                // The row of gradients holds `g` until its sums are known.
                match weight {
                    Some(weight) => dx.iter_mut().zip(dy).zip(weight).for_each(|((g, &dy), &w)| *g = dy * w),
                    None => dx.copy_from_slice(dy),
                }
                let both = sums(dx, x, |g, x| [g, g * ((x - mean) * scale)]);
                let slopes = normalize.slopes(of, Some(both), d);
                dx.iter_mut().zip(x).for_each(|(dx, &x)| *dx = slopes.dx(*dx, x));
            }
            for (((dweight, dbias), &x), &dy) in dweight.iter_mut().zip(&mut *dbias).zip(x).zip(dy) {
                *dweight += dy * ((x - mean) * scale);
                *dbias += dy;
            }
        }
    }
}

impl Normalize {
    /// Rows of a task.
    fn rows(&self) -> usize {
        (CHUNK / self.len.max(1)).clamp(1, ROWS)
    }

    pub(super) fn forward_rows<T: Real>(
        &self,
        x: &[T],
        weight: Option<&[T]>,
        bias: Option<&[T]>,
        y: &mut [T],
        statistics: &mut [Statistics<T>],
    ) {
        let (rows, len) = (self.rows(), self.len);
        if len == 0 {
            return statistics.fill([T::zero() / T::zero(); 2]);
        }
        let found = Parted::new(statistics);
        threads::chunks(y, rows * len, 8, |start, y| {
            // SAFETY: the rows of different chunks do not overlap.
            let statistics = unsafe { found.part(start / len, y.len() / len) };
            let x = &x[start..start + y.len()];
            isa::dispatch(Forward { normalize: self, x, weight, bias, y, statistics });
        });
    }

    pub(super) fn backward_rows<T: Real>(&self, given: Given<'_, T>, to: Gradients<'_, T>) {
        let Gradients { dx, dweight, dbias } = to;
        let len = self.len;
        let wanted = !dweight.is_empty() || !dbias.is_empty();
        // Fixed by the shape: the sums over rows are cut where tasks are.
        let rows = self.rows().max(self.segments.div_ceil(ROWS)).max(1);
        let tasks = if len == 0 { 0 } else { self.segments.div_ceil(rows) };
        let share = if wanted { 2 * len } else { 0 };
        scratch::with::<T, _>(tasks * share, |shares| {
            let elements = dx.len();
            let (all, dx) = (Parted::new(shares), Parted::new(dx));
            assert!(elements == 0 || elements == self.segments * len);
            threads::pieces(tasks, 10 * self.segments * len, |task| {
                let (first, end) = (task * rows, (task * rows + rows).min(self.segments));
                let range = first * len..end * len;
                // SAFETY: each task has rows and a share of its own.
                let (dx, shares) = unsafe {
                    let dx = if elements == 0 { dx.part(0, 0) } else { dx.part(range.start, range.len()) };
                    (dx, all.part(task * share, share))
                };
                let given = Given {
                    x: &given.x[range.clone()],
                    statistics: &given.statistics[first..end],
                    weight: given.weight,
                    dy: given.dy.map(|dy| Slope::Ready(&dy.ready()[range.clone()])),
                    dstatistics: given.dstatistics.map(|d| &d[first..end]),
                };
                isa::dispatch(Backward { normalize: self, given, dx, shares });
            });
            for (i, sums) in [dweight, dbias].into_iter().enumerate() {
                sums.fill(T::zero());
                if !sums.is_empty() {
                    for share in shares.chunks_exact(share.max(1)) {
                        sums.iter_mut().zip(&share[i * len..]).for_each(|(sum, &part)| *sum += part);
                    }
                }
            }
        });
    }
}
