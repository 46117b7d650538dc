//! `Small`: equations with so few unknowns that what goes on around panels and products would take longer than the arithmetic.

use super::condition::InverseNorm;
use super::lu::swap;
use super::panel::{place_of_largest, take};
use super::regular::{Balance, is_regular};
use crate::element::Real;
use crate::gemm::Matrix;
use crate::isa::NullaryFnOnce;

/// The most unknowns.
pub(super) const SIDE: usize = 8;

/// `x ← a⁻¹ x` for rows of `columns` elements, by the steps of [`Regular`](super::regular::Regular), with the same results. Whether `a` is regular; what is
/// there afterwards is undefined if not.
pub(super) struct Small<'a, T> {
    pub a: Matrix<'a, T>,
    pub x: &'a mut [T],
    pub columns: usize,
}

impl<T: Real> NullaryFnOnce for Small<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let Small { a: matrix, x, columns } = self;
        let [n, _] = matrix.size();
        let mut a = [T::zero(); SIDE * SIDE];
        let a = &mut a[..n * n];
        for (i, row) in a.chunks_exact_mut(n).enumerate() {
            for (j, x) in row.iter_mut().enumerate() {
                *x = matrix.at(i, j);
            }
        }
        let mut memory = [[T::zero(); SIDE]; 4];
        let [rows, scales, v, w] = &mut memory;
        let (rows, scales, v, w) = (&mut rows[..n], &mut scales[..n], &mut v[..n], &mut w[..n]);
        let norm = Balance { a, rows, columns: scales, sums: v }.call();
        let mut exchanges = [0; SIDE];
        for p in 0..n {
            for (v, row) in v.iter_mut().zip(a[p * n..].chunks_exact(n)) {
                *v = row[p];
            }
            let best = p + place_of_largest(&v[..n - p]);
            exchanges[p] = best;
            swap(a, n, [p, best], 0..n);
            let (done, rest) = a.split_at_mut((p + 1) * n);
            let (pivot, above) = (done[p * n + p], &done[p * n + p + 1..]);
            if pivot == T::zero() {
                return false;
            }
            for row in rest.chunks_exact_mut(n) {
                row[p] /= pivot;
                let factor = row[p];
                take(&mut row[p + 1..], above, factor);
            }
        }
        if !is_regular(norm, InverseNorm { factors: a, x: v, y: w }.call()) {
            return false;
        }
        if columns == 0 {
            return true;
        }
        for (row, &scale) in x.chunks_exact_mut(columns).zip(&*rows) {
            row.iter_mut().for_each(|x| *x *= scale);
        }
        for (p, &best) in exchanges[..n].iter().enumerate() {
            swap(x, columns, [p, best], 0..columns);
        }
        for (i, row) in a.chunks_exact(n).enumerate() {
            let (known, x) = x.split_at_mut(i * columns);
            for (&factor, known) in row.iter().zip(known.chunks_exact(columns)) {
                take(&mut x[..columns], known, factor);
            }
        }
        for (i, row) in a.chunks_exact(n).enumerate().rev() {
            let (x, known) = x[i * columns..].split_at_mut(columns);
            for (&factor, known) in row[i + 1..].iter().zip(known.chunks_exact(columns)) {
                take(x, known, factor);
            }
            x.iter_mut().for_each(|x| *x /= row[i]);
        }
        for (row, &scale) in x.chunks_exact_mut(columns).zip(&*scales) {
            row.iter_mut().for_each(|x| *x *= scale);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::regular::Regular;
    use super::*;
    use crate::isa::{self, Isa};

    fn same_as_by_panels<T: Real>(a: &[f64], n: usize) {
        let a: Vec<T> = a.iter().map(|&x| T::of(x)).collect();
        // Row by row, and column by column.
        for strides in [[n as isize, 1], [1, n as isize]] {
            let a = Matrix::new(&a, 0, [n, n], strides);
            for columns in [0, 1, 3, 17] {
                let mut x: Vec<T> = (0..n * columns).map(|i| T::of((i * 37 % 11) as f64 - 4.5)).collect();
                let mut by_panels = x.clone();
                let regular = isa::dispatch(Small { a, x: &mut x, columns });
                let solved = Regular::with(a, |regular| regular.map(|regular| regular.solve(&mut by_panels, columns)));
                assert_eq!(regular, solved.is_some(), "{n}");
                let same = x.iter().zip(&by_panels).all(|(a, b)| a == b || a.is_nan() && b.is_nan());
                assert!(!regular || same, "{n} {columns}");
            }
        }
    }

    #[test]
    fn the_results_are_those_by_panels() {
        for isa in Isa::all() {
            isa.hold(|| {
                for n in 1..=SIDE {
                    // Not singular, of rows and columns in other units, short of a rank, with a zero column, and with NaN.
                    let number = |i: usize| (i * i * 7919 % 1009) as f64 / 500.0 - 1.0;
                    let regular: Vec<f64> = (0..n * n).map(number).collect();
                    let units = |i: usize| number(i) * 2f64.powi(9 * (i / n) as i32 - 13 * (i % n) as i32);
                    let mut cases = vec![regular.clone(), (0..n * n).map(units).collect()];
                    cases.push((0..n * n).map(|i| (i / n) as f64 * 0.1 + (i % n) as f64 * 0.3).collect());
                    cases.push((0..n * n).map(|i| if i % n == n / 2 { 0.0 } else { number(i) }).collect());
                    cases.push((0..n * n).map(|i| if i == n - 1 { f64::NAN } else { number(i) }).collect());
                    for a in cases {
                        same_as_by_panels::<f32>(&a, n);
                        same_as_by_panels::<f64>(&a, n);
                    }
                }
            });
        }
    }
}
