//! Groups of short segments that lie apart: rows of a batch, whose columns are standardised side by side.

use super::{Given, Gradients, Grouping, Normalize, Slope, Statistics, around};
use crate::element::Real;
use crate::isa::{self, NullaryFnOnce};
use crate::threads::{self, Parted};

/// Columns that a task takes side by side, at most: a segment is no longer, so that a task has whole groups.
const WIDTH: usize = 64;
/// Rows whose sum is a chain. As many of these sums are a chain again, so that the error hardly grows with their number.
const ROWS: usize = 64;

/// A number for each column of a strip.
type Columns<T> = [T; WIDTH];

/// The columns of some groups in all rows.
#[derive(Clone, Copy)]
struct Strip<'a> {
    normalize: &'a Normalize,
    /// The first group, and how many.
    first: usize,
    groups: usize,
}

impl Strip<'_> {
    #[inline(always)]
    fn width(&self) -> usize {
        self.groups * self.normalize.len
    }

    #[inline(always)]
    fn rows(&self) -> usize {
        self.normalize.segments / self.normalize.groups()
    }

    /// The place of the strip in a row.
    #[inline(always)]
    fn at(&self, row: usize) -> usize {
        (row * self.normalize.groups() + self.first) * self.normalize.len
    }

    #[inline(always)]
    fn row<'x, T>(&self, x: &'x [T], row: usize) -> &'x [T] {
        &x[self.at(row)..][..self.width()]
    }

    /// A row of a result.
    ///
    /// # Safety
    /// Nobody else may have these columns.
    #[inline(always)]
    unsafe fn row_mut<'y, T>(&self, y: &Parted<'y, T>, row: usize) -> &'y mut [T] {
        // SAFETY: the caller's promise.
        unsafe { y.part(self.at(row), self.width()) }
    }

    /// The places of the strip's groups, if there are any.
    ///
    /// # Safety
    /// Nobody else may have them.
    unsafe fn own<'y, T>(&self, all: &Parted<'y, T>) -> &'y mut [T] {
        if all.is_empty() {
            return &mut [];
        }
        // SAFETY: the caller's promise.
        unsafe { all.part(self.first, self.groups) }
    }

    /// What `of` gives for the group of each column.
    #[inline(always)]
    fn spread<T: Real>(&self, of: impl Fn(usize) -> T) -> Columns<T> {
        let mut columns = [T::zero(); WIDTH];
        for (group, columns) in columns.chunks_mut(self.normalize.len).take(self.groups).enumerate() {
            columns.fill(of(group));
        }
        columns
    }

    /// The sums over each group of `f` of the column, and the elements of `x` and `y` there.
    #[inline(always)]
    fn totals<T: Real, const K: usize>(&self, x: &[T], y: &[T], f: impl Fn(usize, T, T) -> [T; K]) -> [Columns<T>; K] {
        let (rows, width) = (self.rows(), self.width());
        let mut total = [[T::zero(); WIDTH]; K];
        for from in (0..rows).step_by(ROWS * ROWS) {
            let mut middle = [[T::zero(); WIDTH]; K];
            for from in (from..rows.min(from + ROWS * ROWS)).step_by(ROWS) {
                let some = from..rows.min(from + ROWS);
                // As many columns at a time as the compiler holds in registers.
                let mut column = 0;
                while column + 16 <= width {
                    self.add::<T, K, 16>(x, y, some.clone(), column, &f, &mut middle);
                    column += 16;
                }
                while column + 4 <= width {
                    self.add::<T, K, 4>(x, y, some.clone(), column, &f, &mut middle);
                    column += 4;
                }
                while column < width {
                    self.add::<T, K, 1>(x, y, some.clone(), column, &f, &mut middle);
                    column += 1;
                }
            }
            for k in 0..K {
                for column in 0..WIDTH {
                    total[k][column] += middle[k][column];
                }
            }
        }
        for total in &mut total {
            for group in 0..self.groups {
                let mut sum = T::zero();
                for &column in &total[group * self.normalize.len..(group + 1) * self.normalize.len] {
                    sum += column;
                }
                total[group] = sum;
            }
        }
        total
    }

    /// Adds the sums over some rows of `N` columns.
    #[inline(always)]
    fn add<T: Real, const K: usize, const N: usize>(
        &self,
        x: &[T],
        y: &[T],
        rows: std::ops::Range<usize>,
        column: usize,
        f: &impl Fn(usize, T, T) -> [T; K],
        to: &mut [Columns<T>; K],
    ) {
        let mut held = [[T::zero(); N]; K];
        for row in rows {
            let at = self.at(row) + column;
            let (x, y) = (&x[at..at + N], &y[at..at + N]);
            for i in 0..N {
                let terms = f(column + i, x[i], y[i]);
                for k in 0..K {
                    held[k][i] += terms[k];
                }
            }
        }
        for k in 0..K {
            for i in 0..N {
                to[k][column + i] += held[k][i];
            }
        }
    }
}

