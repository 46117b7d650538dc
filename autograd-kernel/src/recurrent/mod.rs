//! Recurrent sequences: one product for the inputs of all steps; then, step by step, the recurrent product and the gates.

mod backward;
pub mod cells;
mod forward;
mod panels;
pub mod plan;
mod rows;
mod spread;
mod weights;

use crate::element::Real;
use crate::gemm::{Bias, Matrix, MatrixMut};
use crate::list::List;
use backward::Backward;
use cells::Cell;
use forward::Forward;
use plan::Plan;
use rows::Rows;
use spread::Work;
use std::marker::PhantomData;
use weights::Weights;

/// The operands of a recurrent sequence, row-major.
#[derive(Clone, Copy)]
pub struct Operands<'a, T> {
    /// `[steps, batch, inputs]`.
    pub x: &'a [T],
    /// `[batch, hidden]` each; a state that the cell does not have is empty.
    pub states: [&'a [T]; 2],
    /// `[gates · hidden, inputs]`.
    pub w_ih: &'a [T],
    /// `[gates · hidden, hidden]`.
    pub w_hh: &'a [T],
    /// `[gates · hidden]`.
    pub b_ih: &'a [T],
    /// `[gates · hidden]`.
    pub b_hh: &'a [T],
    /// The number of inputs.
    pub inputs: usize,
    /// The number of hidden units.
    pub hidden: usize,
}

/// The lengths of what a run leaves besides the states `h`: gates, states `c`, and what else the gradient needs.
pub fn trace_lens<C: Cell>(plan: &Plan, hidden: usize) -> [usize; 3] {
    [C::GATES, C::STATES - 1, usize::from(C::APART)].map(|width| width * hidden * plan.rows.len())
}

/// The lengths of the gradients that a run backwards leaves: of the products with `h` and, where it is apart, with `x`, for each row; of the
/// initial states `h` and `c`, in the order of the plan.
pub fn gradient_lens<C: Cell>(plan: &Plan, hidden: usize) -> [usize; 4] {
    let (rows, examples) = (plan.rows.len(), plan.order.len());
    let apart = if C::APART { C::GATES } else { 0 };
    [C::GATES * rows, apart * rows, examples, (C::STATES - 1) * examples].map(|len| len * hidden)
}

/// Runs all steps, and leaves the state after each in `h`, for each row in the order of the plan, and the rest of what the gradient needs in
/// `trace`.
#[inline(never)]
pub fn forward<C: Cell, T: Real>(plan: &Plan, o: Operands<'_, T>, h: &mut [T], trace: &mut [T]) {
    let [gates, c, kept] = cut_mut(trace, trace_lens::<C>(plan, o.hidden));
    let (rows, columns) = (plan.rows.len(), o.b_ih.len());
    let x = plan.pack(o.x, o.inputs);
    let w = Matrix::row_major(o.w_ih, 0, [columns, o.inputs]).transposed();
    let products = MatrixMut::new(gates, [rows, columns], columns);
    T::product(Matrix::row_major(&x, 0, [rows, o.inputs]), w.into(), T::zero(), Bias::Columns(o.b_ih), products);
    let initial = o.states.map(|state| plan.states(state, state.len() / plan.order.len().max(1)));
    Weights::transposed(o.w_hh, [C::GATES, o.hidden], plan.steps(), |weights| {
        let work = work(plan, &weights, o, 0);
        let run = Forward {
            plan,
            weights,
            bias: o.b_hh,
            initial: initial.each_ref().map(|state| &**state),
            gates: Rows::new(gates, columns),
            h: Rows::new(h, o.hidden),
            c: Rows::new(c, o.hidden),
            kept: Rows::new(kept, o.hidden),
            cell: PhantomData::<C>,
        };
        // SAFETY: `spread` gives each example and unit to one thread at a time, and later steps after earlier ones.
        work.spread(|piece| unsafe { run.take(piece) });
    });
}

fn work<T: Real>(plan: &Plan, weights: &Weights<'_, T>, o: Operands<'_, T>, more: usize) -> Work {
    Work {
        steps: plan.steps() + more,
        examples: plan.order.len(),
        blocks: weights.blocks,
        weights: o.w_hh.len(),
        apart: weights.packed(),
    }
}

/// What a run left.
#[derive(Clone, Copy)]
pub struct Trace<'a, T> {
    /// The states after each step, for each row in the order of the plan.
    pub h: &'a [T],
    /// The rest, as [`forward`] left it.
    pub rest: &'a [T],
}

/// The gradients that a run backwards begins with.
#[derive(Clone, Copy)]
pub struct Seeds<'a, T> {
    /// Of the outputs, `[steps, batch, hidden]`.
    pub y: Option<&'a [T]>,
    /// Of the last states, `[batch, hidden]` each.
    pub states: [Option<&'a [T]>; 2],
    /// Whether the gradient of the first `h` is asked for.
    pub wants_h0: bool,
}

