//! Products against three loops in double precision, on each set of instructions.

use autograd_kernel::element::Real;
use autograd_kernel::gemm::{Bias, Matrix, MatrixMut, Packed};
use autograd_kernel::isa::Isa;

/// Small numbers without a pattern, the same for the same seed.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        self.0 >> 33
    }
    fn below(&mut self, n: usize) -> usize {
        self.next() as usize % n
    }
    fn real<T: Real>(&mut self) -> T {
        T::of(self.next() as f64 / (1u64 << 31) as f64 - 0.5)
    }
    fn list<T: Real>(&mut self, n: usize) -> Vec<T> {
        (0..n).map(|_| self.real()).collect()
    }
}

/// How a matrix lies in its slice.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Layout {
    Rows,
    Columns,
    /// Rows farther apart than they are long.
    WideRows,
    WideColumns,
    /// Neither rows nor columns are runs.
    Scattered,
    /// Backwards.
    Reversed,
}
use Layout::*;
const LAYOUTS: [Layout; 6] = [Rows, Columns, WideRows, WideColumns, Scattered, Reversed];

fn lie<T>(data: &[T], layout: Layout, [rows, columns]: [usize; 2]) -> Matrix<'_, T> {
    let (m, n) = (rows as isize, columns as isize);
    // From 1 on, so that nothing is aligned.
    let (offset, strides) = match layout {
        Rows => (1, [n, 1]),
        Columns => (1, [1, m]),
        WideRows => (1, [n + 3, 1]),
        WideColumns => (1, [1, m + 5]),
        Scattered => (1, [2, 2 * m + 1]),
        Reversed => ((rows * columns).max(1) - 1, [-n, -1]),
    };
    Matrix::new(data, offset, [rows, columns], strides)
}

fn room([rows, columns]: [usize; 2]) -> usize {
    (rows + 5) * (2 * columns + 5) + 5 + 2 * rows * columns
}

struct Case<T> {
    size: [usize; 3],
    layouts: [Layout; 2],
    beta: T,
    /// 0: none, 1: by row, 2: by column.
    bias: usize,
    packed: bool,
}

/// Runs the case and holds each element against its sum in double precision; gives the result.
fn check<T: Real>(case: &Case<T>) -> Vec<T> {
    let Case { size: [m, k, n], layouts, beta, .. } = *case;
    let mut numbers = Numbers((m * 1000 + k * 100 + n) as u64);
    let (x, y) = (numbers.list::<T>(room([m, k])), numbers.list::<T>(room([k, n])));
    let (a, b) = (lie(&x, layouts[0], [m, k]), lie(&y, layouts[1], [k, n]));
    let stride = n + numbers.below(3);
    let before = match beta == T::zero() {
        true => vec![T::nan(); m * stride + 1],
        false => numbers.list(m * stride + 1),
    };
    let (rows, columns) = (numbers.list::<T>(m), numbers.list::<T>(n));
    let bias = [Bias::None, Bias::Rows(&rows), Bias::Columns(&columns)][case.bias];
    let mut c = before.clone();
    let to = MatrixMut::new(&mut c[1..], [m, n], stride);
    match case.packed {
        true => Packed::with(b, |b| T::product(a, b.into(), beta, bias, to)),
        false => T::product(a, b.into(), beta, bias, to),
    }
    for (at, (&found, &old)) in c.iter().zip(&before).enumerate() {
        let (i, j) = match at.checked_sub(1) {
            Some(at) if at % stride < n && at / stride < m => (at / stride, at % stride),
            _ => {
                assert!(found == old || old.is_nan() && found.is_nan(), "written beyond the result");
                continue;
            }
        };
        let mut terms: Vec<f64> = (0..k).map(|p| a.at(i, p).as_f64() * b.at(p, j).as_f64()).collect();
        if beta != T::zero() {
            terms.push(beta.as_f64() * old.as_f64());
        }
        match bias {
            Bias::None => {}
            Bias::Rows(rows) => terms.push(rows[i].as_f64()),
            Bias::Columns(columns) => terms.push(columns[j].as_f64()),
        }
        let (sum, magnitude) = terms.iter().fold((0.0, 0.0), |(sum, all), term| (sum + term, all + term.abs()));
        // Each of the roundings is at most half a unit of the sum of magnitudes.
        let bound = (k + 3) as f64 * T::epsilon().as_f64() * magnitude;
        let error = (found.as_f64() - sum).abs();
        assert!(error <= bound, "[{i}, {j}]: {found}, not {sum}; {:?} {layouts:?} β {beta}", case.size);
    }
    c
}

fn on_each_isa(f: impl Fn()) {
    Isa::all().into_iter().for_each(|isa| isa.hold(&f));
}

#[test]
fn sizes_around_all_edges_of_tiles() {
    fn sweep<T: Real>() {
        let mut numbers = Numbers(1);
        let betas = [0.0, 1.0, 0.5].map(T::of);
        for edge in 1..=70 {
            for turn in 0..9 {
                let mut size = [(); 3].map(|()| 1 + numbers.below(70));
                size[turn % 3] = edge;
                let layouts = [(); 2].map(|()| LAYOUTS[numbers.below(LAYOUTS.len())]);
                let [beta, bias, packed] = [(); 3].map(|()| numbers.below(6));
                check(&Case { size, layouts, beta: betas[beta % 3], bias: bias % 3, packed: packed % 3 == 0 });
            }
        }
    }
    on_each_isa(|| {
        sweep::<f32>();
        sweep::<f64>();
    });
}

