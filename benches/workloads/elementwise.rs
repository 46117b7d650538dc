//! Chains of elementwise operations over a million numbers.

use crate::workload::{Step, Workload, go_back};
use autograd::prelude::*;

pub const WORKLOADS: &[Workload] =
    &[Workload::new("elementwise_1M_tanh", tanh), Workload::new("activations_1M", activations)];

const SIZE: usize = 1 << 20;

fn tanh(generator: &mut Generator) -> Step {
    let mut uniform = || Var::leaf(Tensor::uniform([SIZE], 0.0, 1.0, generator));
    let (x, a) = (uniform(), uniform());
    Box::new(move || go_back(((&x * &a + 0.5).tanh() * &a).sum()))
}

fn activations(generator: &mut Generator) -> Step {
    let x = Var::leaf(Tensor::normal([SIZE], 0.0, 1.0, generator));
    Box::new(move || {
        let y = x.sigmoid() + x.elu(1.0) + x.leaky_relu(0.01) + (-&x * &x).exp() + (&x * &x).log1p();
        go_back(y.mean());
    })
}
