//! Dense linear algebra, by what it must fulfil: equations, known factors, and systems at the edge of what can be solved.

use autograd_kernel::element::Real;
use autograd_kernel::gemm::Matrix;
use autograd_kernel::isa::Isa;
use autograd_kernel::linalg::*;

fn solved(a: &[f64], b: &[f64]) -> Vec<f64> {
    let n = b.len();
    let mut x = vec![0.0; n];
    f64::solve(Matrix::row_major(a, 0, [n, n]), Matrix::row_major(b, 0, [n, 1]), &mut x);
    x
}

#[test]
fn a_matrix_that_rounding_alone_keeps_from_being_singular_is_refused() {
    // The pivots are 7, 6/7 and a rounding error.
    assert!(solved(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], &[1.0, 0.0, 0.0]).iter().all(|x| x.is_nan()));
    assert!(solved(&[0.1, 0.3, 0.3, 0.9], &[1.0, 0.0]).iter().all(|x| x.is_nan()));
}

#[test]
fn units_of_rows_and_columns_do_not_make_a_matrix_singular() {
    assert_eq!(solved(&[1.0, 0.0, 0.0, 1e-300], &[2.0, 3e-300]), [2.0, 3.0]);
    assert_eq!(solved(&[2.0, 1.0, 2f64.powi(-90), 2f64.powi(-89)], &[3.0, 3.0 * 2f64.powi(-90)]), [1.0, 1.0]);
    assert_eq!(solved(&[2.0, 2f64.powi(90), 1.0, 2f64.powi(91)], &[3.0, 3.0]), [1.0, 2f64.powi(-90)]);
}

#[test]
fn a_matrix_with_few_digits_left_is_still_solved() {
    // Hilbert's matrix of order 8, of condition 3e10: some five digits remain.
    let a: Vec<f64> = (0..64).map(|i| 1.0 / (i / 8 + i % 8 + 1) as f64).collect();
    let b: Vec<f64> = a.chunks(8).map(|row| row.iter().sum()).collect();
    assert!(solved(&a, &b).iter().all(|x| (x - 1.0).abs() < 1e-4));
}

#[test]
fn what_is_not_finite_gives_nan() {
    assert!(solved(&[f64::NAN, 0.0, 0.0, 1.0], &[1.0, 1.0]).iter().all(|x| x.is_nan()));
    assert!(solved(&[f64::INFINITY, 0.0, 0.0, 1.0], &[1.0, 1.0]).iter().all(|x| x.is_nan()));
}

/// Sizes of one panel and less, of several, and with something left over.
const SIDES: [usize; 15] = [0, 1, 2, 3, 4, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100];

/// A number between -1 and 1 for each place.
fn number(i: usize) -> f64 {
    let mixed = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed >> 32) as f64 / 2f64.powi(31) - 1.0
}

/// A square matrix, and places for it with neighbours `step` apart.
fn matrix<T: Real>(n: usize, at: impl Fn(usize, usize) -> f64, step: usize) -> (Vec<T>, Vec<T>) {
    let rows: Vec<T> = (0..n * n).map(|i| T::of(at(i / n, i % n))).collect();
    let mut spread = vec![T::nan(); n * n * step];
    for (i, &x) in rows.iter().enumerate() {
        spread[(i % n * n + i / n) * step] = x;
    }
    (rows, spread)
}

/// Column by column, its elements `step` apart.
fn by_columns<T>(spread: &[T], n: usize, step: usize) -> Matrix<'_, T> {
    Matrix::new(spread, 0, [n, n], [step as isize, (n * step) as isize])
}

/// How far `a x` is off `b`, against the sizes of what was added up.
fn residual<T: Real>(a: &[T], x: &[T], b: &[T], n: usize) -> f64 {
    let columns = b.len() / n.max(1);
    let mut worst = 0f64;
    for (i, j) in (0..n).flat_map(|i| (0..columns).map(move |j| (i, j))) {
        let terms = (0..n).map(|k| a[i * n + k].as_f64() * x[k * columns + j].as_f64());
        let (sum, size) = terms.fold((0.0, 1.0), |(sum, size), term| (sum + term, size + term.abs()));
        let off = (sum - b[i * columns + j].as_f64()).abs() / size;
        worst = if off.is_nan() { off } else { worst.max(off) };
    }
    worst
}

