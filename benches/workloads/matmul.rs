//! Products of matrices.

use crate::workload::{Step, Workload, go_back};
use autograd::prelude::*;

pub const WORKLOADS: &[Workload] = &[
    Workload::new("matmul_64", |generator| product(&[64, 64], generator)),
    Workload::new("matmul_512", |generator| product(&[512, 512], generator)),
    Workload::new("matmul_1024", |generator| product(&[1024, 1024], generator)),
    Workload::new("bmm_64x64x64x64", |generator| product(&[64, 64, 64], generator)),
];

fn product(shape: &[usize], generator: &mut Generator) -> Step {
    let mut uniform = || Var::leaf(Tensor::uniform(shape, 0.0, 1.0, generator));
    let (a, b) = (uniform(), uniform());
    Box::new(move || go_back(a.matmul(&b).sum()))
}
