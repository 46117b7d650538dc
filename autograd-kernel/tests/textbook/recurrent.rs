//! Recurrent sequences against a textbook loop, one number at a time.

use autograd_kernel::element::Real;
use autograd_kernel::isa::Isa;
use autograd_kernel::recurrent::cells::{After, Cell, Gru, Lstm, Relu, Step, Tanh};
use autograd_kernel::recurrent::plan::Plan;
use autograd_kernel::recurrent::{
    Operands, Seeds, Trace, backward, cut, forward, gradient_lens, input_gradient, input_weight_gradient,
    state_weight_gradient, trace_lens,
};

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
    (0..len)
        .map(|i| T::of(((i * 2_654_435_761 + seed * 40_503 + 12_345) % 1_000_003) as f64 / 500_001.5 - 1.0))
        .collect()
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
        let scale = T::of(1.0 / (hidden.max(1) as f64).sqrt());
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
        input_weight_gradient(plan, input, o, &mut dw_ih);
        state_weight_gradient(plan, product, o, &h, &mut dw_hh);
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

/// The same as [`Case::computed`], one example and one number at a time, in double precision.
fn textbook<C: Cell>(case: &Case<f64>) -> Vec<f64> {
    let Size { steps, batch, inputs, hidden } = case.size;
    let [w_ih, w_hh, b_ih, b_hh] = &case.weights;
    let rows = C::GATES * hidden;
    let dot = |w: &[f64], v: &[f64]| w.iter().zip(v).map(|(w, v)| w * v).sum::<f64>();
    let four = |x: &[f64], k: usize| std::array::from_fn(|g| x.get(g * hidden + k).copied().unwrap_or(0.0));
    let mut y = vec![0.0; steps * batch * hidden];
    let (mut last, mut dfirst) = (case.states.clone(), case.states.clone());
    let mut dx = vec![0.0; case.x.len()];
    let [mut dw_ih, mut dw_hh] = [inputs, hidden].map(|columns| vec![0.0; rows * columns]);
    for example in 0..batch {
        let times: Vec<usize> =
            case.plan.rows.iter().filter(|&row| row % batch == example).map(|row| row / batch).collect();
        let state = |i: usize| match i < C::STATES {
            true => case.states[i][example * hidden..][..hidden].to_vec(),
            false => vec![0.0; hidden],
        };
        // The states and what else the gradient needs, of each step.
        let (mut h, mut c, mut left) = (vec![state(0)], vec![state(1)], Vec::new());
        for (s, &time) in times.iter().enumerate() {
            let x = &case.x[(time * batch + example) * inputs..][..inputs];
            let input: Vec<f64> = (0..rows).map(|j| b_ih[j] + dot(&w_ih[j * inputs..][..inputs], x)).collect();
            let product: Vec<f64> = (0..rows).map(|j| b_hh[j] + dot(&w_hh[j * hidden..][..hidden], &h[s])).collect();
            let after: Vec<After<f64>> =
                (0..hidden).map(|k| C::forward(four(&input, k), four(&product, k), h[s][k], c[s][k])).collect();
            h.push(after.iter().map(|after| after.h).collect());
            c.push(after.iter().map(|after| after.c).collect());
            y[(time * batch + example) * hidden..][..hidden].copy_from_slice(&h[s + 1]);
            left.push(after);
        }
        let seed = |i: usize| case.seeds[1 + i][example * hidden..][..hidden].to_vec();
        let (mut dh, mut dc) = (seed(0), seed(1));
        for (s, time) in (0..times.len()).rev().map(|s| (s, times[s])) {
            let row = time * batch + example;
            let (mut d_input, mut d_product) = (vec![0.0; rows], vec![0.0; rows]);
            for k in 0..hidden {
                let step = Step {
                    gates: left[s][k].gates,
                    h_before: h[s][k],
                    c_before: c[s][k],
                    h: h[s + 1][k],
                    c: c[s + 1][k],
                    kept: left[s][k].kept,
                    dh: dh[k] + case.seeds[0][row * hidden + k],
                    dc: dc[k],
                };
                let gradient = C::backward(step);
                (dh[k], dc[k]) = (gradient.dh, gradient.dc);
                for g in 0..C::GATES {
                    d_input[g * hidden + k] = gradient.input[g];
                    d_product[g * hidden + k] = gradient.product[g];
                }
            }
            for j in 0..rows {
                for i in 0..inputs {
                    dx[row * inputs + i] += d_input[j] * w_ih[j * inputs + i];
                    dw_ih[j * inputs + i] += d_input[j] * case.x[row * inputs + i];
                }
                for k in 0..hidden {
                    dh[k] += d_product[j] * w_hh[j * hidden + k];
                    dw_hh[j * hidden + k] += d_product[j] * h[s][k];
                }
            }
        }
        for i in 0..C::STATES {
            let at = example * hidden..(example + 1) * hidden;
            last[i][at.clone()].copy_from_slice([&h, &c][i].last().expect("there is a first"));
            dfirst[i][at].copy_from_slice([&dh, &dc][i]);
        }
    }
    let [h, c] = last;
    let [dh, dc] = dfirst;
    [y, h, c, dx, dh, dc, dw_ih, dw_hh].concat()
}

