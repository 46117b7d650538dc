//! `Run`: forward and first gradient of a recurrent layer by the kernels, on tensors.

use super::Sequence;
use crate::kernel::recurrent::cells::Cell;
use crate::kernel::recurrent::plan::Plan;
use crate::kernel::recurrent::{self, Operands, Seeds, Trace};
use crate::kernel::reduce::{self, Fold};
use crate::ops::prelude::*;

/// What the forward run of a layer leaves for its gradient.
pub struct Run<T: Real> {
    plan: Plan,
    /// The states `h` of all steps, in the order of the plan: the outputs themselves, if that is theirs.
    h: Tensor<T>,
    /// Gates and what else is kept of all steps.
    rest: Tensor<T>,
}

/// The operands of a layer, row-major: the sequences, the initial states and the weights.
pub(super) struct Layer<T: Real, const S: usize> {
    x: Tensor<T>,
    states: [Tensor<T>; S],
    weights: [Tensor<T>; 4],
}

fn slice<T: Real>(x: &Tensor<T>) -> &[T] {
    x.as_slice().expect("contiguous")
}

impl<T: Real, const S: usize> Layer<T, S> {
    pub(super) fn new(x: &Tensor<T>, states: [&Tensor<T>; S], weights: [&Tensor<T>; 4]) -> Self {
        Layer { x: x.contiguous(), states: states.map(Tensor::contiguous), weights: weights.map(Tensor::contiguous) }
    }

    fn operands(&self) -> Operands<'_, T> {
        let [w_ih, w_hh, b_ih, b_hh] = self.weights.each_ref().map(slice);
        let states = std::array::from_fn(|i| self.states.get(i).map_or(&[][..], slice));
        let (inputs, hidden) = (self.x.shape()[2], self.weights[1].shape()[1]);
        Operands { x: slice(&self.x), states, w_ih, w_hh, b_ih, b_hh, inputs, hidden }
    }

    /// The outputs and the last states.
    pub(super) fn forward<C: Cell>(&self, sequence: &Sequence) -> (Tensor<T>, [Tensor<T>; S], Run<T>) {
        let (plan, o) = (sequence.plan(self.x.shape()), self.operands());
        let lens = recurrent::trace_lens::<C>(&plan, o.hidden);
        let mut rest = Tensor::zeros([0]);
        let h = Tensor::build(Shape::from([plan.rows.len(), o.hidden]), |h| {
            let run = |rest: &mut [T]| recurrent::forward::<C, T>(&plan, o, h, rest);
            rest = Tensor::build(Shape::from(lens.iter().sum::<usize>()), run);
        });
        let shape = self.x.shape().with(2, o.hidden);
        let y = match plan.in_order() {
            true => h.reshape(shape),
            false => Tensor::build(shape, |y| plan.unpack(slice(&h), o.hidden, y)),
        };
        let [_, c, _] = recurrent::cut(slice(&rest), lens);
        let last = std::array::from_fn(|i| {
            let mut last = self.states[i].clone();
            last.write(|last| plan.last([slice(&h), c][i], o.hidden, last));
            last
        });
        (y, last, Run { plan, h, rest })
    }

    /// The gradients of the sequences, of the initial states and of the weights.
    #[expect(clippy::type_complexity, reason = "the operands in three parts, as the caller has them")]
    pub(super) fn backward<C: Cell>(
        &self,
        Run { plan, h, rest }: &Run<T>,
        dy: Option<&Tensor<T>>,
        dlast: [Option<&Tensor<T>>; S],
        needs: &[bool],
    ) -> (Option<Tensor<T>>, [Option<Tensor<T>>; S], [Option<Tensor<T>>; 4]) {
        let (o, trace) = (self.operands(), Trace { h: slice(h), rest: slice(rest) });
        let (dy, dlast) = (dy.map(Tensor::contiguous), dlast.map(|d| d.map(Tensor::contiguous)));
        let seeds = Seeds {
            y: dy.as_ref().map(slice),
            states: std::array::from_fn(|i| dlast.get(i).and_then(|d| d.as_ref().map(slice))),
            wants_h0: needs[1],
        };
        let lens = recurrent::gradient_lens::<C>(plan, o.hidden);
        let all = Tensor::build(Shape::from(lens.iter().sum::<usize>()), |out| {
            recurrent::backward::<C, T>(plan, o, trace, seeds, out);
        });
        let [product, apart, dh, dc] = recurrent::cut(slice(&all), lens);
        let input = if C::APART { apart } else { product };

        let dx = needs[0].then(|| Tensor::build(self.x.shape(), |dx| recurrent::input_gradient(plan, input, o, dx)));
        let dstates = std::array::from_fn(|i| {
            let state = |d: &mut [T]| plan.states_back([dh, dc][i], o.hidden, d);
            needs[1 + i].then(|| Tensor::build(self.states[i].shape().clone(), state))
        });
        let [w_ih, w_hh, b_ih, b_hh] = self.weights.each_ref().map(Tensor::shape);
        let wants = &needs[1 + S..];
        let db = |d, shape: &Shape| {
            let fold = Fold { outer: 1, n: plan.rows.len(), inner: shape[0] };
            Tensor::build(shape.clone(), |db| reduce::sum(d, fold, db))
        };
        let dweights = [
            wants[0].then(|| Tensor::build(w_ih.clone(), |dw| recurrent::input_weight_gradient(plan, input, o, dw))),
            wants[1].then(|| {
                Tensor::build(w_hh.clone(), |dw| recurrent::state_weight_gradient(plan, product, o, trace.h, dw))
            }),
            wants[2].then(|| db(input, b_ih)),
            wants[3].then(|| db(product, b_hh)),
        ];
        (dx, dstates, dweights)
    }
}
