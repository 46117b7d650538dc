//! Systems of equations at the edge of what can be solved.

use autograd_kernel::gemm::Matrix;
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
