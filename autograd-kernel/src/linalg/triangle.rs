//! `Triangle`: equations whose matrix is triangular, solved by halves. What the first half contributes to the second is a product of matrices.

use super::panel::take;
use crate::element::Real;
use crate::gemm::{Bias, Matrix, MatrixMut};
use crate::isa::{self, NullaryFnOnce};
use crate::scratch;

/// Rows that are solved one after another.
const ROWS: usize = 16;

/// One triangle of a square matrix: with `unit`, ones are on its diagonal.
#[derive(Clone, Copy)]
pub(super) struct Triangle<'a, T> {
    pub a: Matrix<'a, T>,
    pub lower: bool,
    pub unit: bool,
}

impl<T: Real> Triangle<'_, T> {
    /// `x ← a⁻¹ x` for rows of `columns` elements, `stride` apart.
    pub fn solve(self, x: &mut [T], columns: usize, stride: usize) {
        let [n, _] = self.a.size();
        if n == 0 || columns == 0 {
            return;
        }
        if n <= ROWS {
            return self.substitute(x, columns, stride);
        }
        let half = (n / 2).next_multiple_of(ROWS);
        let halves = if self.lower { [0..half, half..n] } else { [half..n, 0..half] };
        let [first, second] = halves.clone().map(|rows| Triangle { a: self.a.part(rows.clone(), rows), ..self });
        let [from, to] = halves;
        first.solve(&mut x[from.start * stride..], columns, stride);
        scratch::with(from.len() * columns, |solved: &mut [T]| {
            // Negative, so that products are added.
            for (to, row) in solved.chunks_exact_mut(columns).zip(x[from.start * stride..].chunks(stride)) {
                to.iter_mut().zip(row).for_each(|(to, &x)| *to = -x);
            }
            let solved = Matrix::row_major(solved, 0, [from.len(), columns]);
            let rest = MatrixMut::new(&mut x[to.start * stride..], [to.len(), columns], stride);
            T::product(self.a.part(to.clone(), from), solved.into(), T::one(), Bias::None, rest);
        });
        second.solve(&mut x[to.start * stride..], columns, stride);
    }

    /// As [`solve`](Triangle::solve), for up to [`ROWS`] rows.
    fn substitute(self, x: &mut [T], columns: usize, stride: usize) {
        let [n, _] = self.a.size();
        let mut a = [[T::zero(); ROWS]; ROWS];
        for (i, row) in a.iter_mut().enumerate().take(n) {
            let read = if self.lower { 0..i + 1 } else { i..n };
            read.for_each(|j| row[j] = self.a.at(i, j));
        }
        isa::dispatch(Substitute { a: &a[..n], lower: self.lower, unit: self.unit, x, columns, stride });
    }
}

/// Substitution, row by row.
struct Substitute<'a, T> {
    a: &'a [[T; ROWS]],
    lower: bool,
    unit: bool,
    x: &'a mut [T],
    columns: usize,
    stride: usize,
}

impl<T: Real> NullaryFnOnce for Substitute<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Substitute { a, lower, unit, x, columns, stride } = self;
        for step in 0..a.len() {
            let (i, known) = if lower { (step, 0..step) } else { (a.len() - 1 - step, a.len() - step..a.len()) };
            let (above, rest) = x.split_at_mut(i * stride);
            let (row, below) = rest.split_at_mut(stride.min(rest.len()));
            let row = &mut row[..columns];
            for j in known {
                let other = if lower { &above[j * stride..] } else { &below[(j - i - 1) * stride..] };
                take(row, &other[..columns], a[i][j]);
            }
            if !unit {
                row.iter_mut().for_each(|x| *x /= a[i][i]);
            }
        }
    }
}