fn assert_close<T: Real>(found: &[T], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, &expected)) in found.iter().zip(expected).enumerate() {
        let off = (found.as_f64() - expected).abs();
        assert!(off <= tolerance * (1.0 + expected.abs()), "{what}: number {i} is {found}, not {expected}");
    }
}

/// One cell in all sizes and both types, with each set of instructions, and with the same bits on any number of threads.
fn check<C: Cell>(name: &str) {
    let lengths =
        |batch: usize, steps: usize| (0..batch).map(|i| ((i * 5 + 2) % (steps + 1)) as i64).collect::<Vec<_>>();
    let pools = [1, 2, 3].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
    for (steps, batch, inputs, hidden) in [
        (1, 1, 3, 1),
        (3, 2, 1, 5), // too few steps to pack the weights
        (8, 1, 2, 1),
        (9, 3, 4, 5),
        (8, 4, 7, 16),
        (9, 5, 3, 17),
        (8, 6, 2, 70),
        (10, 9, 5, 33),
        (8, 1, 5, 100),
        (8, 7, 3, 130), // deeper than a part of a panel
        (9, 37, 2, 40), // several groups of examples
    ] {
        let size = Size { steps, batch, inputs, hidden };
        for (lengths, reverse) in [(None, false), (None, true), (Some(lengths(batch, steps)), batch % 2 == 0)] {
            let case = Case::<f64>::new::<C>(size, lengths.as_deref(), reverse);
            let single = Case::<f32>::new::<C>(size, lengths.as_deref(), reverse);
            let expected = textbook::<C>(&case);
            for isa in Isa::all() {
                let what = format!("{name} {size:?} {} {lengths:?} {reverse}", isa.name);
                let on = |pool: &rayon::ThreadPool| {
                    pool.install(|| isa.hold(|| (case.computed::<C>(), single.computed::<C>())))
                };
                let (double, float) = on(&pools[0]);
                assert_close(&double, &expected, 1e-12, &what);
                assert_close(&float, &expected, 2e-5, &what);
                assert!(pools[1..].iter().all(|pool| on(pool) == (double.clone(), float.clone())), "{what}");
            }
        }
    }
}

#[test]
fn tanh_agrees_with_the_textbook() {
    check::<Tanh>("tanh");
}

#[test]
fn relu_agrees_with_the_textbook() {
    check::<Relu>("relu");
}

#[test]
fn lstm_agrees_with_the_textbook() {
    check::<Lstm>("lstm");
}

#[test]
fn gru_agrees_with_the_textbook() {
    check::<Gru>("gru");
}

#[test]
fn a_step_that_the_threads_share_has_the_same_bits() {
    let size = Size { steps: 8, batch: 3, inputs: 2, hidden: 300 };
    let case = Case::<f32>::new::<Lstm>(size, None, false);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| case.computed::<Lstm>())
    };
    let one = on(1);
    assert!(one.iter().all(|x| x.is_finite()));
    assert!([2, 4].iter().all(|&threads| on(threads) == one));
}

#[test]
fn no_units_no_steps_and_no_examples_are_no_work() {
    for (steps, batch, hidden) in [(9, 2, 0), (0, 2, 3), (9, 0, 3)] {
        let size = Size { steps, batch, inputs: 2, hidden };
        let case = Case::<f32>::new::<Gru>(size, None, false);
        assert!(case.computed::<Gru>().iter().all(|x| x.is_finite()));
    }
}
