//! A cell's step: a sequence of length one, of one example or of a batch.

use super::parameters::with_values;
use crate::layers::prelude::*;
use autograd_core::ops::{RecurrentWeights, Sequence};
use std::panic::Location;

/// What a cell with these parameters makes of `x` and the named states, which begin as zeros if there are none.
#[track_caller]
pub(super) fn step<T: Real, const S: usize>(
    name: &str,
    x: &Var<T>,
    states: [(&str, Option<&Var<T>>); S],
    weights: [&Parameter<T>; 2],
    biases: [&Option<Parameter<T>>; 2],
    layer: impl FnOnce(&Var<T>, RecurrentWeights<'_, T>, [&Var<T>; S], &Sequence) -> [Var<T>; S],
) -> [Var<T>; S] {
    let single = x.rank() == 1;
    require!(single || x.rank() == 2, "{name}: x has {} axes, it needs 2, or 1 for a single example", x.rank());
    let batch = if single { 1 } else { x.shape()[0] };
    let hidden = weights[1].shape()[1];
    let needed: &[usize] = if single { &[hidden] } else { &[batch, hidden] };
    for (state, given) in states {
        if let Some(given) = given.map(Var::shape) {
            require!(**given == *needed, "{name}: {state} has shape {given}, it needs {needed:?}");
        }
    }
    let states = states.map(|(_, given)| match given {
        None => Var::constant(Tensor::zeros([batch, hidden])),
        Some(given) if single => given.unsqueeze(0),
        Some(given) => given.clone(),
    });
    let x = x.reshape([1, batch, x.shape()[x.rank() - 1]]);
    let compute = |values: RecurrentWeights<'_, T>| layer(&x, values, states.each_ref(), &Sequence::default());
    let next = blame(Location::caller(), || with_values(weights, biases, compute));
    if single { next.map(|state| state.squeeze(0)) } else { next }
}
