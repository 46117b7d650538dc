//! The checks that the course CS231n publishes: circuits of its notes, values and gradient checks of its assignments, its spiral.

mod support;

use autograd::ops::{Conv2d, MaxPool2d};
use autograd::{AxisSlice, grad_with};
use autograd::{Generator, Tensor, Var};
use serde_json::Value;
use support::{load, number, numbers, sizes};

/// The largest `|a - b| / max(1e-8, |a| + |b|)`: the course's relative error.
fn relative_error(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs() / (a.abs() + b.abs()).max(1e-8)).fold(0.0, f64::max)
}

// ---------------------------------------------------------------- the circuits of the back-propagation lecture

fn items<const N: usize>(y: Var<f64>, xs: [&Var<f64>; N]) -> [f64; N] {
    let gradients = y.backward();
    xs.map(|x| gradients.get(x).expect("a path").item())
}

#[test]
fn the_circuit_of_a_sum_and_a_product() {
    let (x, y, z) = (Var::leaf(-2.0), Var::leaf(5.0), Var::leaf(-4.0));
    let f = (&x + &y) * &z;
    assert_eq!(f.item(), -12.0);
    assert_eq!(items(f, [&x, &y, &z]), [-4.0, -4.0, 3.0]);
}

#[test]
fn the_sigmoid_neuron() {
    let (w0, w1, w2) = (Var::leaf(2.0), Var::leaf(-3.0), Var::leaf(-3.0));
    let (x0, x1) = (Var::leaf(-1.0), Var::leaf(-2.0));
    let f = (&w0 * &x0 + &w1 * &x1 + &w2).sigmoid();
    let hundredths = |x: f64| (x * 100.0).round() / 100.0;
    assert_eq!(hundredths(f.item()), 0.73);
    assert_eq!(items(f, [&w0, &w1, &w2, &x0, &x1]).map(hundredths), [-0.2, -0.39, 0.2, 0.39, -0.59]);
}

#[test]
fn the_scalar_engine_exercises() {
    let x: Var<f64> = Var::leaf(-4.0);
    let z = 2.0 * &x + 2.0 + &x;
    let q = z.relu() + &z * &x;
    let h = (&z * &z).relu();
    let y = &h + &q + &q * &x;
    assert_eq!(y.item(), -20.0);
    assert_eq!(items(y, [&x]), [46.0]);

    let (a, b) = (Var::leaf(-4.0), Var::leaf(2.0));
    let mut c = &a + &b;
    let mut d = &a * &b + b.pow_scalar(3.0);
    c = &c + &c + 1.0;
    c = &c + (1.0 + &c) - &a;
    d = &d + &d * 2.0 + (&b + &a).relu();
    d = &d + 3.0 * &d + (&b - &a).relu();
    let f = (&c - &d).square();
    let g: Var<f64> = &f / 2.0 + 10.0 / &f;
    let rounded = |x: f64| (x * 1e4).round() / 1e4;
    assert_eq!(rounded(g.item()), 24.7041);
    assert_eq!(items(g, [&a, &b]).map(rounded), [138.8338, 645.5773]);
}

// ---------------------------------------------------------------- values

/// A value check by its name.
struct Check(Value);

impl Check {
    fn new(id: &str) -> Self {
        let checks = load("cs231n_values.json");
        let found = checks["checks"].as_array().expect("checks").iter().find(|check| check["id"] == id);
        Check(found.unwrap_or_else(|| panic!("no check {id}")).clone())
    }

    fn input(&self, name: &str) -> Var<f64> {
        let stored = &self.0["inputs"][name];
        let shape = sizes(&stored["shape"]);
        let ends = numbers(&stored["linspace"]);
        let x = Tensor::linspace(ends[0], ends[1], shape.iter().product()).reshape(shape);
        Var::leaf(if stored["transpose"] == true { x.mt() } else { x })
    }

    fn classes(&self, name: &str) -> Tensor<i64> {
        let stored = &self.0["inputs"][name];
        Tensor::from_vec(numbers(&stored["values"]).into_iter().map(|x| x as i64).collect(), sizes(&stored["shape"]))
    }

    /// The course's relative error of a result; its printed values have about eight digits.
    fn error(&self, output: &str, y: &Var<f64>) -> f64 {
        relative_error(&y.to_vec(), &numbers(&self.0["outputs"][output]["expected"]))
    }
}

