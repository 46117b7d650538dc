//! `RecurrentParameters` and `RecurrentLayer`: what a layer of a recurrent network multiplies with, in one direction and in both.

use super::RecurrentOptions;
use crate::layers::prelude::*;
use autograd_core::ops::RecurrentWeights;

/// The parameters of a recurrent layer in one direction: a block of rows for each gate.
#[derive(Debug)]
pub struct RecurrentParameters<T: Real = f32> {
    /// For the inputs, `[gates · hidden, in]`.
    pub weight_ih: Parameter<T>,
    /// For the state, `[gates · hidden, state]`.
    pub weight_hh: Parameter<T>,
    /// Added to the product with the inputs, `[gates · hidden]`.
    pub bias_ih: Option<Parameter<T>>,
    /// Added to the product with the state, `[gates · hidden]`.
    pub bias_hh: Option<Parameter<T>>,
    /// The projection of the state, `[state, hidden]`.
    pub weight_hr: Option<Parameter<T>>,
}

impl<T: Real> RecurrentParameters<T> {
    /// First values uniform within `±1/√hidden` as in PyTorch.
    pub(super) fn new(gates: usize, inputs: usize, options: &RecurrentOptions, generator: &mut Generator) -> Self {
        let (hidden, state) = (options.hidden, options.state());
        let mut draw = |shape: &[usize]| Parameter::new(init::fan_in_uniform(shape, hidden, generator));
        RecurrentParameters {
            weight_ih: draw(&[gates * hidden, inputs]),
            weight_hh: draw(&[gates * hidden, state]),
            bias_ih: options.bias.then(|| draw(&[gates * hidden])),
            bias_hh: options.bias.then(|| draw(&[gates * hidden])),
            weight_hr: options.projection.map(|to| draw(&[to, hidden])),
        }
    }

    /// Those of the cell `name`.
    #[track_caller]
    pub(super) fn of_cell(name: &str, gates: usize, inputs: usize, hidden: usize, generator: &mut Generator) -> Self {
        let options = RecurrentOptions::new(inputs, hidden);
        options.check(name);
        RecurrentParameters::new(gates, inputs, &options, generator)
    }

    /// Computes with the present values; the projection is left to the caller.
    pub(super) fn apply<R>(&self, f: impl FnOnce(RecurrentWeights<'_, T>) -> R) -> R {
        with_values([&self.weight_ih, &self.weight_hh], [&self.bias_ih, &self.bias_hh], f)
    }

    /// Under PyTorch's names: `weight_ih_l0`, and `weight_ih_l0_reverse` for the other direction.
    fn visit(&self, suffix: &str, visitor: &mut Visitor<'_, T>) {
        visitor.field(&format!("weight_ih{suffix}"), &self.weight_ih);
        visitor.field(&format!("weight_hh{suffix}"), &self.weight_hh);
        visitor.field(&format!("bias_ih{suffix}"), &self.bias_ih);
        visitor.field(&format!("bias_hh{suffix}"), &self.bias_hh);
        visitor.field(&format!("weight_hr{suffix}"), &self.weight_hr);
    }
}

/// Computes with the present values of parameters.
pub(super) fn with_values<T: Real, R>(
    weights: [&Parameter<T>; 2],
    biases: [&Option<Parameter<T>>; 2],
    f: impl FnOnce(RecurrentWeights<'_, T>) -> R,
) -> R {
    let [w_ih, w_hh] = weights.map(Parameter::var);
    let [b_ih, b_hh] = biases.map(|bias| bias.as_ref().map(Parameter::var));
    f(RecurrentWeights { w_ih: &w_ih, w_hh: &w_hh, b_ih: b_ih.as_ref(), b_hh: b_hh.as_ref() })
}

/// The parameters of a recurrent layer.
#[derive(Debug)]
pub struct RecurrentLayer<T: Real = f32> {
    /// Of the direction from the beginning to the end.
    pub forward: RecurrentParameters<T>,
    /// Of the other direction.
    pub reverse: Option<RecurrentParameters<T>>,
}

impl<T: Real> RecurrentLayer<T> {
    /// Its directions; the other one is true for the one from the end to the beginning.
    pub(super) fn directions(&self) -> impl Iterator<Item = (&RecurrentParameters<T>, bool)> {
        [(&self.forward, false)].into_iter().chain(self.reverse.as_ref().map(|reverse| (reverse, true)))
    }

    pub(super) fn visit(&self, number: usize, visitor: &mut Visitor<'_, T>) {
        for (parameters, reverse) in self.directions() {
            parameters.visit(&format!("_l{number}{}", if reverse { "_reverse" } else { "" }), visitor);
        }
    }
}
