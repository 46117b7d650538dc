//! Distributions against sums in double precision.

use autograd_kernel::isa::Isa;
use autograd_kernel::softmax::*;

#[test]
fn each_set_gives_the_same_distribution() {
    for n in [1, 7, 16, 100, 5000] {
        let x: Vec<f64> = (0..n).map(|i| (i * 7919 % 1009) as f64 / 100.0 + 700.0).collect();
        let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = x.iter().map(|x| (x - largest).exp()).sum();
        for isa in Isa::all() {
            let (mut plain, mut logs) = (x.clone(), x.clone());
            isa.hold(|| {
                softmax(&mut plain);
                log_softmax(&mut logs);
            });
            for ((x, plain), log) in x.iter().zip(plain).zip(logs) {
                assert!((plain / ((x - largest).exp() / sum) - 1.0).abs() < 1e-14, "{} {n}", isa.name);
                assert!((log - (x - largest - sum.ln())).abs() < 1e-14 * (1.0 + log.abs()), "{} {n}", isa.name);
            }
        }
    }
}
