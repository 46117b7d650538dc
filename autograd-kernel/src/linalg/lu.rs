//! `Lu`: the triangular factors of a square matrix, by elimination with row exchanges.

use super::panel::{Eliminate, Panel, width};
use super::triangle::Triangle;
use crate::element::Real;
use crate::gemm::{Bias, Matrix, MatrixMut};
use crate::isa;
use crate::list::List;

/// `P a = L U`, `L` with ones on its diagonal.
pub(super) struct Lu<'a, T> {
    /// `L` below the diagonal, `U` from there up, row by row.
    pub factors: &'a [T],
    n: usize,
    /// The row that changes places with each, in turn.
    exchanges: List<usize>,
}

impl<'a, T: Real> Lu<'a, T> {
    /// Factors the matrix of side `n` in its place. A column without a pivot stays as it is.
    pub fn new(a: &'a mut [T], n: usize) -> Self {
        let mut exchanges = List::filled(0, n);
        for start in (0..n).step_by(width::<T>()) {
            let end = (start + width::<T>()).min(n);
            Panel::with(n - start, end - start, |mut panel| {
                panel.read(&a[start * n + start..], n);
                isa::dispatch(Eliminate { panel: &mut panel, exchanges: &mut exchanges[start..end] });
                panel.write(&mut a[start * n + start..], n);
                for (p, other) in (start..end).zip(&mut exchanges[start..end]) {
                    *other += start;
                    swap(a, n, [p, *other], 0..start);
                    swap(a, n, [p, *other], end..n);
                }
                if end < n {
                    update(a, n, [start, end], &mut panel);
                }
            });
        }
        Lu { factors: a, n, exchanges }
    }

    /// The diagonal of `U`.
    pub fn pivots(&self) -> impl Iterator<Item = T> {
        self.factors.iter().step_by(self.n + 1).copied()
    }

    /// The determinant of `P`.
    pub fn sign(&self) -> T {
        let exchanged = self.exchanges.iter().enumerate().filter(|&(p, &other)| p != other).count();
        if exchanged.is_multiple_of(2) { T::one() } else { -T::one() }
    }

    /// `x ← P x` for rows of `columns` elements.
    pub fn exchange(&self, x: &mut [T], columns: usize) {
        for (p, &other) in self.exchanges.iter().enumerate() {
            swap(x, columns, [p, other], 0..columns);
        }
    }

    /// `L`.
    pub fn lower(&self) -> Triangle<'_, T> {
        Triangle { a: self.matrix(), lower: true, unit: true }
    }

    /// `U`.
    pub fn upper(&self) -> Triangle<'_, T> {
        Triangle { a: self.matrix(), lower: false, unit: false }
    }

    fn matrix(&self) -> Matrix<'_, T> {
        Matrix::row_major(self.factors, 0, [self.n, self.n])
    }
}

/// What the columns right of a panel become that has just been eliminated.
fn update<T: Real>(a: &mut [T], n: usize, [start, end]: [usize; 2], panel: &mut Panel<'_, T>) {
    let (width, rest) = (end - start, n - end);
    // Negative, so that products are added.
    for column in panel.columns.chunks_exact_mut(panel.rows) {
        column[width..].iter_mut().for_each(|x| *x = -*x);
    }
    let (above, below) = a.split_at_mut(end * n);
    let right = &mut above[start * n + end..];
    let pivots = panel.below(0).part(0..width, 0..width);
    Triangle { a: pivots, lower: true, unit: true }.solve(right, rest, n);
    let right = Matrix::new(right, 0, [width, rest], [n as isize, 1]);
    let below = MatrixMut::new(&mut below[end..], [rest, rest], n);
    T::product(panel.below(width), right.into(), T::one(), Bias::None, below);
}

/// Exchanges two rows of a matrix with `stride` columns in some of them.
#[inline(always)]
pub(super) fn swap<T>(a: &mut [T], stride: usize, [p, other]: [usize; 2], columns: std::ops::Range<usize>) {
    if p != other {
        let (first, second) = a.split_at_mut(other * stride);
        first[p * stride..][columns.clone()].swap_with_slice(&mut second[columns]);
    }
}
