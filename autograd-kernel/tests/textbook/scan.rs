//! Scans against the loop that each one is, at many rows and columns.

use autograd_kernel::element::Real;
use autograd_kernel::isa::Isa;
use autograd_kernel::reduce::Fold;
use autograd_kernel::scan;

const FOLDS: [[usize; 3]; 14] = [
    [1, 1, 1],
    [5, 1, 1],
    [3, 7, 1],
    [4, 7, 1],
    [9, 33, 1],
    [700, 13, 1],
    [2, 3, 2],
    [1, 1, 5],
    [3, 40, 17],
    [2, 5, 256],
    [2, 9, 300],
    [1, 90, 700],
    [1, 0, 4],
    [3, 4, 0],
];

/// The places of a row, in the order of the scan.
fn way(Fold { n, inner, .. }: Fold, row: usize, reverse: bool) -> Vec<usize> {
    let mut way: Vec<usize> = (0..n).map(|j| (row / inner * n + j) * inner + row % inner).collect();
    if reverse {
        way.reverse();
    }
    way
}

fn check<T: Real>() {
    for ([outer, n, inner], reverse) in FOLDS.into_iter().flat_map(|fold| [(fold, false), (fold, true)]) {
        let fold = Fold { outer, n, inner };
        let number = |i: usize| T::of((i * 7919 % 1009) as f64 / 1009.0 + 0.5);
        let mut x: Vec<T> = (0..outer * n * inner).map(number).collect();
        if let Some(last) = x.last_mut() {
            *last = T::nan();
        }
        let a: Vec<T> = (0..outer * n.saturating_sub(1) * inner).map(|i| number(i + 5)).collect();
        let [mut sums, mut products, mut linear] = [(); 3].map(|()| vec![T::zero(); x.len()]);
        for row in 0..outer * inner {
            let (mut sum, mut product) = (0.0, 1.0);
            let way = way(fold, row, reverse);
            for (step, &at) in way.iter().enumerate() {
                (sum, product) = (sum + x[at].as_f64(), product * x[at].as_f64());
                (sums[at], products[at]) = (T::of(sum), T::of(product));
                linear[at] = x[at];
                if step > 0 {
                    let before = if reverse { step.abs_diff(n - 1) } else { step - 1 };
                    let factor = a[(row / inner * (n - 1) + before) * inner + row % inner];
                    linear[at] = x[at] + factor * linear[way[step - 1]];
                }
            }
        }
        for isa in Isa::all() {
            let [mut found_sums, mut found_products, mut found_linear] = [(); 3].map(|()| vec![T::one(); x.len()]);
            isa.hold(|| {
                scan::sums(&x, fold, reverse, &mut found_sums);
                scan::products(&x, fold, reverse, &mut found_products);
                scan::recurrence(&x, &a, fold, reverse, &mut found_linear);
            });
            for (found, expected) in [(found_sums, &sums), (found_products, &products), (found_linear, &linear)] {
                let same = found.iter().zip(expected).all(|(a, b)| a == b || a.is_nan() && b.is_nan());
                assert!(same, "{} {fold:?} {reverse}", isa.name);
            }
        }
    }
}

#[test]
fn each_element_is_what_the_loop_comes_to() {
    check::<f32>();
    check::<f64>();
}

fn factors<T: Real>() {
    for [outer, n, inner] in FOLDS {
        let fold = Fold { outer, n, inner };
        let number = |i: usize| T::of((i * 7919 % 1009) as f64 / 1009.0 + 0.5);
        let mut x: Vec<T> = (0..outer * n * inner).map(number).collect();
        // Here and there a zero.
        x.iter_mut().skip(2).step_by(37).for_each(|x| *x = T::zero());
        let dy: Vec<T> = (0..outer * inner).map(|i| number(i + 3)).collect();
        let mut expected = vec![T::nan(); x.len()];
        for (row, &dy) in dy.iter().enumerate() {
            let way = way(fold, row, false);
            for (j, &at) in way.iter().enumerate() {
                let before = way[..j].iter().fold(1.0, |product, &at| product * x[at].as_f64());
                let behind = way[j + 1..].iter().rev().fold(1.0, |product, &at| product * x[at].as_f64());
                expected[at] = T::of(before) * T::of(behind) * dy;
            }
        }
        for isa in Isa::all() {
            let mut found = vec![T::one(); x.len()];
            isa.hold(|| scan::product_adjoint(&x, &dy, fold, &mut found));
            assert_eq!(found, expected, "{} {fold:?}", isa.name);
        }
    }
}

#[test]
fn each_factor_gets_the_product_of_the_others() {
    factors::<f32>();
    factors::<f64>();
}
