//! A recurrent layer unrolled in other ops: what its derivatives beyond the first go through.

use super::Sequence;
use crate::ops::prelude::*;

impl Sequence {
    /// The outputs and the last states of a layer whose cell makes the next states of the products with `x` and `h`, biases included, and of the
    /// states.
    ///
    /// As in the kernels, only rows of examples that still run take part in a step: padding is not hidden, it is never touched.
    pub(super) fn unroll<T: Real, const S: usize>(
        &self,
        x: &Var<T>,
        states: [&Var<T>; S],
        [w_ih, w_hh, b_ih, b_hh]: [&Var<T>; 4],
        cell: impl Fn(&Var<T>, &Var<T>, [&Var<T>; S]) -> [Var<T>; S],
    ) -> (Var<T>, [Var<T>; S]) {
        let &[steps, batch, inputs] = &**x.shape() else { unreachable!("the shape rule accepted three axes") };
        let (hidden, plan) = (w_hh.shape()[1], self.plan(x.shape()));
        let index = |places: &[usize]| Tensor::from_fn(places.len(), |i| places[i] as i64);
        let (rows, order) = (index(&plan.rows), index(&plan.order));

        let x = x.reshape([steps * batch, inputs]).index_select(0, &rows);
        let input = x.matmul(&w_ih.mt()) + b_ih;
        let mut states = states.map(|state| state.index_select(0, &order));
        let (mut outputs, mut ended) = (Vec::new(), Vec::new());
        for step in (0..plan.steps()).map(|s| plan.step(s)) {
            if step.len() < states[0].shape()[0] {
                // The examples that end are the last ones.
                ended.push(states.each_ref().map(|state| state.slice((step.len()..,))));
                states = states.map(|state| state.slice((..step.len(),)));
            }
            let product = states[0].matmul(&w_hh.mt()) + b_hh;
            states = cell(&input.slice((step,)), &product, states.each_ref());
            outputs.push(states[0].clone());
        }
        ended.push(states);
        let back = |rows: &[&Var<T>], at: &Tensor<i64>, places| Var::concat(rows, 0).index_add(0, at, places);
        let y = match outputs.is_empty() {
            true => Var::constant(Tensor::zeros([steps * batch, hidden])),
            false => back(&outputs.iter().collect::<Vec<_>>(), &rows, steps * batch),
        };
        // The longest run at the front, so those that ended last come first.
        let last = std::array::from_fn(|i| {
            back(&ended.iter().rev().map(|states| &states[i]).collect::<Vec<_>>(), &order, batch)
        });
        (y.reshape([steps, batch, hidden]), last)
    }
}

/// The parts of `[.., gates · hidden]` that belong to each gate.
pub(super) fn gates<T: Real, const G: usize>(x: &Var<T>) -> [Var<T>; G] {
    let hidden = x.shape()[1] / G;
    std::array::from_fn(|gate| x.slice((.., gate * hidden..(gate + 1) * hidden)))
}
