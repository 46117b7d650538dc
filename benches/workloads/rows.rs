//! Work along the rows of a matrix.

use crate::workload::{Step, Workload, go_back};
use autograd::prelude::*;

pub const WORKLOADS: &[Workload] =
    &[Workload::new("layernorm_2048x512", layer_norm), Workload::new("softmax_xent_1024x1000", cross_entropy)];

fn layer_norm(generator: &mut Generator) -> Step {
    let (x, norm) = (Var::leaf(Tensor::normal([2048, 512], 0.0, 1.0, generator)), LayerNorm::new(512));
    Box::new(move || go_back(norm.forward(&x).sum()))
}

fn cross_entropy(generator: &mut Generator) -> Step {
    let x = Var::leaf(Tensor::normal([1024, 1000], 0.0, 1.0, generator));
    let truth = Tensor::from_fn([1024], |_| generator.below(1000) as i64);
    Box::new(move || go_back(x.cross_entropy(&truth)))
}
