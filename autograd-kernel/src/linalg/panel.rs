//! `Panel`: some neighbouring columns of a matrix, one behind the other: small enough to stay in the first cache while they are eliminated.

use crate::element::Real;
use crate::gemm::Matrix;
use crate::isa::NullaryFnOnce;
use crate::scratch;

/// Bytes of a row of a panel.
const WIDTH: usize = 128;

/// The number of columns of a panel.
pub(super) const fn width<T>() -> usize {
    WIDTH / size_of::<T>()
}

/// Columns of `rows` elements each.
pub(super) struct Panel<'a, T> {
    pub columns: &'a mut [T],
    pub rows: usize,
}

impl<T: Real> Panel<'_, T> {
    /// Runs `f` with a panel of arbitrary elements.
    pub fn with<R>(rows: usize, columns: usize, f: impl FnOnce(Panel<'_, T>) -> R) -> R {
        scratch::with(rows * columns, |columns| f(Panel { columns, rows }))
    }

    /// Copies the columns from the top left of a matrix, whose rows are `stride` apart.
    pub fn read(&mut self, a: &[T], stride: usize) {
        self.meet(a, stride, |_, x| x);
    }

    #[inline]
    fn meet(&mut self, a: &[T], stride: usize, f: impl Fn(T, T) -> T) {
        let count = self.columns.len() / self.rows;
        for (i, row) in a.chunks(stride).enumerate() {
            let places = self.columns[i..].iter_mut().step_by(self.rows);
            places.zip(&row[..count]).for_each(|(held, &x)| *held = f(*held, x));
        }
    }

    /// As [`read`](Panel::read), less what the panel held.
    pub fn take_from(&mut self, a: &[T], stride: usize) {
        self.meet(a, stride, |held, x| x - held);
    }

    /// Copies the columns to where [`read`](Panel::read) has them from.
    pub fn write(&self, a: &mut [T], stride: usize) {
        let count = self.columns.len() / self.rows;
        for (i, row) in a.chunks_mut(stride).enumerate() {
            let places = self.columns[i..].iter().step_by(self.rows);
            row[..count].iter_mut().zip(places).for_each(|(to, &x)| *to = x);
        }
    }

    /// The rows from `first` on as a matrix.
    pub fn below(&self, first: usize) -> Matrix<'_, T> {
        let count = self.columns.len() / self.rows;
        Matrix::new(self.columns, first, [self.rows - first, count], [1, self.rows as isize])
    }
}

/// Gauss's elimination of a panel with the largest pivots: `L` below its diagonal, `U` from there up. The row that each one changes places with goes to
/// `exchanges`.
pub(super) struct Eliminate<'a, 'p, T> {
    pub panel: &'a mut Panel<'p, T>,
    pub exchanges: &'a mut [usize],
}

impl<T: Real> NullaryFnOnce for Eliminate<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Panel { columns, rows } = self.panel;
        let rows = *rows;
        for (p, exchange) in self.exchanges.iter_mut().enumerate() {
            let best = p + place_of_largest(&columns[p * rows + p..(p + 1) * rows]);
            *exchange = best;
            let pivot = columns[p * rows + best];
            if pivot == T::zero() {
                // So is all below.
                continue;
            }
            if best != p {
                columns.chunks_exact_mut(rows).for_each(|column| column.swap(p, best));
            }
            let (done, rest) = columns.split_at_mut((p + 1) * rows);
            let column = &mut done[p * rows + p + 1..];
            // Not by the reciprocal, which of a subnormal number is infinite.
            column.iter_mut().for_each(|x| *x /= pivot);
            for other in rest.chunks_exact_mut(rows) {
                let factor = other[p];
                take(&mut other[p + 1..], column, factor);
            }
        }
    }
}

/// Cholesky's elimination of a panel, of which only what is on and below the diagonal counts. Whether all pivots were positive.
pub(super) struct Roots<'a, 'p, T>(pub &'a mut Panel<'p, T>);

impl<T: Real> NullaryFnOnce for Roots<'_, '_, T> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let Panel { columns, rows } = self.0;
        let rows = *rows;
        for p in 0..columns.len() / rows {
            let (done, rest) = columns.split_at_mut((p + 1) * rows);
            let (pivot, column) = done[p * rows + p..].split_first_mut().expect("a panel has a row for each column");
            *pivot = pivot.sqrt();
            // The root of what is negative is NaN.
            if pivot.is_nan() || *pivot == T::zero() {
                return false;
            }
            column.iter_mut().for_each(|x| *x /= *pivot);
            for (c, other) in rest.chunks_exact_mut(rows).enumerate() {
                let factor = column[c];
                take(&mut other[p + 1 + c..], &column[c..], factor);
            }
        }
        true
    }
}

/// Sizes that are compared side by side.
const LANES: usize = 16;

/// The place of the first of the largest elements by size; 0 if NaN is there, which counts nowhere else.
#[inline(always)]
pub(super) fn place_of_largest<T: Real>(x: &[T]) -> usize {
    let size = largest(x);
    if x[0].is_nan() { 0 } else { x.iter().position(|x| x.abs() == size).unwrap_or(0) }
}

/// The largest size of some elements but NaN.
#[inline(always)]
pub(super) fn largest<T: Real>(x: &[T]) -> T {
    let (whole, rest) = x.as_chunks::<LANES>();
    let largest = rest.iter().fold(T::zero(), |size, &x| larger(size, x));
    if whole.is_empty() {
        return largest;
    }
    let mut lanes = [T::zero(); LANES];
    for x in whole {
        lanes.iter_mut().zip(x).for_each(|(lane, &x)| *lane = larger(*lane, x));
    }
    lanes.iter().fold(largest, |size, &x| larger(size, x))
}

/// The larger of a size and that of `x`, unless this is NaN.
#[inline(always)]
pub(super) fn larger<T: Real>(size: T, x: T) -> T {
    if x.abs() > size { x.abs() } else { size }
}

/// `x ← x - factor · y`
#[inline(always)]
pub(super) fn take<T: Real>(x: &mut [T], y: &[T], factor: T) {
    x.iter_mut().zip(y).for_each(|(x, &y)| *x -= factor * y);
}
