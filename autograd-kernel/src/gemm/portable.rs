//! The product without vector instructions of our own: `matrixmultiply`'s.

use super::{Matrix, MatrixMut};
use crate::threads::{self, Shared};

/// Rows of a piece: a multiple of the micro-kernel's, few enough to give two threads something to share.
const ROWS: usize = 64;

/// `m, k, n, α, a, its strides, b, its strides, β, c, its strides`
type Gemm<T> =
    unsafe fn(usize, usize, usize, T, *const T, isize, isize, *const T, isize, isize, T, *mut T, isize, isize);

/// Elements that `matrixmultiply` knows.
pub(crate) trait Portable: num_traits::One + Copy + Send + Sync {
    const GEMM: Gemm<Self>;
}
impl Portable for f32 {
    const GEMM: Gemm<f32> = matrixmultiply::sgemm;
}
impl Portable for f64 {
    const GEMM: Gemm<f64> = matrixmultiply::dgemm;
}

/// `c ← a b + c`; the sizes agree.
pub(super) fn add_product<T: Portable>(a: Matrix<'_, T>, b: Matrix<'_, T>, mut c: MatrixMut<'_, T>) {
    let (m, k, n, stride) = (c.rows, a.columns, c.columns, c.stride);
    let c = Shared(c.start());
    let work = m.saturating_mul(n).saturating_mul((k / 16).max(1));
    threads::pieces(m.div_ceil(ROWS), work, |piece| {
        let first = piece * ROWS;
        // SAFETY: `Matrix` and `MatrixMut` checked that their elements lie inside their slices; the rows of different pieces are different.
        unsafe {
            T::GEMM(
                ROWS.min(m - first),
                k,
                n,
                T::one(),
                a.start().offset(first as isize * a.row_stride),
                a.row_stride,
                a.column_stride,
                b.start(),
                b.row_stride,
                b.column_stride,
                T::one(),
                c.at(first * stride),
                stride as isize,
                1,
            );
        }
    });
}
