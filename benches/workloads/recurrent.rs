//! Training of character models: one segment of text a step, the state carried over to the next without its history.

use crate::workload::{Step, Workload};
use autograd::nn::{Parameter, RecurrentOptions};
use autograd::prelude::*;
use std::hint::black_box;

pub const WORKLOADS: &[Workload] = &[
    Workload::long("charlstm_2x256_T64_B32", |generator| {
        train::<Lstm>([64, 32], RecurrentOptions::new(64, 256).layers(2), generator)
    }),
    Workload::long("chargru_2x256_T64_B32", |generator| {
        train::<Gru>([64, 32], RecurrentOptions::new(64, 256).layers(2), generator)
    }),
    Workload::new("minchar_rnn_100_T25_B1", |generator| {
        train::<Rnn>([25, 1], RecurrentOptions::new(65, 100), generator)
    }),
    Workload::new("charlstm_1x512_T50_B1", |generator| {
        train::<Lstm>([50, 1], RecurrentOptions::new(65, 512), generator)
    }),
];

const CHARACTERS: usize = 65;

/// A recurrent network whose state is a list of variables, whatever its kind; an empty list is a state of zeros.
trait Recurrent: Module + 'static {
    fn make(options: RecurrentOptions, generator: &mut Generator) -> Self;
    fn run(&self, x: &Var, state: &[Var]) -> (Var, Vec<Var>);
}

impl Recurrent for Rnn {
    fn make(options: RecurrentOptions, generator: &mut Generator) -> Self {
        Rnn::with(options, generator)
    }

    fn run(&self, x: &Var, state: &[Var]) -> (Var, Vec<Var>) {
        let (y, h) = self.forward_with(x, state.first(), None);
        (y, vec![h])
    }
}

impl Recurrent for Gru {
    fn make(options: RecurrentOptions, generator: &mut Generator) -> Self {
        Gru::with(options, generator)
    }

    fn run(&self, x: &Var, state: &[Var]) -> (Var, Vec<Var>) {
        let (y, h) = self.forward_with(x, state.first(), None);
        (y, vec![h])
    }
}

impl Recurrent for Lstm {
    fn make(options: RecurrentOptions, generator: &mut Generator) -> Self {
        Lstm::with(options, generator)
    }

    fn run(&self, x: &Var, state: &[Var]) -> (Var, Vec<Var>) {
        let (y, (h, c)) = self.forward_with(x, state.first().zip(state.get(1)), None);
        (y, vec![h, c])
    }
}

/// Adam's steps on segments `[steps, streams]` of a text, with the norm of all gradients together bounded by 1.
fn train<R: Recurrent>(shape: [usize; 2], options: RecurrentOptions, generator: &mut Generator) -> Step {
    let vectors = Embedding::new(CHARACTERS, options.inputs, generator);
    let network = R::make(options, generator);
    let scores = Linear::new(options.hidden, CHARACTERS, generator);
    let parameters: Vec<Parameter> =
        [vectors.parameters(), network.parameters(), scores.parameters()].into_iter().flatten().collect();
    let mut adam = Adam::new(parameters, 1e-3).expect("good settings");

    let mut text = || Tensor::from_fn(shape, |_| generator.below(CHARACTERS) as i64);
    let (characters, next) = (text(), text().reshape([shape[0] * shape[1]]));
    let mut stream = Tbptt::new(1, 1).expect("a window").start(Vec::new());
    Box::new(move || {
        let window = stream.step(|state: &Vec<Var>| {
            let (y, state) = network.run(&vectors.forward(&characters), state);
            let scores = scores.forward(&y).reshape([next.numel(), CHARACTERS]);
            (state, scores.cross_entropy(&next))
        });
        let window = window.expect("a window for each step");
        black_box(window.loss);
        adam.step_clipped(&window.gradients, 1.0).expect("finite gradients");
    })
}
