//! Recurrent sequences: one product for the inputs of all steps; then, step by step, the recurrent product and the gates.

use super::gemm::Matrix;
use super::recurrent_cells::{Backward, Cell, Forward};
use super::recurrent_plan::{Group, Plan, put, take};
use super::threads;
use crate::element::Real;

/// Rows from which on a matrix product pays, which first arranges its operands in memory.
const MANY: usize = 6;
/// Steps from which on it pays to have the weights for the state transposed.
pub const LONG: usize = 8;

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
    /// The same transposed, `[hidden, gates · hidden]`, for a run of [`LONG`] sequences.
    pub w_hh_transposed: Option<&'a [T]>,
    /// `[gates · hidden]`.
    pub b_ih: &'a [T],
    /// `[gates · hidden]`.
    pub b_hh: &'a [T],
    /// The number of inputs.
    pub inputs: usize,
    /// The number of hidden units.
    pub hidden: usize,
}

/// Numbers that a cell has for each row.
#[derive(Clone, Copy)]
struct Widths {
    gates: usize,
    /// The product with `h`, where it is apart from that with `x`.
    apart: usize,
    h: usize,
    c: usize,
    kept: usize,
}

impl Widths {
    fn of<C: Cell>(hidden: usize) -> Self {
        let apart = if C::APART { C::GATES } else { 0 };
        let [gates, apart, c, kept] = [C::GATES, apart, C::STATES - 1, C::KEPT].map(|count| count * hidden);
        Widths { gates, apart, h: hidden, c, kept }
    }

    /// What a run leaves of `rows` rows: gates, `h`, `c` and what else is kept.
    fn trace(self, rows: usize) -> [usize; 4] {
        [self.gates, self.h, self.c, self.kept].map(|width| width * rows)
    }
}

/// The length of the trace of a run.
pub fn trace_len<C: Cell>(plan: &Plan, hidden: usize) -> usize {
    Widths::of::<C>(hidden).trace(plan.rows.len()).iter().sum()
}

/// The gradients that a run backwards leaves, one behind the other: of the products with `h` and, where it is apart, with `x`, for each row; of
/// the initial states `h` and `c`, in the order of the plan.
pub fn gradient_lens<C: Cell>(plan: &Plan, hidden: usize) -> [usize; 4] {
    let Widths { gates, apart, h, c, .. } = Widths::of::<C>(hidden);
    let (rows, examples) = (plan.rows.len(), plan.order.len());
    [gates * rows, apart * rows, h * examples, c * examples]
}

/// Runs all steps, and leaves in `trace`, group by group, what the gradient needs.
pub fn forward<C: Cell, T: Real>(plan: &Plan, o: Operands<'_, T>, mut trace: &mut [T]) {
    let widths = Widths::of::<C>(o.hidden);
    let mut runs: Vec<(&Group, &mut [T])> = Vec::with_capacity(plan.groups.len());
    for group in &plan.groups {
        runs.push((group, part(&mut trace, widths.trace(group.rows().len()).iter().sum())));
    }
    threads::chunks(&mut runs, 1, cost(plan, widths, o), |_, runs| {
        runs.iter_mut().for_each(|(group, trace)| run::<C, T>(plan, group, o, trace));
    });
}

/// The work of a group in cheap operations.
fn cost<T>(plan: &Plan, widths: Widths, o: Operands<'_, T>) -> usize {
    let rows = plan.rows.len() / plan.groups.len().max(1);
    (rows * widths.gates).saturating_mul(16 + (o.inputs + o.hidden) / 16)
}

