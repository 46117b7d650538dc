//! `Run`: forward and first gradient of a recurrent layer by the kernels, on tensors.

use super::Sequence;
use crate::kernel::recurrent::{self, Operands, Seeds};
use crate::kernel::recurrent_cells::Cell;
use crate::kernel::recurrent_plan::Plan;
use crate::kernel::reduce::{self, Fold};
use crate::ops::prelude::*;

/// Examples that take their steps together, on one thread: at least enough that a product with the weights pays, and of a larger batch a part.
fn together(batch: usize) -> usize {
    batch.div_ceil(16).clamp(16, 64)
}

/// What the forward run of a layer leaves for its gradient.
pub struct Run<T: Real> {
    plan: Plan,
    /// Gates and states of all steps.
    trace: Tensor<T>,
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

    fn operands<'a>(&'a self, w_hh_transposed: Option<&'a Tensor<T>>) -> Operands<'a, T> {
        let [w_ih, w_hh, b_ih, b_hh] = self.weights.each_ref().map(slice);
        let states = std::array::from_fn(|i| self.states.get(i).map_or(&[][..], slice));
        let (inputs, hidden) = (self.x.shape()[2], self.weights[1].shape()[1]);
        let w_hh_transposed = w_hh_transposed.map(slice);
        Operands { x: slice(&self.x), states, w_ih, w_hh, w_hh_transposed, b_ih, b_hh, inputs, hidden }
    }

    /// The outputs and the last states.
    pub(super) fn forward<C: Cell>(&self, sequence: &Sequence) -> (Tensor<T>, [Tensor<T>; S], Run<T>) {
        let [steps, batch, _] = [0, 1, 2].map(|axis| self.x.shape()[axis]);
        let plan = sequence.plan(self.x.shape(), together(batch));
        let transposed = (steps >= recurrent::LONG).then(|| self.weights[1].mt().contiguous());
        let o = self.operands(transposed.as_ref());
        let trace = Tensor::build(recurrent::trace_len::<C>(&plan, o.hidden).into(), |trace| {
            recurrent::forward::<C, T>(&plan, o, trace);
        });
        let y = Tensor::build(self.x.shape().with(2, o.hidden), |y| {
            recurrent::outputs::<C, T>(&plan, o.hidden, slice(&trace), y);
        });
        let last = std::array::from_fn(|i| {
            let mut last = self.states[i].clone();
            last.write(|last| recurrent::last::<C, T>(&plan, o.hidden, slice(&trace), i, last));
            last
        });
        (y, last, Run { plan, trace })
    }

    /// The gradients of the sequences, of the initial states and of the weights.
    #[expect(clippy::type_complexity, reason = "the operands in three parts, as the caller has them")]
    pub(super) fn backward<C: Cell>(
        &self,
        Run { plan, trace }: &Run<T>,
        dy: Option<&Tensor<T>>,
        dlast: [Option<&Tensor<T>>; S],
        needs: &[bool],
    ) -> (Option<Tensor<T>>, [Option<Tensor<T>>; S], [Option<Tensor<T>>; 4]) {
        let (o, trace) = (self.operands(None), slice(trace));
        let (dy, dlast) = (dy.map(Tensor::contiguous), dlast.map(|d| d.map(Tensor::contiguous)));
        let seeds = Seeds {
            y: dy.as_ref().map(slice),
            states: std::array::from_fn(|i| dlast.get(i).and_then(|d| d.as_ref().map(slice))),
            wants_h0: needs[1],
        };
        let lens = recurrent::gradient_lens::<C>(plan, o.hidden);
        let all = Tensor::build(lens.iter().sum::<usize>().into(), |out| {
            recurrent::backward::<C, T>(plan, o, trace, seeds, out);
        });
        let [product, apart, dh, dc] = recurrent::cut(slice(&all), lens);
        let input = if C::APART { apart } else { product };

        let dx =
            needs[0].then(|| Tensor::build(self.x.shape().clone(), |dx| recurrent::input_gradient(plan, input, o, dx)));
        let dstates = std::array::from_fn(|i| {
            let state = |d: &mut [T]| plan.states_back([dh, dc][i], o.hidden, d);
            needs[1 + i].then(|| Tensor::build(self.states[i].shape().clone(), state))
        });
        let [w_ih, w_hh, b_ih, b_hh] = self.weights.each_ref().map(Tensor::shape);
        let wants = &needs[1 + S..];
        let dw = |d, x: &[T], shape: &Shape| {
            Tensor::build(shape.clone(), |dw| recurrent::weight_gradient(d, x, [shape[0], shape[1]], dw))
        };
        let db = |d, shape: &Shape| {
            let fold = Fold { outer: 1, n: plan.rows.len(), inner: shape[0] };
            Tensor::build(shape.clone(), |db| reduce::sum(d, fold, db))
        };
        let rows = plan.rows.len();
        let before =
            || Tensor::build([rows, o.hidden].into(), |out| recurrent::before_each::<C, T>(plan, o, trace, out));
        let dweights = [
            wants[0].then(|| dw(input, &plan.pack(0..rows, o.x, o.inputs), w_ih)),
            wants[1].then(|| dw(product, slice(&before()), w_hh)),
            wants[2].then(|| db(input, b_ih)),
            wants[3].then(|| db(product, b_hh)),
        ];
        (dx, dstates, dweights)
    }
}