fn equations<T: Real>(tolerance: f64) {
    for n in SIDES {
        let (a, spread) = matrix::<T>(n, |i, j| number(i * n + j), 2);
        for columns in [0, 1, 3, 40] {
            let b: Vec<T> = (0..n * columns).map(|i| T::of(number(i + 99))).collect();
            let right = Matrix::row_major(&b, 0, [n, columns]);
            for left in [Matrix::row_major(&a, 0, [n, n]), by_columns(&spread, n, 2)] {
                if n > 0 && columns > 0 {
                    let mut x = vec![T::nan(); n * columns];
                    T::solve(left, right, &mut x);
                    assert!(residual(&a, &x, &b, n) < tolerance, "{n} {columns}");
                }
                for (lower, unit) in [(false, false), (false, true), (true, false), (true, true)] {
                    // The part that is not read gives NaN to whoever does, and a diagonal in charge keeps the digits.
                    let at = |i: usize, j: usize, other: f64| match () {
                        () if i == j && unit => {
                            if other == 0.0 {
                                1.0
                            } else {
                                other
                            }
                        }
                        () if i == j => 2.0 + number(i),
                        () if (j < i) == lower => number(i * n + j) / n as f64,
                        () => other,
                    };
                    let (read, _) = matrix::<T>(n, |i, j| at(i, j, 0.0), 1);
                    let (rows, spread) = matrix::<T>(n, |i, j| at(i, j, f64::NAN), 3);
                    for left in [Matrix::row_major(&rows, 0, [n, n]), by_columns(&spread, n, 3)] {
                        let mut x = vec![T::nan(); n * columns];
                        T::solve_triangular(left, right, lower, unit, &mut x);
                        assert!(residual(&read, &x, &b, n) < tolerance, "{n} {columns} {lower} {unit}");
                    }
                }
            }
        }
    }
}

#[test]
fn solutions_solve_their_equations() {
    for isa in Isa::all() {
        isa.hold(|| {
            equations::<f32>(1e-4);
            equations::<f64>(1e-12);
        });
    }
}

fn factors<T: Real>(tolerance: f64) {
    for n in SIDES.into_iter().filter(|&n| n > 0) {
        let (a, _) = matrix::<T>(n, |i, j| number(i * n + j), 1);
        let identity: Vec<T> = (0..n * n).map(|i| if i / n == i % n { T::one() } else { T::zero() }).collect();
        let mut y = vec![T::nan(); n * n];
        T::inverse(Matrix::row_major(&a, 0, [n, n]), &mut y);
        assert!(residual(&a, &y, &identity, n) < tolerance, "{n}");

        // A matrix of known factors, of which only the lower triangle is there.
        let factor = |i: usize, j: usize| match i.cmp(&j) {
            std::cmp::Ordering::Less => 0.0,
            std::cmp::Ordering::Equal => 1.5 + number(i) / 2.0,
            std::cmp::Ordering::Greater => number(i * n + j) / n as f64,
        };
        let product = |i, j| (0..n).map(|k| factor(i, k) * factor(j, k)).sum::<f64>();
        let (x, _) = matrix::<T>(n, |i, j| if i < j { f64::NAN } else { product(i, j) }, 1);
        T::cholesky(Matrix::row_major(&x, 0, [n, n]), &mut y);
        let off = |i: usize| (y[i].as_f64() - factor(i / n, i % n)).abs();
        assert!((0..n * n).all(|i| off(i) < tolerance), "{n}");

        // The same, its rows in another order: the determinant is that of the order times the squares of the diagonal.
        let (whole, _) = matrix::<T>(n, |i, j| product((i + 1) % n, j), 1);
        let sign = if n.is_multiple_of(2) { -1.0 } else { 1.0 };
        let log: f64 = (0..n).map(|i| 2.0 * factor(i, i).ln()).sum();
        let (found_sign, found_log) = T::slogdet(Matrix::row_major(&whole, 0, [n, n]));
        assert_eq!(found_sign.as_f64(), sign, "{n}");
        assert!((found_log.as_f64() - log).abs() < tolerance * n as f64, "{n}");
        let det = T::det(Matrix::row_major(&whole, 0, [n, n])).as_f64();
        assert!((det / (sign * log.exp()) - 1.0).abs() < tolerance * n as f64, "{n}");
    }
}

#[test]
fn factors_are_those_that_a_matrix_was_made_of() {
    for isa in Isa::all() {
        isa.hold(|| {
            factors::<f32>(1e-4);
            factors::<f64>(1e-12);
        });
    }
}

#[test]
fn what_is_singular_or_indefinite_only_in_a_later_panel_is_noticed() {
    let n = 70;
    let (mut x, mut y) = (vec![0.0f64; n * n], vec![0.0; n * n]);
    x.iter_mut().step_by(n + 1).for_each(|x| *x = 1.0);
    for pivot in [0.0, -1.0, f64::NAN] {
        x[65 * n + 65] = pivot;
        f64::cholesky(Matrix::row_major(&x, 0, [n, n]), &mut y);
        assert!(y.iter().all(|y| y.is_nan()), "{pivot}");
    }
    x[65 * n + 65] = 0.0;
    f64::inverse(Matrix::row_major(&x, 0, [n, n]), &mut y);
    assert!(y.iter().all(|y| y.is_nan()));
    assert_eq!(f64::det(Matrix::row_major(&x, 0, [n, n])), 0.0);
    assert_eq!(f64::slogdet(Matrix::row_major(&x, 0, [n, n])), (0.0, f64::NEG_INFINITY));
    f64::solve_triangular(Matrix::row_major(&x, 0, [n, n]), Matrix::row_major(&x, 0, [n, n]), true, false, &mut y);
    assert!(y.iter().all(|y| y.is_nan()));
}

#[test]
fn a_subnormal_pivot_divides() {
    // Its reciprocal is infinite.
    let least = f64::MIN_POSITIVE / 100.0;
    let a = [least, 0.0, 0.0, 2.0];
    assert_eq!(f64::det(Matrix::row_major(&a, 0, [2, 2])), 2.0 * least);
}