/// The groups of a strip, standardised.
struct Forward<'a, T> {
    strip: Strip<'a>,
    x: &'a [T],
    weight: Option<&'a [T]>,
    bias: Option<&'a [T]>,
    y: &'a Parted<'a, T>,
    /// Of the strip's groups.
    statistics: &'a mut [Statistics<T>],
}

impl<T: Real> NullaryFnOnce for Forward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Forward { strip, x, weight, bias, y, statistics } = self;
        let n = T::of(strip.normalize.count() as f64);
        let [near] = strip.totals(x, x, |_, x, _| [x]);
        let nears = strip.spread(|group| near[group] / n);
        let [rest, squares] = strip.totals(x, x, |column, x, _| {
            let off = x - nears[column];
            [off, off * off]
        });
        for (group, found) in statistics.iter_mut().enumerate() {
            *found = around(near[group] / n, [rest[group], squares[group]], n);
        }
        let line = |group: usize| strip.normalize.line(statistics[group], weight, strip.first + group);
        let (mean, scale) = (strip.spread(|group| line(group)[0]), strip.spread(|group| line(group)[1]));
        let bias = bias.map(|bias| strip.spread(|group| bias[strip.first + group]));
        for row in 0..strip.rows() {
            // SAFETY: the columns of a strip are written by its task alone.
            let y = unsafe { strip.row_mut(y, row) };
            let elements = y.iter_mut().zip(strip.row(x, row)).zip(&mean).zip(&scale);
            match &bias {
                Some(bias) => {
                    elements.zip(bias).for_each(|((((y, &x), &mean), &scale), &b)| *y = (x - mean) * scale + b)
                }
                None => elements.for_each(|(((y, &x), &mean), &scale)| *y = (x - mean) * scale),
            }
        }
    }
}

