//! The workloads in burn, on its own backend for the CPU, `flex`: `compare-burn NAME SECONDS` prints a line of JSON.

use burn::grad_clipping::GradientClippingConfig;
use burn::module::Module;
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::nn::{Embedding, EmbeddingConfig, Linear, LinearConfig, Lstm, LstmConfig, LstmState};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::activation::relu;
use burn::tensor::module::{conv2d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Distribution, Int, Tensor, TensorData};
use std::hint::black_box;
use std::time::Instant;

type Step = Box<dyn FnMut()>;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, seconds] = &arguments[..] else { panic!("usage: compare-burn NAME SECONDS") };
    let seconds: f64 = seconds.parse().expect("a number of seconds");
    let Some(mut step) = prepare(name, &Device::flex().autodiff()) else { return };
    step();
    step();
    let (mut times, start) = (Vec::new(), Instant::now());
    while times.len() < 5 || start.elapsed().as_secs_f64() < seconds {
        let begin = Instant::now();
        step();
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!(r#"{{"name":"{name}","ms":{:.4},"min":{:.4}}}"#, times[times.len() / 2], times[0]);
}

fn prepare(name: &str, device: &Device) -> Option<Step> {
    Some(match name {
        "small_chain_1000ops_16" => small_chain(device),
        "elementwise_1M_tanh" => elementwise(device),
        "matmul_64" => product([64, 64], device),
        "matmul_512" => product([512, 512], device),
        "matmul_1024" => product([1024, 1024], device),
        "bmm_64x64x64x64" => product([64, 64, 64], device),
        "conv3x3_32x64x32x32_k64" => conv([32, 64, 32], [64, 3], 1, 1, device),
        "conv3x3_32x256x8x8_k256" => conv([32, 256, 8], [256, 3], 1, 1, device),
        "conv5x5_32x3x32x32_k32" => conv([32, 3, 32], [32, 5], 2, 1, device),
        "conv1x1_32x256x16x16_k64" => conv([32, 256, 16], [64, 1], 0, 1, device),
        "dwconv3x3_32x128x28x28" => conv([32, 128, 28], [128, 3], 1, 128, device),
        "maxpool2_32x64x32x32" => max_pool(device),
        "softmax_xent_1024x1000" => cross_entropy(device),
        "mlp_784_512_512_10_b128_adam" => train_mlp(device),
        "charlstm_2x256_T64_B32" => train_char_lstm(device),
        _ => return None,
    })
}

fn leaf<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), device).require_grad()
}

/// Numbers of classes, spread evenly.
fn classes<const D: usize>(shape: [usize; D], classes: usize, device: &Device) -> Tensor<D, Int> {
    let numbers: Vec<i32> = (0..shape.iter().product()).map(|i: usize| (i * 7 % classes) as i32).collect();
    Tensor::from_data(TensorData::new(numbers, shape), device)
}

fn small_chain(device: &Device) -> Step {
    let (x, a) = (leaf([16], device), Tensor::<1>::random([16], Distribution::Default, device));
    Box::new(move || {
        let y = (0..500).fold(x.clone(), |y, _| y * a.clone() + a.clone());
        black_box(y.sum().backward());
    })
}

fn elementwise(device: &Device) -> Step {
    let (x, a) = (leaf([1 << 20], device), leaf([1 << 20], device));
    Box::new(move || {
        black_box(((x.clone() * a.clone() + 0.5).tanh() * a.clone()).sum().backward());
    })
}

fn product<const D: usize>(shape: [usize; D], device: &Device) -> Step {
    let (a, b) = (leaf(shape, device), leaf(shape, device));
    Box::new(move || {
        black_box(a.clone().matmul(b.clone()).sum().backward());
    })
}

/// Images `[n, c, side, side]`, and so many outputs of a square kernel.
fn conv(
    [n, c, side]: [usize; 3],
    [outputs, kernel]: [usize; 2],
    padding: usize,
    groups: usize,
    device: &Device,
) -> Step {
    let x = leaf([n, c, side, side], device);
    let (w, b) = (leaf([outputs, c / groups, kernel, kernel], device), leaf([outputs], device));
    Box::new(move || {
        let options = ConvOptions::new([1, 1], [padding, padding], [1, 1], groups);
        black_box(conv2d(x.clone(), w.clone(), Some(b.clone()), options).sum().backward());
    })
}

fn max_pool(device: &Device) -> Step {
    let x = leaf([32, 64, 32, 32], device);
    Box::new(move || {
        let options = MaxPoolOptions::new([2, 2]);
        black_box(max_pool2d(x.clone(), options).sum().backward());
    })
}

fn cross_entropy(device: &Device) -> Step {
    let (x, truth) = (leaf([1024, 1000], device), classes([1024], 1000, device));
    let loss = CrossEntropyLossConfig::new().init(device);
    Box::new(move || {
        black_box(loss.forward(x.clone(), truth.clone()).backward());
    })
}

/// Trains a model by Adam, whose loss `loss` computes.
fn train<M: Module + 'static>(
    model: M,
    clipping: Option<GradientClippingConfig>,
    mut loss: impl FnMut(&M) -> Tensor<1> + 'static,
) -> Step {
    let mut adam = AdamConfig::new().with_epsilon(1e-8).with_grad_clipping(clipping).init();
    let mut model = Some(model);
    Box::new(move || {
        let now = model.take().expect("a model");
        let gradients = GradientsParams::from_grads(loss(&now).backward(), &now);
        model = Some(adam.step(1e-3, now, gradients));
    })
}

#[derive(Module, Debug)]
struct Mlp {
    layers: [Linear; 3],
}

fn train_mlp(device: &Device) -> Step {
    let layers = [(784, 512), (512, 512), (512, 10)].map(|(from, to)| LinearConfig::new(from, to).init(device));
    let x = Tensor::<2>::random([128, 784], Distribution::Default, device);
    let truth = classes([128], 10, device);
    let loss: CrossEntropyLoss = CrossEntropyLossConfig::new().init(device);
    train(Mlp { layers }, None, move |Mlp { layers: [first, second, third] }| {
        let y = relu(second.forward(relu(first.forward(x.clone()))));
        loss.forward(third.forward(y), truth.clone())
    })
}

#[derive(Module, Debug)]
struct CharLstm {
    vectors: Embedding,
    layers: [Lstm; 2],
    scores: Linear,
}

fn train_char_lstm(device: &Device) -> Step {
    const CHARACTERS: usize = 65;
    let model = CharLstm {
        vectors: EmbeddingConfig::new(CHARACTERS, 64).init(device),
        layers: [64, 256].map(|inputs| LstmConfig::new(inputs, 256, true).init(device)),
        scores: LinearConfig::new(256, CHARACTERS).init(device),
    };
    let (characters, next) = (classes([32, 64], CHARACTERS, device), classes([32 * 64], CHARACTERS, device));
    let loss = CrossEntropyLossConfig::new().init(device);
    let mut states: [Option<LstmState<2>>; 2] = [None, None];
    // burn clips the norm of each parameter's gradient by itself.
    train(model, Some(GradientClippingConfig::Norm(1.0)), move |model| {
        let mut y = model.vectors.forward(characters.clone());
        for (layer, state) in model.layers.iter().zip(&mut states) {
            let (outputs, last) = layer.forward(y, state.take());
            *state = Some(LstmState::new(last.cell.detach(), last.hidden.detach()));
            y = outputs;
        }
        let scores = model.scores.forward(y).reshape([32 * 64, CHARACTERS]);
        loss.forward(scores, next.clone())
    })
}
