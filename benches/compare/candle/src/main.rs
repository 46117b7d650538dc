//! The workloads in candle: `compare-candle NAME SECONDS` prints a line of JSON.

use candle_core::backprop::GradStore;
use candle_core::{D, DType, Device, Module, Result, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW, RNN, VarBuilder, VarMap, loss};
use std::hint::black_box;
use std::time::Instant;

const DEVICE: &Device = &Device::Cpu;

type Step = Box<dyn FnMut() -> Result<()>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, seconds] = &arguments[..] else { panic!("usage: compare-candle NAME SECONDS") };
    let seconds: f64 = seconds.parse().expect("a number of seconds");
    let Some(mut step) = prepare(name)? else { return Ok(()) };
    step()?;
    step()?;
    let (mut times, start) = (Vec::new(), Instant::now());
    while times.len() < 5 || start.elapsed().as_secs_f64() < seconds {
        let begin = Instant::now();
        step()?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!(r#"{{"name":"{name}","ms":{:.4},"min":{:.4}}}"#, times[times.len() / 2], times[0]);
    Ok(())
}

fn prepare(name: &str) -> Result<Option<Step>> {
    Ok(Some(match name {
        "small_chain_1000ops_16" => small_chain()?,
        "elementwise_1M_tanh" => elementwise()?,
        "matmul_64" => product(&[64, 64])?,
        "matmul_512" => product(&[512, 512])?,
        "matmul_1024" => product(&[1024, 1024])?,
        "bmm_64x64x64x64" => product(&[64, 64, 64])?,
        "conv3x3_32x64x32x32_k64" => conv([32, 64, 32], [64, 3], 1, 1)?,
        "conv3x3_32x256x8x8_k256" => conv([32, 256, 8], [256, 3], 1, 1)?,
        "conv5x5_32x3x32x32_k32" => conv([32, 3, 32], [32, 5], 2, 1)?,
        "conv1x1_32x256x16x16_k64" => conv([32, 256, 16], [64, 1], 0, 1)?,
        "dwconv3x3_32x128x28x28" => conv([32, 128, 28], [128, 3], 1, 128)?,
        "maxpool2_32x64x32x32" => max_pool()?,
        "softmax_xent_1024x1000" => cross_entropy()?,
        "mlp_784_512_512_10_b128_adam" => mlp()?,
        "charlstm_2x256_T64_B32" => char_lstm()?,
        _ => return Ok(None),
    }))
}

fn leaf(shape: &[usize]) -> Result<Var> {
    Var::from_tensor(&Tensor::randn(0f32, 1.0, shape, DEVICE)?)
}

fn back(loss: Tensor) -> Result<()> {
    black_box(loss.backward()?);
    Ok(())
}

fn small_chain() -> Result<Step> {
    let (x, a) = (leaf(&[16])?, Tensor::rand(0f32, 1.0, 16, DEVICE)?);
    Ok(Box::new(move || {
        let mut y = x.as_tensor().clone();
        for _ in 0..500 {
            y = ((&y * &a)? + &a)?;
        }
        back(y.sum_all()?)
    }))
}

fn elementwise() -> Result<Step> {
    let (x, a) = (leaf(&[1 << 20])?, leaf(&[1 << 20])?);
    Ok(Box::new(move || back((((x.as_tensor() * a.as_tensor())? + 0.5)?.tanh()? * a.as_tensor())?.sum_all()?)))
}

fn product(shape: &[usize]) -> Result<Step> {
    let (a, b) = (leaf(shape)?, leaf(shape)?);
    Ok(Box::new(move || back(a.matmul(&b)?.sum_all()?)))
}

/// Images `[n, c, side, side]`, and so many outputs of a square kernel.
fn conv([n, c, side]: [usize; 3], [outputs, kernel]: [usize; 2], padding: usize, groups: usize) -> Result<Step> {
    let x = leaf(&[n, c, side, side])?;
    let (w, b) = (leaf(&[outputs, c / groups, kernel, kernel])?, leaf(&[1, outputs, 1, 1])?);
    Ok(Box::new(move || back(x.conv2d(&w, padding, 1, 1, groups)?.broadcast_add(&b)?.sum_all()?)))
}

fn max_pool() -> Result<Step> {
    let x = leaf(&[32, 64, 32, 32])?;
    Ok(Box::new(move || back(x.max_pool2d(2)?.sum_all()?)))
}

fn cross_entropy() -> Result<Step> {
    let (x, truth) = (leaf(&[1024, 1000])?, classes(1024, 1000)?);
    Ok(Box::new(move || back(loss::cross_entropy(&x, &truth)?)))
}

/// Numbers of classes, spread evenly.
fn classes(n: usize, classes: usize) -> Result<Tensor> {
    Tensor::from_iter((0..n).map(|i| (i * 7 % classes) as u32), DEVICE)
}

fn variables() -> (VarMap, VarBuilder<'static>) {
    let variables = VarMap::new();
    let builder = VarBuilder::from_varmap(&variables, DType::F32, DEVICE);
    (variables, builder)
}

/// Adam: candle's AdamW without its decay.
fn adam(variables: &VarMap) -> Result<AdamW> {
    AdamW::new(variables.all_vars(), ParamsAdamW { lr: 1e-3, weight_decay: 0.0, ..Default::default() })
}

fn mlp() -> Result<Step> {
    let (variables, builder) = variables();
    let first = candle_nn::linear(784, 512, builder.pp("first"))?;
    let second = candle_nn::linear(512, 512, builder.pp("second"))?;
    let third = candle_nn::linear(512, 10, builder.pp("third"))?;
    let mut adam = adam(&variables)?;
    let (x, truth) = (Tensor::rand(0f32, 1.0, (128, 784), DEVICE)?, classes(128, 10)?);
    Ok(Box::new(move || {
        let y = second.forward(&first.forward(&x)?.relu()?)?.relu()?;
        adam.backward_step(&loss::cross_entropy(&third.forward(&y)?, &truth)?)
    }))
}

fn char_lstm() -> Result<Step> {
    const CHARACTERS: usize = 65;
    let (variables, builder) = variables();
    let vectors = candle_nn::embedding(CHARACTERS, 64, builder.pp("vectors"))?;
    let layers = [
        candle_nn::lstm(64, 256, Default::default(), builder.pp("first"))?,
        candle_nn::lstm(256, 256, Default::default(), builder.pp("second"))?,
    ];
    let scores = candle_nn::linear(256, CHARACTERS, builder.pp("scores"))?;
    let mut adam = adam(&variables)?;
    let (characters, next) = (classes(32 * 64, CHARACTERS)?.reshape((32, 64))?, classes(32 * 64, CHARACTERS)?);
    let mut states = layers.iter().map(|layer| layer.zero_state(32)).collect::<Result<Vec<_>>>()?;
    Ok(Box::new(move || {
        let mut y = vectors.forward(&characters)?;
        for (layer, state) in layers.iter().zip(&mut states) {
            let all = layer.seq_init(&y, state)?;
            let last = &all[all.len() - 1];
            *state = candle_nn::rnn::LSTMState::new(last.h.detach(), last.c.detach());
            y = layer.states_to_tensor(&all)?;
        }
        let scores = scores.forward(&y)?.flatten_to(D::Minus2)?;
        let mut gradients = loss::cross_entropy(&scores, &next)?.backward()?;
        clip(&variables.all_vars(), &mut gradients, 1.0)?;
        adam.step(&gradients)
    }))
}

/// Scales the gradients so that their norm together is at most `bound`; candle brings no such function.
fn clip(variables: &[Var], gradients: &mut GradStore, bound: f64) -> Result<()> {
    let mut squares = 0.0;
    for dx in variables.iter().filter_map(|x| gradients.get(x)) {
        squares += f64::from(dx.sqr()?.sum_all()?.to_scalar::<f32>()?);
    }
    let scale = (bound / (squares.sqrt() + 1e-6)).min(1.0);
    for x in variables {
        if let Some(dx) = gradients.remove(x) {
            gradients.insert(x, (dx * scale)?);
        }
    }
    Ok(())
}