#[test]
fn affine_and_relu_layers_have_the_courses_values() {
    let check = Check::new("affine_forward");
    let (x, w, b) = (check.input("x"), check.input("w"), check.input("b"));
    assert!(check.error("out", &(x.reshape([2, 120]).matmul(&w) + &b)) < 2e-9);
    let check = Check::new("relu_forward");
    assert!(check.error("out", &check.input("x").relu()) < 1e-7);
}

#[test]
fn the_two_layer_net_has_the_courses_scores_and_losses() {
    let check = Check::new("two_layer_net");
    let [x, w1, b1, w2, b2] = ["X", "W1", "b1", "W2", "b2"].map(|name| check.input(name));
    let scores = (x.matmul(&w1) + &b1).relu().matmul(&w2) + &b2;
    let expected = numbers(&check.0["outputs"]["scores"]["expected"]);
    let off: f64 = scores.to_vec().iter().zip(&expected).map(|(a, b)| (a - b).abs()).sum();
    assert!(off < 1e-6);
    let data = scores.cross_entropy(&check.classes("y"));
    for (reg, output) in [(0.0, "loss_reg0"), (1.0, "loss_reg1")] {
        let loss = &data + (w1.square().sum() + w2.square().sum()) * (0.5 * reg);
        assert!((loss.item() - number(&check.0["outputs"][output]["expected"])).abs() < 1e-10);
    }
}

#[test]
fn convolution_and_pooling_have_the_courses_values() {
    let check = Check::new("conv_forward");
    let (x, w, b) = (check.input("x"), check.input("w"), check.input("b"));
    let y = x.conv2d(&w, Conv2d::default().stride([2, 2]).padding([1, 1])) + b.reshape([3, 1, 1]);
    assert!(check.error("out", &y) < 1e-7);
    let check = Check::new("max_pool_forward");
    assert!(check.error("out", &check.input("x").max_pool2d(MaxPool2d::new([2, 2]))) < 1e-7);
}

fn rnn_step(x: &Var<f64>, h: &Var<f64>, w: [&Var<f64>; 2], b: &Var<f64>) -> Var<f64> {
    (x.matmul(w[0]) + h.matmul(w[1]) + b).tanh()
}

/// A step of an LSTM with the course's order of gates: i, f, o, g.
fn lstm_step(x: &Var<f64>, h: &Var<f64>, c: &Var<f64>, w: [&Var<f64>; 2], b: &Var<f64>) -> (Var<f64>, Var<f64>) {
    let gates = x.matmul(w[0]) + h.matmul(w[1]) + b;
    let n = h.shape()[1];
    let gate = |k: usize| gates.slice((.., k * n..(k + 1) * n));
    let c = gate(1).sigmoid() * c + gate(0).sigmoid() * gate(3).tanh();
    (gate(2).sigmoid() * c.tanh(), c)
}

/// Step `t` of `x: [n, t, d]`.
fn at_step(x: &Var<f64>, t: usize) -> Var<f64> {
    x.slice((AxisSlice::from(..), AxisSlice::from(t..t + 1))).reshape([x.shape()[0], x.shape()[2]])
}

fn rnn(x: &Var<f64>, h0: &Var<f64>, w: [&Var<f64>; 2], b: &Var<f64>) -> Var<f64> {
    let mut states = vec![h0.clone()];
    (0..x.shape()[1]).for_each(|t| states.push(rnn_step(&at_step(x, t), &states[t], w, b)));
    Var::stack(&states[1..], 1)
}

fn lstm(x: &Var<f64>, h0: &Var<f64>, w: [&Var<f64>; 2], b: &Var<f64>) -> Var<f64> {
    let mut state = (h0.clone(), Var::constant(Tensor::zeros(h0.shape())));
    let mut ys = Vec::new();
    for t in 0..x.shape()[1] {
        state = lstm_step(&at_step(x, t), &state.0, &state.1, w, b);
        ys.push(state.0.clone());
    }
    Var::stack(&ys, 1)
}