/// Runs the steps of a group.
fn run<C: Cell, T: Real>(plan: &Plan, group: &Group, o: Operands<'_, T>, trace: &mut [T]) {
    let widths = Widths::of::<C>(o.hidden);
    let [gates, h, c, kept] = cut_mut(trace, widths.trace(group.rows().len()));
    // Both biases at once, where both products are one.
    let bias: Vec<T> = match C::APART {
        true => o.b_ih.to_vec(),
        false => o.b_ih.iter().zip(o.b_hh).map(|(&a, &b)| a + b).collect(),
    };
    repeat(&bias, gates);
    add_product_transposed(&plan.pack(group.rows(), o.x, o.inputs), o.w_ih, [widths.gates, o.inputs], gates);
    let initial = initial(plan, group, o, widths);
    let mut apart = vec![T::zero(); group.examples.len() * widths.apart];
    for s in 0..group.steps() {
        let step = group.step(s);
        let (h_past, h) = h.split_at_mut(step.start * widths.h);
        let (c_past, c) = c.split_at_mut(step.start * widths.c);
        let [h_before, c_before] = before(group, s, [h_past, c_past], &initial, widths);
        let gates = &mut gates[step.start * widths.gates..step.end * widths.gates];
        let apart = &mut apart[..step.len() * widths.apart];
        let product = if C::APART { &mut *apart } else { &mut *gates };
        if C::APART {
            repeat(o.b_hh, product);
        }
        let h_before = &h_before[..step.len() * widths.h];
        match o.w_hh_transposed {
            Some(w) => multiply(h_before, w, [widths.h, widths.gates], T::one(), product),
            None => add_product_transposed(h_before, o.w_hh, [widths.gates, widths.h], product),
        }
        for (i, at) in step.enumerate() {
            C::forward(Forward {
                gates: row_mut(gates, i, widths.gates),
                apart: row(apart, i, widths.apart),
                h_before: row(h_before, i, widths.h),
                c_before: row(c_before, i, widths.c),
                h: row_mut(h, i, widths.h),
                c: row_mut(c, i, widths.c),
                kept: row_mut(kept, at, widths.kept),
            });
        }
    }
}

/// The initial states of a group.
fn initial<T: Real>(plan: &Plan, group: &Group, o: Operands<'_, T>, widths: Widths) -> [Vec<T>; 2] {
    let examples = &plan.order[group.examples.clone()];
    [take(o.states[0], examples, widths.h), take(o.states[1], examples, widths.c)]
}

/// The states before a step: rows of the step before it, or the initial ones.
fn before<'a, T>(
    group: &Group,
    s: usize,
    states: [&'a [T]; 2],
    initial: &'a [Vec<T>; 2],
    widths: Widths,
) -> [&'a [T]; 2] {
    match s.checked_sub(1).map(|s| group.step(s).start) {
        Some(row) => [&states[0][row * widths.h..], &states[1][row * widths.c..]],
        None => [&initial[0], &initial[1]],
    }
}

/// The parts of the trace of each group: gates, `h`, `c` and what else was kept.
fn traces<'a, T>(plan: &'a Plan, trace: &'a [T], widths: Widths) -> impl Iterator<Item = (&'a Group, [&'a [T]; 4])> {
    let mut rest = trace;
    plan.groups.iter().map(move |group| {
        let lens = widths.trace(group.rows().len());
        let own = rest.split_off(..lens.iter().sum()).expect("the trace has a part for each group");
        (group, cut(own, lens))
    })
}

/// `y ←` the state `h` of all steps, 0 in padding.
pub fn outputs<C: Cell, T: Real>(plan: &Plan, hidden: usize, trace: &[T], y: &mut [T]) {
    plan.clear_padding(y);
    for (group, [_, h, ..]) in traces(plan, trace, Widths::of::<C>(hidden)) {
        put(h, &plan.rows[group.rows()], hidden, y);
    }
}

/// `last ←` the state `h` (0) or `c` (1) of each example at its last step; one that has no step keeps what `last` holds.
pub fn last<C: Cell, T: Real>(plan: &Plan, hidden: usize, trace: &[T], state: usize, last: &mut [T]) {
    for (group, parts) in traces(plan, trace, Widths::of::<C>(hidden)) {
        for s in 0..group.steps() {
            let step = group.step(s);
            // Those that are not among the rows of the next step end here.
            for i in group.step(s + 1).len()..step.len() {
                let example = plan.order[group.examples.start + i];
                row_mut(last, example, hidden).copy_from_slice(row(parts[1 + state], step.start + i, hidden));
            }
        }
    }
}

