//! Checking the gradient of a function of your own: at a point, and as a property of many.

use autograd::testing::{gradcheck, gradgradcheck, strategies};
use autograd::{Tensor, Var};
use proptest::test_runner::{Config, TestRunner};

/// The energy of a chain of springs of rest length 1 between neighbouring points.
fn energy(points: &[Var<f64>]) -> Var<f64> {
    let x = &points[0];
    let n = x.shape()[0];
    let stretch = x.slice(1..n) - x.slice(0..n - 1) - 1.0;
    stretch.square().sum() * 0.5
}

fn main() {
    let x = Tensor::from([0.0, 1.5, 2.0, 4.0]);
    gradcheck(energy, std::slice::from_ref(&x)).expect("the gradient is right");
    gradgradcheck(energy, &[x]).expect("so is its gradient");

    // A path that detach hides is found, with the place and the size of the error.
    let broken = |x: &[Var<f64>]| &x[0] * x[0].detach();
    let failure = gradcheck(broken, &[Tensor::from([3.0])]).expect_err("half of the gradient is missing");
    println!("{failure}");
    assert_eq!(failure.law, "gradient");

    // As a property: any shape, any layout in memory.
    let mut runner = TestRunner::new(Config { cases: 32, failure_persistence: None, ..Config::default() });
    runner
        .run(&strategies::tensors(3, 4), |x| {
            gradcheck(|x| x[0].tanh() * x[0].sin(), &[x])
                .map_err(|failure| proptest::test_runner::TestCaseError::fail(failure.to_string()))
        })
        .expect("tanh x · sin x has the right gradient everywhere");
    println!("32 random tensors passed");
}
