//! Whole networks with the step of an optimiser, and such a step alone.

use crate::workload::{Step, Workload, gradients};
use autograd::nn::Parameter;
use autograd::prelude::*;

pub const WORKLOADS: &[Workload] = &[
    Workload::new("mlp_784_512_512_10_b128_adam", mlp),
    Workload::new("lenet5_b64_sgd", lenet5),
    Workload::long("resnet20_cifar_b32_sgd", resnet20),
    Workload::new("transformer_layer_B8_T128_D256", transformer_layer),
    Workload::new("adam_fused_10M", adam),
];

/// A step of training with the classes of a batch of examples.
fn classifier(
    model: impl Forward + 'static,
    mut optimizer: impl Optimizer + 'static,
    examples: &[usize],
    generator: &mut Generator,
) -> Step {
    let x = Var::constant(Tensor::uniform(examples, 0.0, 1.0, generator));
    let truth = Tensor::from_fn([examples[0]], |_| generator.below(10) as i64);
    Box::new(move || {
        let loss = model.forward(&x).cross_entropy(&truth);
        optimizer.step(&gradients(loss)).expect("finite gradients");
    })
}

fn mlp(generator: &mut Generator) -> Step {
    let model = Sequential::new()
        .then(Linear::new(784, 512, generator))
        .then(Relu)
        .then(Linear::new(512, 512, generator))
        .then(Relu)
        .then(Linear::new(512, 10, generator));
    let adam = Adam::new(&model, 1e-3).expect("good settings");
    classifier(model, adam, &[128, 784], generator)
}

fn lenet5(generator: &mut Generator) -> Step {
    let model = Sequential::new()
        .then(Conv2d::new(1, 6, 5, generator).padding(2))
        .then(Relu)
        .then(MaxPool2d::new(2))
        .then(Conv2d::new(6, 16, 5, generator))
        .then(Relu)
        .then(MaxPool2d::new(2))
        .then(Flatten::default())
        .then(Linear::new(400, 120, generator))
        .then(Relu)
        .then(Linear::new(120, 84, generator))
        .then(Relu)
        .then(Linear::new(84, 10, generator));
    let sgd = momentum(&model, 0.01);
    classifier(model, sgd, &[64, 1, 28, 28], generator)
}

fn momentum(model: &impl Module, lr: f64) -> Sgd {
    Sgd::new(model, SgdOptions { lr, momentum: 0.9, ..SgdOptions::default() }).expect("good settings")
}

fn resnet20(generator: &mut Generator) -> Step {
    let mut model = Sequential::new().then(normed(3, 16, 3, 1, generator)).then(Relu);
    for (inputs, outputs, stride) in [(16, 16, 1), (16, 32, 2), (32, 64, 2)] {
        for block in 0..3 {
            let (inputs, stride) = if block == 0 { (inputs, stride) } else { (outputs, 1) };
            model = model.then(residual(inputs, outputs, stride, generator)).then(Relu);
        }
    }
    let model = model.then(AdaptiveAvgPool2d::new(1)).then(Flatten::default()).then(Linear::new(64, 10, generator));
    let sgd = momentum(&model, 0.1);
    classifier(model, sgd, &[32, 3, 32, 32], generator)
}

/// A convolution that keeps the size, but for the stride, and a normalisation in place of its bias.
fn normed(inputs: usize, outputs: usize, kernel: usize, stride: usize, generator: &mut Generator) -> Sequential {
    let conv = Conv2d::new(inputs, outputs, kernel, generator).stride(stride).padding(kernel / 2).without_bias();
    Sequential::new().then(conv).then(BatchNorm2d::new(outputs))
}

/// Two convolutions, to whose result the operand is added, by way of a convolution of one pixel where the size changes.
fn residual(inputs: usize, outputs: usize, stride: usize, generator: &mut Generator) -> Residual {
    let first = normed(inputs, outputs, 3, stride, generator).then(Relu);
    let block = Residual::new(first.then(normed(outputs, outputs, 3, 1, generator)));
    if inputs == outputs && stride == 1 {
        return block;
    }
    block.shortcut(normed(inputs, outputs, 1, stride, generator))
}

fn transformer_layer(generator: &mut Generator) -> Step {
    let options = TransformerOptions::default().feed_forward(1024).dropout(0.0).batch_first(true);
    let layer = TransformerEncoderLayer::new(256, 4, &options, generator);
    let x = Var::constant(Tensor::normal([8, 128, 256], 0.0, 1.0, generator));
    let mut adam = Adam::new(&layer, 1e-3).expect("good settings");
    Box::new(move || {
        let loss = layer.forward(&x, &AttentionMask::none()).square().mean();
        adam.step(&gradients(loss)).expect("finite gradients");
    })
}

fn adam(generator: &mut Generator) -> Step {
    let mut uniform = || Tensor::<f32>::uniform([10_000_000], 0.0, 1.0, generator);
    let (w, dw) = (Parameter::new(uniform()), Var::constant(uniform()));
    let gradients = (w.var() * dw).sum().backward();
    let mut adam = Adam::new(vec![w], 1e-3).expect("good settings");
    Box::new(move || adam.step(&gradients).expect("finite gradients"))
}
