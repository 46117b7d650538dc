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
