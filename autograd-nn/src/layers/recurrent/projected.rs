//! The LSTM with a projected state, step by step.

use super::RecurrentParameters;
use crate::layers::prelude::*;
use autograd_core::ops::Sequence;

/// One layer in one direction: `hₜ = w_hr (σ(a_o) · tanh(cₜ))` after each step, and the rest as in [`Var::lstm`].
///
/// An example that has ended, or not yet begun, takes part in each step with zeros; its states stay, and its output is 0.
pub(super) fn lstm<T: Real>(
    x: &Var<T>,
    parameters: &RecurrentParameters<T>,
    projection: &Parameter<T>,
    [h, c]: [&Var<T>; 2],
    Sequence { lengths, reverse }: &Sequence,
) -> (Var<T>, [Var<T>; 2]) {
    let [steps, batch] = [0, 1].map(|axis| x.shape()[axis]);
    let lengths = lengths.as_ref().map(Tensor::to_vec);
    // Steps from `t` on of examples that are not that long, as `[steps, n, 1]`.
    let padding = |t: usize, steps: usize| {
        let lengths = lengths.as_ref()?;
        Some(Tensor::from_fn([steps, batch, 1], |i| (t + i / batch) as i64 >= lengths[i % batch]))
    };
    // Hidden here, and not only where results are chosen: the NaN of a padding times a gradient of 0 is no 0.
    let x = padding(0, steps).map_or_else(|| x.clone(), |padding| x.masked_fill(&padding, T::zero()));
    let w_hr = projection.var();
    parameters.apply(|weights| {
        let inputs = x.linear(weights.w_ih, weights.b_ih);
        let (mut h, mut c) = (h.clone(), c.clone());
        let mut outputs = Vec::with_capacity(steps);
        for t in 0..steps {
            let t = if *reverse { steps - 1 - t } else { t };
            let gates = inputs.select(0, t as isize) + h.linear(weights.w_hh, weights.b_hh);
            let [i, f, g, o] = <[Var<T>; 4]>::try_from(gates.chunk(4, 1)).expect("four gates of one size");
            let new_c = f.sigmoid() * &c + i.sigmoid() * g.tanh();
            let new_h = (o.sigmoid() * new_c.tanh()).linear(&w_hr, None);
            match padding(t, 1) {
                None => {
                    outputs.push(new_h.clone());
                    (h, c) = (new_h, new_c);
                }
                Some(padding) => {
                    let padding = padding.reshape([batch, 1]);
                    outputs.push(new_h.masked_fill(&padding, T::zero()));
                    (h, c) = (Var::where_(&padding, &h, &new_h), Var::where_(&padding, &c, &new_c));
                }
            }
        }
        if *reverse {
            outputs.reverse();
        }
        let y = match outputs.is_empty() {
            true => Var::constant(Tensor::zeros([0, batch, w_hr.shape()[0]])),
            false => Var::stack(&outputs, 0),
        };
        (y, [h, c])
    })
}
