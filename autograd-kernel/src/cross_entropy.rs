//! The cross entropy of rows of scores with one class or one distribution each, and the distribution that a class stands for.

use super::isa::{self, NullaryFnOnce};
use super::reduce::Fold;
use super::softmax::{self, LogSum};
use super::threads;
use crate::element::Real;
use crate::list::List;

/// Scores per chunk.
const CHUNK: usize = 1 << 12;

/// One class for each row, and how much each class counts.
pub struct Classes<'a, T> {
    /// The class of each row.
    pub targets: &'a [i64],
    /// How much a class counts; `None`: each 1.
    pub weight: Option<List<T>>,
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

    /// The sum of exponentials of each row; anything for ignored rows.
    #[inline(never)]
    pub fn sums(&self, x: &[T]) -> List<LogSum<T>> {
        softmax::sums(x, self.fold, &|row| Some(self.targets[row]) != self.ignored)
    }

    /// `out[row] ← Σ share[class] · (log Σ exp x - x[class])`; 0 for ignored rows.
    #[inline(never)]
    pub fn loss(&self, x: &[T], sums: &[LogSum<T>], out: &mut [T]) {
        let Fold { n, inner, .. } = self.fold;
        threads::chunks(out, (CHUNK / n.max(1)).max(1), 2, |start, out| {
            for (number, y) in (start..).zip(out) {
                *y = T::zero();
                let (target, sum) = (self.targets[number], sums[number]);
                if Some(target) == self.ignored {
                    continue;
                }
                let x = &x[number / inner * n * inner + number % inner..];
                // A class without a share may have a score of minus infinity.
                let mut add = |share: T, class: usize| {
                    if share != T::zero() {
                        *y += share * sum.cost(x[class * inner]);
                    }
                };
                add(self.own(target as usize), target as usize);
                if self.smoothing > T::zero() {
                    (0..n).for_each(|class| add(self.each(class), class));
                }
            }
        });
    }

    /// `dx[row, class] ← dy[row] · (softmax x[row, class] · Σ share - share[class])`; 0 for ignored rows.
    #[inline(never)]
    pub fn gradient(&self, x: &[T], sums: &[LogSum<T>], dy: &[T], dx: &mut [T]) {
        let Fold { n, inner, .. } = self.fold;
        let block = n * inner;
        let all = self.all();
        threads::chunks(dx, (CHUNK / block.max(1)).max(1) * block, 2, |start, dx| {
            // A block, or all rows of the chunk where each is a block by itself.
            let group = if inner == 1 { dx.len() } else { block };
            let mut totals = List::filled(T::zero(), group / n);
            for (first, dx) in (start..).step_by(group).zip(dx.chunks_exact_mut(group)) {
                let (x, rows) = (&x[first..first + group], first / n..(first + group) / n);
                let (sums, targets, dy) = (&sums[rows.clone()], &self.targets[rows.clone()], &dy[rows]);
                totals.iter_mut().zip(targets).for_each(|(total, &target)| *total = self.total(target, all));
                isa::dispatch(Softmax { x, sums, totals: &totals, inner, y: dx });
                if self.smoothing > T::zero() {
                    for (class, dx) in (0..n).cycle().zip(dx.chunks_exact_mut(inner)) {
                        dx.iter_mut().for_each(|dx| *dx -= self.each(class));
                    }
                }
                let place = |row: usize, class: usize| (row / inner * n + class) * inner + row % inner;
                for (row, &target) in targets.iter().enumerate() {
                    if Some(target) != self.ignored {
                        dx[place(row, target as usize)] -= self.own(target as usize);
                    }
                }
                isa::dispatch(Scale { by: dy, inner, y: dx });
                // Selected rather than multiplied by 0: scores may be NaN where they do not count.
                for row in (0..targets.len()).filter(|&row| Some(targets[row]) == self.ignored) {
                    (0..n).for_each(|class| dx[place(row, class)] = T::zero());
                }
            }
        });
    }

    /// `out[.., class, ..] ←` the share of each class in each row.
    #[inline(never)]
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

    /// The sum of what a row gives to each class.
    fn all(&self) -> T {
        (0..self.fold.n).map(|class| self.each(class)).sum()
    }

    /// The sum of the shares of a row.
    fn total(&self, target: i64, all: T) -> T {
        if Some(target) == self.ignored { T::zero() } else { self.own(target as usize) + all }
    }
}

/// `y[class, i] ← exp(x[class, i]) / Σ · totals[i]`; with `inner` 1, of each row.
struct Softmax<'a, T> {
    x: &'a [T],
    sums: &'a [LogSum<T>],
    totals: &'a [T],
    inner: usize,
    y: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for Softmax<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Softmax { x, sums, totals, inner, y } = self;
        if inner == 1 {
            let n = y.len() / sums.len();
            for (((y, x), sum), &total) in y.chunks_exact_mut(n).zip(x.chunks_exact(n)).zip(sums).zip(totals) {
                for (y, &x) in y.iter_mut().zip(x) {
                    *y = sum.share(x) * total;
                }
            }
            return;
        }
        for (y, x) in y.chunks_exact_mut(inner).zip(x.chunks_exact(inner)) {
            for (((y, &x), sum), &total) in y.iter_mut().zip(x).zip(sums).zip(totals) {
                *y = sum.share(x) * total;
            }
        }
    }
}

/// `y[class, i] ← y[class, i] · by[i]`; with `inner` 1, of each row.
struct Scale<'a, T> {
    by: &'a [T],
    inner: usize,
    y: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for Scale<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Scale { by, inner, y } = self;
        if inner == 1 {
            for (y, &by) in y.chunks_exact_mut(y.len() / by.len()).zip(by) {
                for y in y {
                    *y *= by;
                }
            }
            return;
        }
        for y in y.chunks_exact_mut(inner) {
            for (y, &by) in y.iter_mut().zip(by) {
                *y *= by;
            }
        }
    }
}

/// `out[row] ← Σ share[class] · (log Σ exp x - x[class])`, where `share` makes a class and its entry in `q` a share.
#[inline(never)]
pub fn soft<T: Real>(x: &[T], q: &[T], share: impl Fn(usize, T) -> T + Sync, fold: Fold, out: &mut [T]) {
    let Fold { n, inner, .. } = fold;
    let sums = softmax::sums(x, fold, &|_| true);
    threads::chunks(out, (CHUNK / n.max(1)).max(1), 4 * n, |start, out| {
        for (number, y) in (start..).zip(out) {
            let first = number / inner * n * inner + number % inner;
            *y = T::zero();
            for class in 0..n {
                let at = first + class * inner;
                let share = share(class, q[at]);
                // A class without a share may have a score of minus infinity.
                if share != T::zero() {
                    *y += share * sums[number].cost(x[at]);
                }
            }
        }
    });
}
