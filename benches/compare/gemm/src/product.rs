//! `Product`: one product of matrices, computed by each engine.

use autograd_kernel::element::Real;
use autograd_kernel::gemm::{Bias, Matrix, MatrixMut};

/// Computes a product on a number of threads, which are those of the global pool.
type Run = fn(&mut Product, usize);

/// Ours first.
pub const ENGINES: [(&str, Run); 4] = [
    ("autograd", Product::autograd),
    ("matrixmultiply", Product::matrixmultiply),
    ("gemm", Product::gemm),
    ("faer", Product::faer),
];

/// `c = a b`, `a` of `m x k` and `b` of `k x n`, each row-major or, transposed, column-major.
pub struct Product {
    shape: [usize; 3],
    a: Vec<f32>,
    b: Vec<f32>,
    c: Vec<f32>,
    a_strides: [isize; 2],
    b_strides: [isize; 2],
}

impl Product {
    pub fn new(shape: [usize; 3], [a_transposed, b_transposed]: [bool; 2]) -> Self {
        let [m, k, n] = shape;
        let numbers = |count: usize, period: usize| (0..count).map(|i| (i % period) as f32 * 0.1).collect();
        let strides = |rows: usize, columns: usize, transposed| match transposed {
            true => [1, rows as isize],
            false => [columns as isize, 1],
        };
        Product {
            shape,
            a: numbers(m * k, 7),
            b: numbers(k * n, 5),
            c: vec![0.0; m * n],
            a_strides: strides(m, k, a_transposed),
            b_strides: strides(k, n, b_transposed),
        }
    }

    pub fn multiplications(&self) -> usize {
        self.shape.iter().product()
    }

    /// All engines compute the same, but for the rounding of `k` additions.
    ///
    /// # Panics
    /// If they do not.
    pub fn check(&mut self, threads: usize) {
        let results = ENGINES.map(|(_, run)| {
            self.c.fill(f32::NAN);
            run(self, threads);
            self.c.clone()
        });
        let bound = self.shape[1] as f32 * f32::EPSILON;
        for (result, (name, _)) in results.iter().zip(ENGINES) {
            let agree = |(&y, &z): (&f32, &f32)| (y - z).abs() <= bound * z.abs();
            assert!(result.iter().zip(&results[0]).all(agree), "{name} computes another product");
        }
    }

    fn autograd(&mut self, _: usize) {
        let [m, k, n] = self.shape;
        let (a, b) = (Matrix::new(&self.a, 0, [m, k], self.a_strides), Matrix::new(&self.b, 0, [k, n], self.b_strides));
        f32::product(a, b.into(), 0.0, Bias::None, MatrixMut::new(&mut self.c, [m, n], n));
    }

    /// Its threads are as many as `MATMUL_NUM_THREADS` says.
    fn matrixmultiply(&mut self, _: usize) {
        let ([m, k, n], [ars, acs], [brs, bcs]) = (self.shape, self.a_strides, self.b_strides);
        let (a, b, c) = (self.a.as_ptr(), self.b.as_ptr(), self.c.as_mut_ptr());
        // SAFETY: `new` made room for the elements that sizes and strides name.
        unsafe { matrixmultiply::sgemm(m, k, n, 1.0, a, ars, acs, b, brs, bcs, 0.0, c, n as isize, 1) }
    }

    fn gemm(&mut self, threads: usize) {
        let ([m, k, n], [ars, acs], [brs, bcs]) = (self.shape, self.a_strides, self.b_strides);
        let (a, b, c) = (self.a.as_ptr(), self.b.as_ptr(), self.c.as_mut_ptr());
        let threads = if threads == 1 { gemm::Parallelism::None } else { gemm::Parallelism::Rayon(0) };
        let row = n as isize;
        // SAFETY: as above.
        unsafe {
            gemm::gemm(m, n, k, c, 1, row, false, a, acs, ars, b, bcs, brs, 0.0, 1.0, false, false, false, threads);
        }
    }

    fn faer(&mut self, threads: usize) {
        let ([m, k, n], [ars, acs], [brs, bcs]) = (self.shape, self.a_strides, self.b_strides);
        let threads = if threads == 1 { faer::Par::Seq } else { faer::Par::rayon(0) };
        // SAFETY: as above.
        let (a, b, c) = unsafe {
            (
                faer::MatRef::from_raw_parts(self.a.as_ptr(), m, k, ars, acs),
                faer::MatRef::from_raw_parts(self.b.as_ptr(), k, n, brs, bcs),
                faer::MatMut::from_raw_parts_mut(self.c.as_mut_ptr(), m, n, n as isize, 1),
            )
        };
        faer::linalg::matmul::matmul(c, faer::Accum::Replace, a, b, 1.0, threads);
    }
}
