//! Recurrent sequences against a textbook loop, one number at a time.

use super::cells::{Cell, Gru, Lstm, Relu, Tanh};
use super::plan::Plan;
use super::*;
use crate::isa::Isa;

/// Sizes of a case.
#[derive(Clone, Copy, Debug)]
struct Size {
    steps: usize,
    batch: usize,
    inputs: usize,
    hidden: usize,
}

/// Numbers between -1 and 1 that look like none in particular.
fn numbers<T: Real>(len: usize, seed: usize) -> Vec<T> {
    (0..len).map(|i| T::of(((i * 2_654_435_761 + seed * 40_503 + 12_345) % 1_000_003) as f64 / 500_001.5 - 1.0)).collect()
}

struct Case<T> {
    size: Size,
    plan: Plan,
    x: Vec<T>,
    states: [Vec<T>; 2],
    weights: [Vec<T>; 4],
    seeds: [Vec<T>; 3],
}

impl<T: Real> Case<T> {
    fn new<C: Cell>(size: Size, lengths: Option<&[i64]>, reverse: bool) -> Self {
        let Size { steps, batch, inputs, hidden } = size;
        let rows = C::GATES * hidden;
        let scale = T::of(1.0 / (hidden as f64).sqrt());
        let weights = [rows * inputs, rows * hidden, rows, rows].map(|len| {
            let mut w: Vec<T> = numbers(len, len);
            w.iter_mut().for_each(|w| *w *= scale);
            w
        });
        let states = [0, 1].map(|i| if i < C::STATES { numbers(batch * hidden, i) } else { Vec::new() });
        let seeds = [steps * batch * hidden, batch * hidden, batch * hidden].map(|len| numbers(len, len + 1));
        let plan = Plan::new([steps, batch], lengths, reverse);
        Case { size, plan, x: numbers(steps * batch * inputs, 7), states, weights, seeds }
    }

    /// Outputs, last states and gradients by the kernels, one behind the other.
    fn computed<C: Cell>(&self) -> Vec<T> {
        let Size { steps, batch, inputs, hidden } = self.size;
        let (plan, rows) = (&self.plan, self.plan.rows.len());
        let states = self.states.each_ref().map(|state| &state[..]);
        let [w_ih, w_hh, b_ih, b_hh] = self.weights.each_ref().map(|w| &w[..]);
        let o = Operands { x: &self.x, states, w_ih, w_hh, b_ih, b_hh, inputs, hidden };
        let nan = |len| vec![T::nan(); len];
        let (mut h, mut rest) = (nan(rows * hidden), nan(trace_lens::<C>(plan, hidden).iter().sum()));
        forward::<C, T>(plan, o, &mut h, &mut rest);
        let mut y = nan(steps * batch * hidden);
        plan.unpack(&h, hidden, &mut y);
        let mut last = self.states.clone();
        plan.last(&h, hidden, &mut last[0]);
        if C::STATES == 2 {
            let [_, c, _] = cut(&rest, trace_lens::<C>(plan, hidden));
            plan.last(c, hidden, &mut last[1]);
        }
        let lens = gradient_lens::<C>(plan, hidden);
        let mut out = nan(lens.iter().sum());
        let seeds = Seeds {
            y: Some(&self.seeds[0]),
            states: [Some(&self.seeds[1]), (C::STATES == 2).then_some(&self.seeds[2][..])],
            wants_h0: true,
        };
        backward::<C, T>(plan, o, Trace { h: &h, rest: &rest }, seeds, &mut out);
        let [product, apart, dh, dc] = cut(&out, lens);
        let input = if C::APART { apart } else { product };
        let (mut dx, mut dw_ih, mut dw_hh) = (nan(self.x.len()), nan(w_ih.len()), nan(w_hh.len()));
        input_gradient(plan, input, o, &mut dx);
        weight_gradient(input, &plan.pack(&self.x, inputs), [b_ih.len(), inputs], &mut dw_ih);
        state_gradient(plan, product, o, &h, &mut dw_hh);
        let mut dstates = [nan(dh.len()), nan(dc.len())];
        plan.states_back(dh, hidden, &mut dstates[0]);
        if C::STATES == 2 {
            plan.states_back(dc, hidden, &mut dstates[1]);
        }
        let [dh, dc] = dstates;
        let [h, c] = last;
        [y, h, c, dx, dh, dc, dw_ih, dw_hh].concat()
    }
}

#[test]
fn smoke() {
    for isa in Isa::all() {
        for hidden in [1, 5, 16, 17, 100] {
            let size = Size { steps: 9, batch: 3, inputs: 4, hidden };
            isa.hold(|| {
                assert!(Case::<f32>::new::<Lstm>(size, None, false).computed::<Lstm>().iter().all(|x| x.is_finite()));
                assert!(Case::<f32>::new::<Gru>(size, None, false).computed::<Gru>().iter().all(|x| x.is_finite()));
                assert!(Case::<f64>::new::<Tanh>(size, None, false).computed::<Tanh>().iter().all(|x| x.is_finite()));
                assert!(Case::<f64>::new::<Relu>(size, None, false).computed::<Relu>().iter().all(|x| x.is_finite()));
            });
        }
    }
}
