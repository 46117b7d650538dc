//! The networks: fully connected layers of any widths.

use autograd::prelude::*;
use autograd_examples_support::digits::{Digits, PIXELS};

/// Digits that are read at once.
const CHUNK: usize = 500;

/// Linear layers with ReLU between them.
#[derive(Module)]
pub struct Mlp {
    layers: Vec<Linear>,
}

impl Mlp {
    /// A network for digits with random weights and these numbers of hidden units.
    pub fn new(hidden: &[usize], generator: &mut Generator) -> Self {
        let inputs = std::iter::once(PIXELS).chain(hidden.iter().copied());
        let outputs = hidden.iter().copied().chain(std::iter::once(10));
        Mlp { layers: inputs.zip(outputs).map(|(inputs, outputs)| Linear::new(inputs, outputs, generator)).collect() }
    }

    /// The weights of each layer, `[outputs, inputs]`, without the biases.
    pub fn weights(&self) -> Vec<&Parameter> {
        self.layers.iter().map(|layer| &layer.weight).collect()
    }

    /// The share of digits that it reads rightly.
    pub fn accuracy(&self, digits: &Digits) -> f64 {
        let order: Vec<usize> = (0..digits.len()).collect();
        let read = |batch: &[usize]| self.forward(&digits.batch(batch).0).value().argmax(-1).to_vec();
        let answers: Vec<u8> = no_grad(|| order.chunks(CHUNK).flat_map(read).map(|digit| digit as u8).collect());
        digits.share_right(&answers)
    }
}

impl Forward for Mlp {
    /// `[n, 1, 28, 28] -> [n, 10]`: a score for each digit.
    fn forward(&self, x: &Var) -> Var {
        let x = Flatten::default().forward(x);
        let (last, hidden) = self.layers.split_last().expect("a network has an output layer");
        last.forward(&hidden.iter().fold(x, |x, layer| layer.forward(&x).relu()))
    }
}