#[test]
fn recurrent_layers_have_the_courses_values() {
    let check = Check::new("rnn_step_forward");
    let [x, h, wx, wh, b] = ["x", "prev_h", "Wx", "Wh", "b"].map(|name| check.input(name));
    assert!(check.error("next_h", &rnn_step(&x, &h, [&wx, &wh], &b)) < 1e-8);
    let check = Check::new("rnn_forward");
    let [x, h, wx, wh, b] = ["x", "h0", "Wx", "Wh", "b"].map(|name| check.input(name));
    assert!(check.error("h", &rnn(&x, &h, [&wx, &wh], &b)) < 1e-7);
    let check = Check::new("lstm_step_forward");
    let [x, h, c, wx, wh, b] = ["x", "prev_h", "prev_c", "Wx", "Wh", "b"].map(|name| check.input(name));
    let (h, c) = lstm_step(&x, &h, &c, [&wx, &wh], &b);
    assert!(check.error("next_h", &h) < 1e-8 && check.error("next_c", &c) < 1e-8);
    let check = Check::new("lstm_forward");
    let [x, h, wx, wh, b] = ["x", "h0", "Wx", "Wh", "b"].map(|name| check.input(name));
    assert!(check.error("h", &lstm(&x, &h, [&wx, &wh], &b)) < 1e-7);
    let check = Check::new("word_embedding_forward");
    let words = check.classes("x");
    let rows = check.input("W").index_select(0, &words.reshape([8])).reshape([2, 4, 3]);
    // The course prints eight digits: 1e-8 is their own rounding.
    assert!(check.error("out", &rows) < 1.1e-8);
}

// ---------------------------------------------------------------- gradient checks

/// The course's check: central differences with step 1e-5, a random cotangent, and its relative error over all operands; with four points
/// instead of two, so that the differences show less of their own error than the bounds that the course states.
fn numeric_error(f: impl Fn(&[Var<f64>]) -> Var<f64>, inputs: &[Tensor<f64>]) -> f64 {
    numeric_error_with(1e-5, f, inputs)
}

/// The same with another step: a large one, where the function is smooth, shows fewer roundings.
fn numeric_error_with(step: f64, f: impl Fn(&[Var<f64>]) -> Var<f64>, inputs: &[Tensor<f64>]) -> f64 {
    let mut generator = Generator::seed(231);
    let leaves = |x: &[Tensor<f64>]| -> Vec<Var<f64>> { x.iter().map(Var::leaf).collect() };
    let xs = leaves(inputs);
    let y = f(&xs);
    let dy = Tensor::normal(y.shape(), 0.0, 1.0, &mut generator);
    let dxs = grad_with(&y, &Var::constant(&dy), &xs, false);
    let mut worst = 0f64;
    for (i, dx) in dxs.iter().enumerate() {
        let moved = |j: usize, by: f64| {
            let mut inputs = inputs.to_vec();
            inputs[i].write(|x| x[j] += by);
            f(&leaves(&inputs)).to_vec()
        };
        let numeric: Vec<f64> = (0..inputs[i].numel())
            .map(|j| {
                let difference = |by: f64| -> f64 {
                    let (ahead, back) = (moved(j, by), moved(j, -by));
                    ahead.iter().zip(back).zip(dy.to_vec()).map(|((a, b), dy)| (a - b) * dy).sum()
                };
                (8.0 * difference(step) - difference(2.0 * step)) / (12.0 * step)
            })
            .collect();
        worst = worst.max(relative_error(&dx.as_ref().expect("a path").to_vec(), &numeric));
    }
    worst
}

fn normal<const N: usize>(shapes: [&[usize]; N], seed: u64) -> Vec<Tensor<f64>> {
    let mut generator = Generator::seed(seed);
    shapes.iter().map(|shape| Tensor::normal(*shape, 0.0, 1.0, &mut generator)).collect()
}

/// "On the order of 1e-8": below 1e-7.
const ORDER_OF_E8: f64 = 1e-7;

#[test]
fn convolution_passes_the_courses_gradient_checks() {
    let conv = Conv2d::default().padding([1, 1]);
    let inputs = normal([&[4, 3, 5, 5], &[2, 3, 3, 3], &[2]], 1);
    let layer = |x: &[Var<f64>]| x[0].conv2d(&x[1], conv) + x[2].reshape([x[2].numel(), 1, 1]);
    assert!(numeric_error(layer, &inputs) < ORDER_OF_E8);
    let inputs = normal([&[2, 3, 8, 8], &[3, 3, 3, 3], &[3]], 2);
    assert!(numeric_error(|x| layer(x).relu(), &inputs) < ORDER_OF_E8);
    let inputs = normal([&[2, 3, 16, 16], &[3, 3, 3, 3], &[3]], 3);
    assert!(numeric_error(|x| layer(x).relu().max_pool2d(MaxPool2d::new([2, 2])), &inputs) < ORDER_OF_E8);
}