#[test]
fn each_layout_with_each_on_few_and_many_rows() {
    fn sweep<T: Real>() {
        for a in LAYOUTS {
            for b in LAYOUTS {
                for size in [[1, 65, 33], [2, 40, 70], [33, 20, 1], [19, 130, 3], [70, 9, 50], [130, 70, 70]] {
                    for packed in [false, true] {
                        check(&Case { size, layouts: [a, b], beta: T::zero(), bias: 0, packed });
                    }
                }
            }
        }
    }
    on_each_isa(|| {
        sweep::<f32>();
        sweep::<f64>();
    });
}

#[test]
fn sums_longer_than_one_pass() {
    on_each_isa(|| {
        for layouts in [[Rows, Rows], [Columns, Rows], [Rows, Columns]] {
            for (m, n) in [(1, 30), (3, 3), (9, 1), (9, 50), (70, 50)] {
                for k in [256, 257, 511, 512, 513, 1025, 2100] {
                    let (size, beta, bias) = ([m, k, n], 0.5, 2);
                    check::<f32>(&Case { size, layouts, beta, bias, packed: false });
                    check::<f64>(&Case { size, layouts, beta: 0.5, bias, packed: k % 2 == 0 });
                }
            }
        }
    });
}

#[test]
fn empty_sums_leave_what_beta_and_bias_make() {
    on_each_isa(|| {
        for bias in 0..3 {
            for beta in [0.0, 1.0, 0.5] {
                for packed in [false, true] {
                    check::<f32>(&Case { size: [3, 0, 4], layouts: [Rows; 2], beta, bias, packed });
                    check::<f64>(&Case { size: [0, 2, 4], layouts: [Rows; 2], beta: 1.0, bias, packed });
                    check::<f64>(&Case { size: [3, 2, 0], layouts: [Rows; 2], beta: 1.0, bias, packed });
                }
            }
        }
    });
}

#[test]
fn bits_do_not_depend_on_threads() {
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
    let pools = [1, 2, 5].map(pool);
    on_each_isa(|| {
        let isa = Isa::current();
        for size in [
            [130, 300, 200],
            // Five groups of rows meet the same panels.
            [600, 300, 200],
            [100, 700, 600],
            [1, 600, 700],
            [700, 600, 1],
            [300, 2, 300],
            [33, 1100, 130],
            [1000, 40, 10],
        ] {
            for layouts in [[Rows, Rows], [Columns, Rows], [Rows, Columns], [Columns, Columns]] {
                let case = Case { size, layouts, beta: 0.5f32, bias: 1, packed: false };
                let [one, two, five] = pools.each_ref().map(|pool| {
                    pool.install(|| isa.hold(|| check(&case))).into_iter().map(f32::to_bits).collect::<Vec<_>>()
                });
                assert!(one == two && one == five, "{size:?} {layouts:?}");
            }
        }
    });
}

#[test]
fn a_row_does_not_depend_on_the_rows_around_it() {
    let mut numbers = Numbers(3);
    let (k, n) = (700, 90);
    let (a, b) = (numbers.list::<f32>(100 * k), numbers.list::<f32>(k * n));
    on_each_isa(|| {
        if Isa::current().name == "portable" {
            return;
        }
        Packed::with(Matrix::row_major(&b, 0, [k, n]), |packed| {
            let rows = |m: usize| {
                let mut c = vec![0.0f32; m * n];
                let a = Matrix::row_major(&a, 0, [m, k]);
                f32::product(a, packed.into(), 0.0, Bias::None, MatrixMut::new(&mut c, [m, n], n));
                c
            };
            let all = rows(100);
            (1..100).for_each(|m| assert!(rows(m) == all[..m * n], "{m} rows"));
        });
    });
}

#[test]
fn a_matrix_beyond_its_slice_is_refused() {
    let data = [0f32; 12];
    let fits = |offset: usize, size: [usize; 2], strides: [isize; 2]| {
        std::panic::catch_unwind(|| Matrix::new(&data, offset, size, strides).size()).is_ok()
    };
    assert!(fits(0, [3, 4], [4, 1]) && fits(11, [3, 4], [-4, -1]) && fits(8, [3, 4], [-4, 1]));
    assert!(fits(5, [1, 1], [isize::MAX, isize::MIN]) && fits(99, [0, 4], [4, 1]));
    assert!(!fits(1, [3, 4], [4, 1]) && !fits(10, [3, 4], [-4, -1]) && !fits(0, [3, 4], [-4, 1]));
    assert!(!fits(12, [1, 1], [0, 0]) && !fits(usize::MAX, [2, 1], [1, 1]));
    assert!(!fits(0, [3, 3], [isize::MAX, isize::MAX]) && !fits(0, [3, 1], [isize::MIN, 1]));
}
