//! Distributions against sums in double precision.

use autograd_kernel::isa::Isa;
use autograd_kernel::reduce::Fold;
use autograd_kernel::softmax::*;

#[test]
fn each_set_gives_the_same_distribution() {
    // One row, and so many that they are taken side by side.
    for (outer, n) in [1, 7, 16, 100, 5000].into_iter().flat_map(|n| [(1, n), (70, n)]) {
        let x: Vec<f64> = (0..outer * n).map(|i| (i * 7919 % 1009) as f64 / 100.0 + 700.0).collect();
        for isa in Isa::all() {
            let (mut plain, mut logs) = (vec![f64::NAN; x.len()], vec![f64::NAN; x.len()]);
            let fold = Fold { outer, n, inner: 1 };
            isa.hold(|| {
                softmax_rows(&x, fold, &mut plain);
                log_softmax_rows(&x, fold, &mut logs);
            });
            for ((x, plain), logs) in x.chunks(n).zip(plain.chunks(n)).zip(logs.chunks(n)) {
                let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = x.iter().map(|x| (x - largest).exp()).sum();
                for ((x, plain), log) in x.iter().zip(plain).zip(logs) {
                    assert!((plain / ((x - largest).exp() / sum) - 1.0).abs() < 1e-14, "{} {n}", isa.name);
                    assert!((log - (x - largest - sum.ln())).abs() < 1e-14 * (1.0 + log.abs()), "{} {n}", isa.name);
                }
            }
        }
    }
}

#[test]
fn gradients_are_those_of_the_formulas_wherever_rows_lie() {
    let few = [(1, 7, 1), (70, 7, 1), (70, 16, 1), (3, 100, 1), (2, 9000, 1), (0, 3, 1), (3, 0, 1)];
    let aside = [(3, 9, 70), (2, 40, 5), (1, 5000, 3), (2, 5000, 70), (2, 3, 0), (2, 0, 3)];
    for (outer, n, inner) in few.into_iter().chain(aside) {
        let (fold, count) = (Fold { outer, n, inner }, outer * n * inner);
        let y: Vec<f64> = (0..count).map(|i| (i * 7919 % 1009) as f64 / 1009.0 - 0.5).collect();
        let dy: Vec<f64> = (0..count).map(|i| (i * 104_729 % 2003) as f64 / 1000.0 - 1.0).collect();
        let mut found = Isa::all().into_iter().map(|isa| {
            let (mut of_shares, mut of_logs) = (vec![f64::NAN; count], vec![f64::NAN; count]);
            isa.hold(|| {
                softmax_adjoint(&y, &dy, fold, &mut of_shares);
                log_softmax_adjoint(&y, &dy, fold, &mut of_logs);
            });
            [of_shares, of_logs]
        });
        let first = found.next().expect("the portable set");
        assert!(found.all(|other| other == first), "{fold:?}");
        for i in 0..count {
            let row = (0..n).map(|j| (i / (n * inner) * n + j) * inner + i % inner);
            let (shares, logs) = row.fold((0.0, 0.0), |(shares, logs), at| (shares + dy[at] * y[at], logs + dy[at]));
            let expected = [y[i] * (dy[i] - shares), dy[i] - y[i].exp() * logs];
            for (found, expected) in [first[0][i], first[1][i]].into_iter().zip(expected) {
                assert!((found - expected).abs() < 1e-15 * n as f64 + 1e-14 * expected.abs(), "{fold:?}");
            }
        }
    }
}
