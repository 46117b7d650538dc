//! Steps of optimisers: one parameter of ten million numbers, and a hundred small ones.

use autograd::nn::Parameter;
use autograd::optim::{Adam, Optimizer};
use autograd::{Gradients, Tensor};
use criterion::{Criterion, criterion_group, criterion_main};

/// Parameters of ones, and gradients of a tenth for each.
fn ready(count: usize, size: usize) -> (Vec<Parameter>, Gradients) {
    let parameters: Vec<Parameter> = (0..count).map(|_| Parameter::new(Tensor::ones([size]))).collect();
    let sum = parameters.iter().map(|w| (w.var() * 0.1).sum()).reduce(|a, b| a + b).expect("a parameter");
    (parameters, sum.backward())
}

fn steps(c: &mut Criterion) {
    for (name, count, size) in [("adam/1x10000000", 1, 10_000_000), ("adam/100x1000", 100, 1000)] {
        let (parameters, gradients) = ready(count, size);
        let mut adam = Adam::new(parameters, 1e-3).expect("good settings");
        c.bench_function(name, |b| b.iter(|| adam.step(&gradients).expect("finite gradients")));
    }
}

criterion_group!(benches, steps);
criterion_main!(benches);
