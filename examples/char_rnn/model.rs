//! The model: characters to vectors, a recurrent network, and scores for the next character.

use autograd::nn::{Gru, Lstm, RecurrentOptions, Rnn};
use autograd::prelude::*;
use clap::ValueEnum;

/// The kind of recurrent network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Cell {
    Rnn,
    Lstm,
    Gru,
}

/// A recurrent network whose state is a list of variables, whatever its kind.
trait Recurrent: Module {
    /// The outputs `[t, n, hidden]` and the next state, from a state of zeros if the list is empty.
    fn run(&self, x: &Var, state: &[Var]) -> (Var, Vec<Var>);
}

impl Recurrent for Rnn {
    fn run(&self, x: &Var, state: &[Var]) -> (Var, Vec<Var>) {
        let (y, h) = self.forward_with(x, state.first(), None);
        (y, vec![h])
    }
}

impl Recurrent for Gru {
    fn run(&self, x: &Var, state: &[Var]) -> (Var, Vec<Var>) {
        let (y, h) = self.forward_with(x, state.first(), None);
        (y, vec![h])
    }
}

impl Recurrent for Lstm {
    fn run(&self, x: &Var, state: &[Var]) -> (Var, Vec<Var>) {
        let (y, (h, c)) = self.forward_with(x, state.first().zip(state.get(1)), None);
        (y, vec![h, c])
    }
}

/// Predicts each character from those before it.
#[derive(Module)]
pub struct CharRnn {
    /// A vector for each character, `[characters, inputs]`.
    vectors: Parameter,
    recurrent: Box<dyn Recurrent + Send + Sync>,
    dropout: Dropout,
    scores: Linear,
}

/// The sizes of a model.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub characters: usize,
    pub inputs: usize,
    pub hidden: usize,
    pub layers: usize,
    pub dropout: f64,
}

impl CharRnn {
    pub fn new(cell: Cell, sizes: Sizes, generator: &mut Generator) -> Self {
        let Sizes { characters, inputs, hidden, layers, dropout } = sizes;
        let mut options = RecurrentOptions::new(inputs, hidden).layers(layers);
        if layers > 1 {
            options = options.dropout(dropout);
        }
        let recurrent: Box<dyn Recurrent + Send + Sync> = match cell {
            Cell::Rnn => Box::new(Rnn::with(options, generator)),
            Cell::Lstm => Box::new(Lstm::with(options, generator)),
            Cell::Gru => Box::new(Gru::with(options, generator)),
        };
        CharRnn {
            vectors: Parameter::new(Tensor::normal([characters, inputs], 0.0, 1.0, generator)),
            recurrent,
            dropout: Dropout::new(dropout, generator),
            scores: Linear::new(hidden, characters, generator),
        }
    }

    /// The scores `[t, n, characters]` of what follows each of the characters `[t, n]`, and the state behind them.
    pub fn forward(&self, characters: &Tensor<i64>, state: &[Var]) -> (Var, Vec<Var>) {
        let x = self.vectors.var().embedding(characters, None);
        let (y, state) = self.recurrent.run(&x, state);
        (self.scores.forward(&self.dropout.forward(&y)), state)
    }

    /// The mean cross entropy of the characters that do follow, in nats, and the state behind.
    pub fn loss(&self, segment: &(Tensor<i64>, Tensor<i64>), state: &[Var]) -> (Var, Vec<Var>) {
        let (scores, state) = self.forward(&segment.0, state);
        let (n, classes) = (segment.1.numel(), scores.shape()[2]);
        (scores.reshape([n, classes]).cross_entropy(&segment.1.reshape([n])), state)
    }
}
