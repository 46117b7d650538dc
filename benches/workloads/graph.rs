//! Where the graph itself is the work: numbers one by one, a long chain, a cell written by hand, a second derivative.

use crate::workload::{Step, Workload, go_back};
use autograd::nn::Parameter;
use autograd::prelude::*;
use std::hint::black_box;

pub const WORKLOADS: &[Workload] = &[
    Workload::new("scalar_mlp_2_16_16_1", scalar_mlp),
    Workload::new("small_chain_1000ops_16", small_chain),
    Workload::new("handwritten_lstm_H128_B16_T50", handwritten_lstm),
    Workload::new("hvp_mlp_64x3", hvp),
];

/// A neuron whose weights are numbers of their own.
struct Neuron {
    weights: Vec<Var>,
    bias: Var,
}

fn scalar_mlp(generator: &mut Generator) -> Step {
    let mut layer = |inputs: usize, outputs: usize| -> Vec<Neuron> {
        let mut weight = || Var::leaf(generator.unit() as f32 * 2.0 - 1.0);
        (0..outputs)
            .map(|_| Neuron { weights: (0..inputs).map(|_| weight()).collect(), bias: Var::leaf(0f32) })
            .collect()
    };
    let layers = [layer(2, 16), layer(16, 16), layer(16, 1)];
    Box::new(move || {
        let mut x = vec![Var::constant(0.5f32), Var::constant(-0.3f32)];
        for (i, layer) in layers.iter().enumerate() {
            x = layer
                .iter()
                .map(|neuron| {
                    let sum = neuron.weights.iter().zip(&x).fold(neuron.bias.clone(), |sum, (w, x)| sum + w * x);
                    if i < 2 { sum.relu() } else { sum }
                })
                .collect();
        }
        go_back(x.swap_remove(0));
    })
}

fn small_chain(generator: &mut Generator) -> Step {
    let mut uniform = || Tensor::uniform([16], 0.0, 1.0, generator);
    let (x, a) = (Var::leaf(uniform()), Var::constant(uniform()));
    Box::new(move || {
        let y = (0..500).fold(x.clone(), |y, _| y * &a + &a);
        go_back(y.sum());
    })
}

fn handwritten_lstm(generator: &mut Generator) -> Step {
    const HIDDEN: usize = 128;
    const BATCH: usize = 16;
    const STEPS: usize = 50;
    let mut normal = |shape: &[usize], std| Tensor::normal(shape, 0.0, std, generator);
    let w = Var::leaf(normal(&[HIDDEN, 4 * HIDDEN], 0.05));
    let u = Var::leaf(normal(&[HIDDEN, 4 * HIDDEN], 0.05));
    let b = Var::leaf(Tensor::zeros([4 * HIDDEN]));
    let x = Var::constant(normal(&[STEPS, BATCH, HIDDEN], 1.0));
    Box::new(move || {
        let zeros = || Var::constant(Tensor::zeros([BATCH, HIDDEN]));
        let (mut h, mut c) = (zeros(), zeros());
        for t in 0..STEPS as isize {
            let gates = x.select(0, t).matmul(&w) + h.matmul(&u) + &b;
            let [i, f, o, g]: [Var; 4] = gates.chunk(4, 1).try_into().expect("four gates");
            c = f.sigmoid() * c + i.sigmoid() * g.tanh();
            h = o.sigmoid() * c.tanh();
        }
        go_back(h.sum());
    })
}

/// The product of the Hessian of a loss with a vector: the gradient of the gradient's product with it.
fn hvp(generator: &mut Generator) -> Step {
    let mlp: Sequential = Sequential::new()
        .then(Linear::new(64, 64, generator))
        .then(Tanh)
        .then(Linear::new(64, 64, generator))
        .then(Tanh)
        .then(Linear::new(64, 1, generator));
    let x = Var::constant(Tensor::normal([32, 64], 0.0, 1.0, generator));
    let parameters = mlp.parameters();
    let direction: Vec<Var> =
        parameters.iter().map(|w| Var::constant(Tensor::normal(w.shape(), 0.0, 1.0, generator))).collect();
    Box::new(move || {
        let weights: Vec<Var> = parameters.iter().map(Parameter::var).collect();
        let loss = mlp.forward(&x).square().mean();
        let gradient = grad(&loss, &weights, true);
        let along = gradient.iter().zip(&direction).map(|(dw, v)| (dw.as_ref().expect("a gradient") * v).sum());
        let along = along.reduce(|a, b| a + b).expect("a parameter");
        for product in grad(&along, &weights, false) {
            black_box(product.expect("a gradient").value().as_slice());
        }
    })
}