/// Runs all steps backwards, and leaves [`gradient_lens`] numbers in `out`.
#[inline(never)]
pub fn backward<C: Cell, T: Real>(
    plan: &Plan,
    o: Operands<'_, T>,
    trace: Trace<'_, T>,
    seeds: Seeds<'_, T>,
    out: &mut [T],
) {
    let [product, input, dh, dc] = cut_mut(out, gradient_lens::<C>(plan, o.hidden));
    for (state, d) in seeds.states.into_iter().zip([&mut *dh, &mut *dc]) {
        match state {
            Some(seed) => d.copy_from_slice(&plan.states(seed, o.hidden)),
            None => d.fill(T::zero()),
        }
    }
    let [gates, c, kept] = cut(trace.rest, trace_lens::<C>(plan, o.hidden));
    let initial = o.states.map(|state| plan.states(state, state.len() / plan.order.len().max(1)));
    Weights::plain(o.w_hh, [C::GATES, o.hidden], plan.steps(), |weights| {
        let work = work(plan, &weights, o, usize::from(seeds.wants_h0));
        let run = Backward {
            plan,
            weights,
            initial: initial.each_ref().map(|state| &**state),
            gates,
            states: [trace.h, c],
            kept,
            dy: seeds.y,
            product: Rows::new(product, o.b_hh.len()),
            input: Rows::new(input, o.b_ih.len()),
            dh: Rows::new(dh, o.hidden),
            dc: Rows::new(dc, o.hidden),
            cell: PhantomData::<C>,
        };
        // SAFETY: `spread` gives each example and unit to one thread at a time, and later steps after earlier ones.
        work.spread(|piece| unsafe { run.take(piece) });
    });
}

/// `dx ← d w_ih`, each row back at its step and example, for `d` in the order of the plan.
#[inline(never)]
pub fn input_gradient<T: Real>(plan: &Plan, d: &[T], o: Operands<'_, T>, dx: &mut [T]) {
    let (m, n, k) = (plan.rows.len(), o.b_ih.len(), o.inputs);
    let (d, w) = (Matrix::row_major(d, 0, [m, n]), Matrix::row_major(o.w_ih, 0, [n, k]));
    if plan.in_order() {
        return T::gemm(d, w, T::zero(), dx);
    }
    let mut packed = List::filled(T::zero(), m * k);
    T::gemm(d, w, T::zero(), &mut packed);
    plan.unpack(&packed, k, dx);
}

/// `dw_ih ← dᵀ x`, a sum over all rows.
#[inline(never)]
pub fn input_weight_gradient<T: Real>(plan: &Plan, d: &[T], o: Operands<'_, T>, dw: &mut [T]) {
    add_transposed_product(d, &plan.pack(o.x, o.inputs), [o.b_ih.len(), o.inputs], T::zero(), dw);
}

/// `dw_hh ← dᵀ` times the states before each step, given those after it.
#[inline(never)]
pub fn state_weight_gradient<T: Real>(plan: &Plan, d: &[T], o: Operands<'_, T>, h: &[T], dw: &mut [T]) {
    let size @ [n, hidden] = [o.b_hh.len(), o.hidden];
    if plan.in_order() {
        // Each step has all examples: the states before are those of the step before, one behind the other.
        let first = plan.order.len().min(plan.rows.len());
        let (d, rest) = d.split_at(first * n);
        add_transposed_product(d, &o.states[0][..first * hidden], size, T::zero(), dw);
        return add_transposed_product(rest, &h[..rest.len() / n.max(1) * hidden], size, T::one(), dw);
    }
    let mut before = List::filled(T::zero(), h.len());
    plan.before(&plan.states(o.states[0], hidden), h, hidden, &mut before);
    add_transposed_product(d, &before, size, T::zero(), dw);
}

/// `dw ← dᵀ x + β dw`
fn add_transposed_product<T: Real>(d: &[T], x: &[T], [n, k]: [usize; 2], beta: T, dw: &mut [T]) {
    let m = d.len() / n.max(1);
    T::gemm(Matrix::row_major(d, 0, [m, n]).transposed(), Matrix::row_major(x, 0, [m, k]), beta, dw);
}

/// A slice in parts of these lengths.
pub fn cut<T, const N: usize>(mut x: &[T], lens: [usize; N]) -> [&[T]; N] {
    lens.map(|len| x.split_off(..len).expect("the parts lie in the whole"))
}

fn cut_mut<T, const N: usize>(mut x: &mut [T], lens: [usize; N]) -> [&mut [T]; N] {
    lens.map(|len| x.split_off_mut(..len).expect("the parts lie in the whole"))
}