#[test]
fn pooling_passes_the_courses_gradient_check() {
    // Values at least 0.01 apart, so that no winner changes within a large step, which shows no roundings.
    let mut values: Vec<f64> = (0..384).map(|i| f64::from(i) * 0.01).collect();
    Generator::seed(4).shuffle(&mut values);
    let inputs = [Tensor::from_vec(values, [3, 2, 8, 8])];
    let error = numeric_error_with(1e-3, |x| x[0].max_pool2d(MaxPool2d::new([2, 2])), &inputs);
    assert!(error < 1e-11, "stated: on the order of 1e-12; found {error:e}");
}

#[test]
fn affine_layers_and_losses_pass_the_courses_gradient_checks() {
    let affine = |x: &[Var<f64>]| x[0].reshape([10, 6]).matmul(&x[1]) + &x[2];
    let inputs = normal([&[10, 2, 3], &[6, 5], &[5]], 5);
    assert!(numeric_error_with(0.1, affine, &inputs) < 1e-10);
    let error = numeric_error_with(1e-3, |x| affine(x).relu(), &inputs);
    assert!(error < 1e-10, "stated: around 1e-10 or less; found {error:e}");
    let classes = Tensor::from_fn([50], |i| (i * 7 % 10) as i64);
    let scores: Vec<Tensor<f64>> = normal([&[50, 10]], 6).iter().map(|x| x.map(|x| 0.001 * x)).collect();
    let loss = |x: &[Var<f64>]| x[0].cross_entropy(&classes);
    let value = loss(&[Var::constant(&scores[0])]).item();
    assert!((value - 2.3).abs() < 0.01, "ln 10 is about 2.3, the loss is {value}");
    assert!(numeric_error(loss, &scores) < ORDER_OF_E8);
    let classes = Tensor::from_fn([3], |i| i as i64);
    // Small weights, as the course's: with large ones the softmax saturates and gradients drown in the roundings of the differences.
    let mut inputs = normal([&[3, 5], &[5, 50], &[50], &[50, 7], &[7]], 7);
    inputs[1..].iter_mut().for_each(|w| *w = w.map(|w| 0.05 * w));
    let net = |x: &[Var<f64>]| {
        let loss = ((x[0].matmul(&x[1]) + &x[2]).relu().matmul(&x[3]) + &x[4]).cross_entropy(&classes);
        loss + (x[1].square().sum() + x[3].square().sum()) * 0.35
    };
    let error = numeric_error_with(1e-4, net, &inputs);
    assert!(error < 2e-7, "stated: around 1e-7; found {error:e}");
}

#[test]
fn recurrent_layers_pass_the_courses_gradient_checks() {
    let inputs = normal([&[4, 5], &[4, 6], &[5, 6], &[6, 6], &[6]], 8);
    let error = numeric_error_with(1e-3, |x| rnn_step(&x[0], &x[1], [&x[2], &x[3]], &x[4]), &inputs);
    assert!(error < 2e-9, "stated: on the order of 1e-9; found {error:e}");
    let inputs = normal([&[2, 10, 3], &[2, 5], &[3, 5], &[5, 5], &[5]], 9);
    assert!(numeric_error(|x| rnn(&x[0], &x[1], [&x[2], &x[3]], &x[4]), &inputs) < 1e-6);
    let inputs = normal([&[4, 5], &[4, 6], &[4, 6], &[5, 24], &[6, 24], &[24]], 10);
    let cell = |x: &[Var<f64>]| {
        let (h, c) = lstm_step(&x[0], &x[1], &x[2], [&x[3], &x[4]], &x[5]);
        Var::concat(&[&h, &c], 1)
    };
    assert!(numeric_error(cell, &inputs) < 1e-6);
    let inputs = normal([&[2, 10, 3], &[2, 6], &[3, 24], &[6, 24], &[24]], 11);
    assert!(numeric_error(|x| lstm(&x[0], &x[1], [&x[2], &x[3]], &x[4]), &inputs) < 1e-6);
    let words = Tensor::from_fn([15], |i| (i * 3 % 5) as i64);
    assert!(numeric_error_with(0.1, |x| x[0].index_select(0, &words), &normal([&[5, 6]], 12)) < 1e-11);
    let inputs = normal([&[2, 3, 4], &[4, 5], &[5]], 13);
    assert!(numeric_error_with(0.1, |x| x[0].matmul(&x[1]) + &x[2], &inputs) < 1e-10);
}