/// `out ←` for each row in the order of the plan the state `h` before it.
pub fn before_each<C: Cell, T: Real>(plan: &Plan, o: Operands<'_, T>, trace: &[T], mut out: &mut [T]) {
    let widths = Widths::of::<C>(o.hidden);
    for (group, [_, h, c, _]) in traces(plan, trace, widths) {
        let initial = initial(plan, group, o, widths);
        for s in 0..group.steps() {
            let len = group.step(s).len() * widths.h;
            part(&mut out, len).copy_from_slice(&before(group, s, [h, c], &initial, widths)[0][..len]);
        }
    }
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

/// A run backwards of a group, with its parts of the gradients.
struct Back<'a, T> {
    group: &'a Group,
    trace: [&'a [T]; 4],
    product: &'a mut [T],
    input: &'a mut [T],
    dh: &'a mut [T],
    dc: &'a mut [T],
}

/// Runs all steps backwards, and leaves [`gradient_lens`] numbers in `out`.
pub fn backward<C: Cell, T: Real>(plan: &Plan, o: Operands<'_, T>, trace: &[T], seeds: Seeds<'_, T>, out: &mut [T]) {
    let widths = Widths::of::<C>(o.hidden);
    let [mut product, mut input, mut dh, mut dc] = cut_mut(out, gradient_lens::<C>(plan, o.hidden));
    for (state, d) in seeds.states.into_iter().zip([&mut *dh, &mut *dc]) {
        match state {
            Some(seed) => d.copy_from_slice(&take(seed, &plan.order, o.hidden)),
            None => d.fill(T::zero()),
        }
    }
    let mut runs = Vec::with_capacity(plan.groups.len());
    for (group, trace) in traces(plan, trace, widths) {
        let (rows, examples) = (group.rows().len(), group.examples.len());
        runs.push(Back {
            group,
            trace,
            product: part(&mut product, rows * widths.gates),
            input: part(&mut input, rows * widths.apart),
            dh: part(&mut dh, examples * widths.h),
            dc: part(&mut dc, examples * widths.c),
        });
    }
    threads::chunks(&mut runs, 1, cost(plan, widths, o), |_, runs| {
        runs.iter_mut().for_each(|back| run_back::<C, T>(plan, back, o, seeds));
    });
}

/// Runs the steps of a group backwards.
fn run_back<C: Cell, T: Real>(plan: &Plan, back: &mut Back<'_, T>, o: Operands<'_, T>, seeds: Seeds<'_, T>) {
    let widths = Widths::of::<C>(o.hidden);
    let Back { group, trace: [gates, h, c, kept], product, input, dh, dc } = back;
    let initial = initial(plan, group, o, widths);
    for s in (0..group.steps()).rev() {
        let step = group.step(s);
        let [h_before, c_before] = before(group, s, [h, c], &initial, widths);
        for (i, at) in step.clone().enumerate() {
            let dh = row_mut(dh, i, widths.h);
            if let Some(dy) = seeds.y {
                let dy = row(dy, plan.rows[group.rows()][at], widths.h);
                dh.iter_mut().zip(dy).for_each(|(dh, &dy)| *dh += dy);
            }
            C::backward(Backward {
                gates: row(gates, at, widths.gates),
                h_before: row(h_before, i, widths.h),
                c_before: row(c_before, i, widths.c),
                h: row(h, at, widths.h),
                kept: row(kept, at, widths.kept),
                dh,
                dc: row_mut(dc, i, widths.c),
                product: row_mut(product, at, widths.gates),
                input: row_mut(input, at, widths.apart),
            });
        }
        if s > 0 || seeds.wants_h0 {
            let product = &product[step.start * widths.gates..step.end * widths.gates];
            // What goes to `h` past the product is there already.
            let past = if C::APART { T::one() } else { T::zero() };
            multiply(product, o.w_hh, [widths.gates, widths.h], past, &mut dh[..step.len() * widths.h]);
        }
    }
}

/// `dx ← d w_ih`, each row back at its step and example, for `d` in the order of the plan.
pub fn input_gradient<T: Real>(plan: &Plan, d: &[T], o: Operands<'_, T>, dx: &mut [T]) {
    let (m, n, k) = (plan.rows.len(), o.b_ih.len(), o.inputs);
    let (d, w) = (Matrix::row_major(d, 0, [m, n]), Matrix::row_major(o.w_ih, 0, [n, k]));
    if plan.in_order(0..m) && m * k == dx.len() {
        return T::gemm(d, w, T::zero(), dx);
    }
    let mut packed = vec![T::zero(); m * k];
    T::gemm(d, w, T::zero(), &mut packed);
    plan.unpack(&packed, k, dx);
}

/// `dw ← dᵀ x`, a sum over all rows.
pub fn weight_gradient<T: Real>(d: &[T], x: &[T], [n, k]: [usize; 2], dw: &mut [T]) {
    let m = d.len() / n.max(1);
    T::gemm(Matrix::row_major(d, 0, [m, n]).transposed(), Matrix::row_major(x, 0, [m, k]), T::zero(), dw);
}

/// `c ← a w + β c` for `w` of size `[k, n]`.
fn multiply<T: Real>(a: &[T], w: &[T], [k, n]: [usize; 2], beta: T, c: &mut [T]) {
    let m = c.len() / n.max(1);
    if m >= MANY || m == 0 {
        return T::gemm(Matrix::row_major(a, 0, [m, k]), Matrix::row_major(w, 0, [k, n]), beta, c);
    }
    if beta.is_zero() {
        c.fill(T::zero());
    }
    // Four rows of the weights at once, each read for all rows of `c`.
    for (j, w) in w.chunks(4 * n).enumerate() {
        for (i, c) in c.chunks_exact_mut(n).enumerate() {
            match a[i * k + 4 * j..][..w.len() / n] {
                [a0, a1, a2, a3] => {
                    let [w0, w1, w2, w3] = cut(w, [n; 4]);
                    for q in 0..n {
                        c[q] += (a0 * w0[q] + a1 * w1[q]) + (a2 * w2[q] + a3 * w3[q]);
                    }
                }
                ref a => {
                    for (&a, w) in a.iter().zip(w.chunks_exact(n)) {
                        c.iter_mut().zip(w).for_each(|(c, &w)| *c += a * w);
                    }
                }
            }
        }
    }
}

/// `c ← a wᵀ + c` for `w` of size `[n, k]`.
fn add_product_transposed<T: Real>(a: &[T], w: &[T], [n, k]: [usize; 2], c: &mut [T]) {
    let m = c.len() / n.max(1);
    if m >= MANY || m == 0 {
        return T::gemm(Matrix::row_major(a, 0, [m, k]), Matrix::row_major(w, 0, [n, k]).transposed(), T::one(), c);
    }
    for i in 0..m {
        let a = row(a, i, k);
        for (j, c) in row_mut(c, i, n).iter_mut().enumerate() {
            *c += dot(a, row(w, j, k));
        }
    }
}

/// `Σ a b`, in 16 lanes.
fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    let mut lanes = [T::zero(); 16];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    for (a, b) in a.iter().zip(b) {
        (0..16).for_each(|i| lanes[i] += a[i] * b[i]);
    }
    a_rest.iter().zip(b_rest).zip(&mut lanes).for_each(|((&a, &b), lane)| *lane += a * b);
    for width in [8, 4, 2, 1] {
        (0..width).for_each(|i| lanes[i] += lanes[i + width]);
    }
    lanes[0]
}

/// `rows ←` one row, again and again.
fn repeat<T: Copy>(row: &[T], rows: &mut [T]) {
    if !row.is_empty() {
        rows.chunks_exact_mut(row.len()).for_each(|to| to.copy_from_slice(row));
    }
}

fn row<T>(x: &[T], i: usize, width: usize) -> &[T] {
    &x[i * width..][..width]
}

fn row_mut<T>(x: &mut [T], i: usize, width: usize) -> &mut [T] {
    &mut x[i * width..][..width]
}

/// The first elements of what is left, taken off it.
fn part<'a, T>(rest: &mut &'a mut [T], len: usize) -> &'a mut [T] {
    rest.split_off_mut(..len).expect("there is a part for each")
}

/// A slice in parts of these lengths.
pub fn cut<T, const N: usize>(mut x: &[T], lens: [usize; N]) -> [&[T]; N] {
    lens.map(|len| x.split_off(..len).expect("the parts lie in the whole"))
}

/// A slice in parts of these lengths.
pub fn cut_mut<T, const N: usize>(mut x: &mut [T], lens: [usize; N]) -> [&mut [T]; N] {
    lens.map(|len| part(&mut x, len))
}