/// The gradients of the groups of a strip.
struct Backward<'a, T> {
    strip: Strip<'a>,
    given: Given<'a, T>,
    dx: Option<&'a Parted<'a, T>>,
    /// Of the strip's groups, or empty.
    dweight: &'a mut [T],
    dbias: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for Backward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Backward { strip, given: Given { x, statistics, weight, dy, dstatistics }, dx, dweight, dbias } = self;
        let dy = dy.map(Slope::ready);
        let (normalize, first) = (strip.normalize, strip.first);
        let mean = strip.spread(|group| statistics[first + group][0]);
        let sums = dy.map(|dy| {
            let scale = strip.spread(|group| normalize.scale(statistics[first + group][1]));
            strip.totals(x, dy, |column, x, dy| [dy * ((x - mean[column]) * scale[column]), dy])
        });
        if let Some([products, slopes]) = &sums {
            dweight.iter_mut().zip(products).for_each(|(to, &sum)| *to = sum);
            dbias.iter_mut().zip(slopes).for_each(|(to, &sum)| *to = sum);
        }
        let Some(dx) = dx else { return };
        let weight = |group: usize| weight.map_or(T::one(), |weight| weight[first + group]);
        let weights = strip.spread(weight);
        let (mut scale, mut shift, mut slope) = ([T::zero(); WIDTH], [T::zero(); WIDTH], [T::zero(); WIDTH]);
        for group in 0..strip.groups {
            let d = dstatistics.map_or([T::zero(); 2], |d| d[first + group]);
            let weight = weight(group);
            let sums = sums.as_ref().map(|sums| [sums[1][group] * weight, sums[0][group] * weight]);
            let slopes = normalize.slopes(statistics[first + group], sums, d);
            for column in group * normalize.len..(group + 1) * normalize.len {
                (scale[column], shift[column], slope[column]) = (slopes.scale, slopes.shift, slopes.slope);
            }
        }
        for row in 0..strip.rows() {
            // SAFETY: the columns of a strip are written by its task alone.
            let dx = unsafe { strip.row_mut(dx, row) };
            let x = strip.row(x, row);
            match dy {
                Some(dy) => {
                    let dy = strip.row(dy, row);
                    for (i, (dx, (&x, &dy))) in dx.iter_mut().zip(x.iter().zip(dy)).enumerate() {
                        *dx = dy * weights[i] * scale[i] + shift[i] + slope[i] * (x - mean[i]);
                    }
                }
                None => {
                    for (i, (dx, &x)) in dx.iter_mut().zip(x).enumerate() {
                        *dx = shift[i] + slope[i] * (x - mean[i]);
                    }
                }
            }
        }
    }
}

impl Normalize {
    /// Whether segments are so short that their columns are better taken side by side.
    pub(super) fn takes_columns(&self) -> bool {
        matches!(self.grouping, Grouping::Apart(_)) && (1..=WIDTH).contains(&self.len) && self.centred
    }

    /// Runs `f` on strips that together have all groups.
    fn each_strip(&self, cost: usize, f: impl Fn(Strip<'_>) + Sync) {
        let (groups, together) = (self.groups(), WIDTH / self.len);
        threads::pieces(groups.div_ceil(together), cost * self.segments * self.len, |piece| {
            let first = piece * together;
            f(Strip { normalize: self, first, groups: together.min(groups - first) });
        });
    }

    pub(super) fn forward_columns<T: Real>(
        &self,
        x: &[T],
        weight: Option<&[T]>,
        bias: Option<&[T]>,
        y: &mut [T],
        statistics: &mut [Statistics<T>],
    ) {
        assert!(y.len() == self.segments * self.len && statistics.len() == self.groups());
        let (y, found) = (Parted::new(y), Parted::new(statistics));
        self.each_strip(8, |strip| {
            // SAFETY: the statistics of a strip's groups are its own.
            let statistics = unsafe { found.part(strip.first, strip.groups) };
            isa::dispatch(Forward { strip, x, weight, bias, y: &y, statistics });
        });
    }

    pub(super) fn backward_columns<T: Real>(&self, given: Given<'_, T>, to: Gradients<'_, T>) {
        let Gradients { dx, dweight, dbias } = to;
        let wanted = !dx.is_empty();
        assert!(!wanted || dx.len() == self.segments * self.len);
        let of_weights = [dweight.len(), dbias.len()];
        assert!(of_weights.iter().all(|&len| len == 0 || len == self.groups()));
        let (dx, dweight, dbias) = (Parted::new(dx), Parted::new(dweight), Parted::new(dbias));
        self.each_strip(10, |strip| {
            // SAFETY: a strip has groups of its own.
            let [dweight, dbias] = [&dweight, &dbias].map(|all| unsafe { strip.own(all) });
            isa::dispatch(Backward { strip, given, dx: wanted.then_some(&dx), dweight, dbias });
        });
    }
}