// ---------------------------------------------------------------- the spiral

struct Spiral {
    x: Var<f64>,
    y: Tensor<i64>,
    stored: Value,
}

impl Spiral {
    fn load() -> Self {
        let stored = load("cs231n_spiral.json");
        let x = Tensor::from_vec(numbers(&stored["X"]), [300, 2]);
        let y = Tensor::from_vec(numbers(&stored["y"]).into_iter().map(|y| y as i64).collect(), [300]);
        Spiral { x: Var::constant(x), y, stored }
    }

    fn accuracy(&self, scores: &Var<f64>) -> f64 {
        scores.value().argmax(1).eq(&self.y).count() as f64 / 300.0
    }
}

/// One step of plain gradient descent with rate 1; returns the loss before it.
fn descend(loss: Var<f64>, parameters: &mut [Var<f64>]) -> f64 {
    let before = loss.item();
    let gradients = loss.backward();
    for p in parameters {
        let step = gradients.get(p).expect("a path").to_vec();
        p.update(|p| p.write(|p| p.iter_mut().zip(step).for_each(|(p, d)| *p -= d)));
    }
    before
}

#[test]
fn the_linear_classifier_of_the_spiral_follows_the_published_losses() {
    let spiral = Spiral::load();
    let linear = &spiral.stored["linear"];
    let reg = number(&linear["reg"]);
    let mut p = [Var::leaf(Tensor::from_vec(numbers(&linear["init_W"]), [2, 3])), Var::leaf(Tensor::zeros([1, 3]))];
    let scores = |p: &[Var<f64>]| spiral.x.matmul(&p[0]) + &p[1];
    let published = linear["numpy_losses"].as_object().expect("losses");
    for i in 0..200 {
        let loss = scores(&p).cross_entropy(&spiral.y) + p[0].square().sum() * (0.5 * reg);
        let loss = descend(loss, &mut p);
        if let Some(expected) = published.get(&i.to_string()) {
            assert!((loss - number(expected)).abs() < 1e-10, "iteration {i}: {loss} and {expected}");
        }
        if i == 190 {
            assert!((loss - 0.786302).abs() < 1e-6, "the published loss; ours is {loss}");
        }
    }
    assert!((spiral.accuracy(&scores(&p)) - 0.49).abs() < 0.005);
}

#[test]
fn the_two_layer_net_of_the_spiral_follows_the_published_losses() {
    let spiral = Spiral::load();
    let net = &spiral.stored["net"];
    let (reg, hidden) = (number(&net["reg"]), 100);
    let mut p = [
        Var::leaf(Tensor::from_vec(numbers(&net["init_W"]), [2, hidden])),
        Var::leaf(Tensor::zeros([1, hidden])),
        Var::leaf(Tensor::from_vec(numbers(&net["init_W2"]), [hidden, 3])),
        Var::leaf(Tensor::zeros([1, 3])),
    ];
    let scores = |p: &[Var<f64>]| (spiral.x.matmul(&p[0]) + &p[1]).relu().matmul(&p[2]) + &p[3];
    let first = numbers(&net["numpy_first"]);
    let mut last = f64::NAN;
    for i in 0..10_000 {
        let loss = scores(&p).cross_entropy(&spiral.y) + (p[0].square().sum() + p[2].square().sum()) * (0.5 * reg);
        last = descend(loss, &mut p);
        // Stored for each tenth iteration up to the hundredth; later digits are chaotic.
        if let Some(expected) = first.get(i / 10).filter(|_| i % 10 == 0) {
            assert!((last - expected).abs() < 1e-9, "iteration {i}: {last} and {expected}");
        }
    }
    assert!((0.2435..0.2475).contains(&last), "the published loss is 0.2455 or so; ours is {last}");
    assert!(spiral.accuracy(&scores(&p)) >= 0.98);
}
