//! Cholesky's factorisation by panels of columns.

use super::panel::{Panel, Roots, width};
use crate::element::Real;
use crate::gemm::{Bias, Matrix, MatrixMut};
use crate::isa;

/// Replaces a symmetric matrix of side `n`, of which the lower triangle is read, by the lower triangular `y` with `y yᵀ = a`. Whether it is
/// positive definite; what is there afterwards is undefined if not.
pub(super) fn factor<T: Real>(a: &mut [T], n: usize) -> bool {
    (0..n).step_by(width::<T>()).all(|start| {
        let end = (start + width::<T>()).min(n);
        let (rows, columns) = (n - start, end - start);
        Panel::with(rows, columns, |mut panel| {
            panel.columns.fill(T::zero());
            if start > 0 {
                let done = Matrix::new(a, start * n, [rows, start], [n as isize, 1]);
                let sums = MatrixMut::new(panel.columns, [columns, rows], rows);
                T::product(done.part(0..columns, 0..start), done.transposed().into(), T::zero(), Bias::None, sums);
            }
            panel.take_from(&a[start * n + start..], n);
            let definite = isa::dispatch(Roots(&mut panel));
            panel.write(&mut a[start * n + start..], n);
            for (i, row) in a.chunks_exact_mut(n).enumerate().take(end).skip(start) {
                row[i + 1..].fill(T::zero());
            }
            definite
        })
    })
}
