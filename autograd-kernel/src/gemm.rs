//! `gemm`: the matrix product `c ← a b + β c` on strided operands.
//!
//! The product of one tile is `matrixmultiply`'s; tiles are cut by shape only and spread over the threads.

use super::threads;

/// Rows of a tile: a multiple of the micro-kernel's, few enough to give two threads something to share.
const ROWS: usize = 64;

/// A strided matrix in a slice.
#[derive(Clone, Copy)]
pub struct Matrix<'a, T> {
    data: &'a [T],
    offset: usize,
    rows: usize,
    columns: usize,
    row_stride: isize,
    column_stride: isize,
}

impl<'a, T> Matrix<'a, T> {
    /// The matrix with element `[i, j]` at `offset + i·row_stride + j·column_stride`.
    ///
    /// # Panics
    /// If an element would lie outside the slice: this is what the unsafe call below relies on.
    pub fn new(
        data: &'a [T],
        offset: usize,
        [rows, columns]: [usize; 2],
        [row_stride, column_stride]: [isize; 2],
    ) -> Self {
        if rows > 0 && columns > 0 {
            // In 128 bits, where no product of sizes and strides can overflow.
            let end = |count: usize, stride: isize| (count as i128 - 1) * stride as i128;
            let ends = [end(rows, row_stride), end(columns, column_stride)];
            let lowest = offset as i128 + ends.iter().map(|&e| e.min(0)).sum::<i128>();
            let highest = offset as i128 + ends.iter().map(|&e| e.max(0)).sum::<i128>();
            assert!(lowest >= 0 && highest < data.len() as i128, "a matrix lies inside its slice");
        }
        Matrix { data, offset, rows, columns, row_stride, column_stride }
    }

    /// A row-major matrix that begins at `offset`.
    pub fn row_major(data: &'a [T], offset: usize, [rows, columns]: [usize; 2]) -> Self {
        Matrix::new(data, offset, [rows, columns], [columns as isize, 1])
    }

    /// The element `[i, j]`.
    ///
    /// # Panics
    /// If there is none.
    #[inline]
    pub fn at(&self, i: usize, j: usize) -> T
    where
        T: Copy,
    {
        assert!(i < self.rows && j < self.columns);
        self.data[(self.offset as isize + i as isize * self.row_stride + j as isize * self.column_stride) as usize]
    }

    /// The numbers of rows and of columns.
    pub fn size(&self) -> [usize; 2] {
        [self.rows, self.columns]
    }

    /// The transposed matrix; nothing moves.
    pub fn transposed(self) -> Self {
        let Matrix { data, offset, rows, columns, row_stride, column_stride } = self;
        Matrix { data, offset, rows: columns, columns: rows, row_stride: column_stride, column_stride: row_stride }
    }

    /// The `count` rows from `first` on.
    fn slice_rows(self, first: usize, count: usize) -> Self {
        assert!(first + count <= self.rows);
        let offset = (self.offset as isize + first as isize * self.row_stride) as usize;
        Matrix { offset, rows: count, ..self }
    }
}

macro_rules! product {
    ($name:ident, $T:ty, $kernel:path) => {
        /// `c ← a b + β c`, with `c` row-major.
        ///
        /// # Panics
        /// If the sizes do not agree.
        pub fn $name(a: Matrix<'_, $T>, b: Matrix<'_, $T>, beta: $T, c: &mut [$T]) {
            let (k, n) = (a.columns, b.columns);
            assert!(b.rows == k && c.len() == a.rows * n, "the sizes of a product agree");
            if k == 0 {
                c.iter_mut().for_each(|c| *c = if beta == 0.0 { 0.0 } else { *c * beta });
                return;
            }
            threads::chunks(c, ROWS * n, (k / 16).max(1), |start, c| {
                let a = a.slice_rows(start / n, c.len() / n);
                // SAFETY: `Matrix::new` checked that each element of `a` and `b` lies inside its slice, `k` columns of `a` meet `k`
                // rows of `b`, and `c` holds `a.rows × n` elements in row-major order.
                unsafe {
                    $kernel(
                        a.rows,
                        k,
                        n,
                        1.0,
                        a.data.as_ptr().add(a.offset),
                        a.row_stride,
                        a.column_stride,
                        b.data.as_ptr().add(b.offset),
                        b.row_stride,
                        b.column_stride,
                        beta,
                        c.as_mut_ptr(),
                        n as isize,
                        1,
                    );
                }
            });
        }
    };
}
product!(sgemm, f32, matrixmultiply::sgemm);
product!(dgemm, f64, matrixmultiply::dgemm);
