//! `RecurrentStack`: the layers of a recurrent network, one above the other and in both directions.

use super::{RecurrentLayer, RecurrentOptions, RecurrentParameters};
use crate::layers::prelude::*;
use autograd_core::List;
use autograd_core::ops::Sequence;
use std::panic::Location;

/// The layers of a recurrent network and how they stand together: what [`Rnn`](crate::Rnn), [`Lstm`](crate::Lstm) and [`Gru`](crate::Gru)
/// have in common.
#[derive(Debug)]
pub struct RecurrentStack<T: Real = f32> {
    /// Sizes and arrangement. The parameters follow them; only `dropout` and `batch_first` may be changed afterwards.
    pub options: RecurrentOptions,
    /// The parameters, layer by layer.
    pub layers: Vec<RecurrentLayer<T>>,
    /// Whether elements between layers are dropped.
    pub training: Training,
    /// Where dropout takes its masks from: in each pass one key for each place between two layers.
    pub keys: KeyStream,
}

/// A state that each step hands on to the next: its name, its size, and what it begins with, if not with zeros.
pub(super) type First<'a, T> = (&'static str, usize, Option<&'a Var<T>>);

impl<T: Real> RecurrentStack<T> {
    /// The layers of the network `name`, whose cell has so many gates.
    #[track_caller]
    pub(super) fn new(name: &str, gates: usize, options: RecurrentOptions, generator: &mut Generator) -> Self {
        options.check(name);
        let layer = |number, generator: &mut Generator| {
            let inputs = if number == 0 { options.inputs } else { options.outputs() };
            let forward = RecurrentParameters::new(gates, inputs, &options, generator);
            let reverse = options.bidirectional.then(|| RecurrentParameters::new(gates, inputs, &options, generator));
            RecurrentLayer { forward, reverse }
        };
        let layers = (0..options.layers).map(|number| layer(number, generator)).collect();
        RecurrentStack { options, layers, training: Training::default(), keys: KeyStream::draw(generator) }
    }

    /// The output of the last layer, and the last states of all; `layer` computes one layer in one direction.
    #[track_caller]
    pub(super) fn run<const S: usize>(
        &self,
        name: &str,
        x: &Var<T>,
        first: [First<'_, T>; S],
        lengths: Option<&Tensor<i64>>,
        layer: impl Fn(&Var<T>, &RecurrentParameters<T>, [&Var<T>; S], &Sequence) -> (Var<T>, [Var<T>; S]),
    ) -> (Var<T>, [Var<T>; S]) {
        let single = x.rank() == 2;
        require!(single || x.rank() == 3, "{name}: x has {} axes, it needs 3, or 2 for a single sequence", x.rank());
        let swapped = self.options.batch_first && !single;
        let mut y = match (single, swapped) {
            (true, _) => x.unsqueeze(1),
            (_, true) => x.transpose(0, 1),
            _ => x.clone(),
        };
        let [steps, batch] = [0, 1].map(|axis| y.shape()[axis]);
        self.check(name, [steps, batch], single, &first, lengths);
        let first = first
            .map(|(_, size, given)| (size, given.map(|state| if single { state.unsqueeze(1) } else { state.clone() })));

        let mut last: [List<Var<T>>; S] = std::array::from_fn(|_| List::new());
        for (number, parameters) in self.layers.iter().enumerate() {
            if number > 0 && self.options.dropout > 0.0 && self.training.is_on() {
                y = y.dropout(self.options.dropout, self.keys.next());
            }
            let mut outputs = List::new();
            for (i, (parameters, reverse)) in parameters.directions().enumerate() {
                let run = (number * self.options.directions() + i) as isize;
                let states = first.each_ref().map(|(size, state)| match state {
                    Some(state) => state.select(0, run),
                    None => Var::constant(Tensor::zeros([batch, *size])),
                });
                let sequence = Sequence { lengths: lengths.cloned(), reverse };
                let compute = || layer(&y, parameters, states.each_ref(), &sequence);
                let (output, ends) = blame(Location::caller(), compute);
                outputs.push(output);
                last.iter_mut().zip(ends).for_each(|(last, end)| last.push(end));
            }
            y = match &outputs[..] {
                [output] => output.clone(),
                outputs => Var::concat(outputs, 2),
            };
        }
        let y = match (single, swapped) {
            (true, _) => y.squeeze(1),
            (_, true) => y.transpose(0, 1),
            _ => y,
        };
        let last = last.map(|ends| {
            let ends = Var::stack(&ends, 0);
            if single { ends.squeeze(1) } else { ends }
        });
        (y, last)
    }

    /// Refuses first states and lengths that do not fit `x`.
    #[track_caller]
    fn check(
        &self,
        name: &str,
        [steps, batch]: [usize; 2],
        single: bool,
        first: &[First<'_, T>],
        lengths: Option<&Tensor<i64>>,
    ) {
        let runs = self.layers.len() * self.options.directions();
        for &(state, size, given) in first {
            let needed: &[usize] = if single { &[runs, size] } else { &[runs, batch, size] };
            if let Some(given) = given.map(Var::shape) {
                require!(**given == *needed, "{name}: {state} has shape {given}, it needs {needed:?}");
            }
        }
        if let Some(lengths) = lengths {
            require!(
                *lengths.shape() == [batch],
                "{name}: the lengths have shape {}, they need [{batch}]",
                lengths.shape()
            );
            for (i, length) in lengths.to_vec().into_iter().enumerate() {
                let fits = usize::try_from(length).is_ok_and(|length| length <= steps);
                require!(fits, "{name}: example {i} has length {length}, x has {steps} steps");
            }
        }
    }

    /// Shows the parameters under PyTorch's names, as if they were fields of the network.
    pub(super) fn visit(&self, visitor: &mut Visitor<'_, T>) {
        self.layers.iter().enumerate().for_each(|(number, layer)| layer.visit(number, visitor));
        visitor.field("training", &self.training);
        visitor.field("keys", &self.keys);
    }
}
