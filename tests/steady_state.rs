//! A step of training at steady state asks the system for no memory: what it needs, the step before has let go.

use autograd::ops::Attention;
use autograd::prelude::*;
use autograd::with_threads;
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;

#[path = "../benches/workloads/meter.rs"]
mod meter;

#[global_allocator]
static METER: meter::Meter = meter::Meter;

type Step = Box<dyn FnMut() + Send>;
/// What makes such steps.
type Make = fn(&mut Generator) -> Step;

/// Steps of a classifier that is given the same examples again and again.
fn classifier(
    model: impl Forward + Send + Sync + 'static,
    mut optimizer: impl Optimizer + Send + 'static,
    examples: &[usize],
    generator: &mut Generator,
) -> Step {
    let x = Var::constant(Tensor::uniform(examples, 0.0, 1.0, generator));
    let truth = Tensor::from_fn([examples[0]], |_| generator.below(10) as i64);
    Box::new(move || {
        let loss = model.forward(&x).cross_entropy(&truth);
        optimizer.step_clipped(&loss.backward(), 1.0).expect("the gradients are finite");
    })
}

/// Small elementwise ops.
fn chain(_: &mut Generator) -> Step {
    let x = Var::leaf(Tensor::full(16, 1e-3f32));
    let a = Var::constant(Tensor::full(16, 0.5f32));
    Box::new(move || drop((0..50).fold(x.clone(), |y, _| y * &a + &a).sum().backward()))
}

fn perceptron(generator: &mut Generator) -> Step {
    let model =
        Sequential::new().then(Linear::new(784, 512, generator)).then(Relu).then(Linear::new(512, 10, generator));
    let adam = Adam::new(&model, 1e-3).expect("settings that make sense");
    classifier(model, adam, &[128, 784], generator)
}

fn convolutions(generator: &mut Generator) -> Step {
    let model = Sequential::new()
        .then(Conv2d::new(1, 6, 5, generator).padding(2))
        .then(BatchNorm2d::new(6))
        .then(Relu)
        .then(MaxPool2d::new(2))
        .then(Conv2d::new(6, 16, 5, generator))
        .then(Relu)
        .then(MaxPool2d::new(2))
        .then(Flatten::default())
        .then(Linear::new(400, 10, generator));
    let sgd = Sgd::new(&model, SgdOptions { lr: 0.01, momentum: 0.9, ..SgdOptions::default() });
    classifier(model, sgd.expect("settings that make sense"), &[64, 1, 28, 28], generator)
}

fn recurrence(generator: &mut Generator) -> Step {
    let lstm = Lstm::<f32>::new(16, 64, generator);
    let mut sgd = Sgd::new(&lstm, 0.01).expect("settings that make sense");
    let x = Var::constant(Tensor::uniform([12, 8, 16], -1.0, 1.0, generator));
    Box::new(move || {
        let (y, _) = lstm.forward(&x);
        sgd.step(&y.square().mean().backward()).expect("the gradients are finite");
    })
}

/// A layer normalisation and attention, without an optimiser.
fn attention(generator: &mut Generator) -> Step {
    let mut normal = |shape: &[usize]| Var::leaf(Tensor::<f32>::normal(shape, 0.0, 0.1, generator));
    let weights = [(); 4].map(|()| normal(&[32, 32]));
    let norm = [(); 2].map(|()| normal(&[32]));
    let x = Var::constant(Tensor::<f32>::uniform([4, 16, 32], -1.0, 1.0, generator));
    Box::new(move || {
        let y = x.layer_norm(1, Some(&norm[0]), Some(&norm[1]), 1e-5);
        let [query, key, value] = [0, 1, 2].map(|i| y.linear(&weights[i], None));
        let y = query.scaled_dot_product_attention(&key, &value, &Attention::default()).linear(&weights[3], None);
        drop((y + &x).square().mean().backward());
    })
}

/// Steps without a request before a step counts as steady, and steps in which that must come to be.
const STEADY: usize = 10;
const STEPS: usize = 200;

/// Takes steps until `STEADY` of them, one after the other, ask for nothing. With one thread each step is as the one before, and the tenth is
/// the first of them at the latest: lists of elements of one size take turns with what memory they have, which grows until all of it is long enough for
/// each. With two, which of them works on a piece is chance: each has its scratch memory from when it first does.
fn settles(name: &str, threads: usize, step: Make) {
    with_threads(threads, || {
        let mut step = step(&mut Generator::seed(0));
        let (mut quiet, mut last, mut asked) = (0, 0, (0, 0));
        for number in 1..=STEPS {
            let count = meter::count(threads, &mut step);
            match (count.allocations, count.peak) {
                (0, _) => quiet += 1,
                some => (quiet, last, asked) = (0, number, some),
            }
            if quiet == STEADY {
                break;
            }
        }
        let asked = format!("{name}, {threads} threads: step {last} asked {} times for {} bytes", asked.0, asked.1);
        assert_eq!(quiet, STEADY, "{asked}");
        assert!(threads > 1 || last < STEADY, "{asked}");
    });
}

/// What another thread asks for is part of the count of several threads, not of that of one.
fn requests_are_told_apart() {
    let (begin, end) = (Barrier::new(2), Barrier::new(2));
    let [all, own] = thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..2 {
                begin.wait();
                drop(black_box(vec![0u8; 1000]));
                end.wait();
            }
        });
        [2, 1].map(|threads| {
            meter::count(threads, || {
                begin.wait();
                end.wait();
            })
        })
    });
    assert!(all.allocations >= 1);
    assert_eq!((own.allocations, own.peak), (0, 0));
    let own = meter::count(1, || drop(black_box(vec![0u8; 1000])));
    assert_eq!((own.allocations, own.peak), (1, 1000));
}

/// One test, since the count may be that of all threads.
#[test]
fn a_step_at_steady_state_asks_for_no_memory() {
    let steps: [(&str, Make); 5] = [
        ("chain", chain),
        ("perceptron", perceptron),
        ("convolutions", convolutions),
        ("recurrence", recurrence),
        ("attention", attention),
    ];
    requests_are_told_apart();
    for threads in [1, 2] {
        for (name, step) in steps {
            settles(name, threads, step);
        }
    }
}
