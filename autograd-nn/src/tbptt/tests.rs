//! Windows against the definition, computed from stored states by one plain backward pass each.

use super::*;
use crate::Forward as _;
use crate::{Linear, Lstm, LstmCell, Module, Parameter, RnnCell};
use autograd_core::{Generator, Gradients, Tensor, Var, tensor::pool};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A cell, what is read off its state, and the state it learns to begin with.
#[derive(Module)]
#[module(element = f64)]
struct Net {
    cell: LstmCell<f64>,
    out: Linear<f64>,
    first: [Parameter<f64>; 2],
}

type LstmState = (Var<f64>, Var<f64>);

impl Net {
    fn new() -> Self {
        let g = &mut Generator::seed(5);
        let mut first = || Parameter::new(Tensor::uniform([2, 3], -1.0, 1.0, g));
        let first = [first(), first()];
        Net { cell: LstmCell::new(2, 3, g), out: Linear::new(3, 1, g), first }
    }

    fn begin(&self) -> LstmState {
        (self.first[0].var(), self.first[1].var())
    }

    /// Every third step, from the second on, has no loss.
    fn step(&self, t: u64, (h, c): &LstmState) -> (LstmState, Option<Var<f64>>) {
        let x = Tensor::from_fn([2, 2], |i| (0.7 * (4 * t + i as u64) as f64).sin());
        let (h, c) = self.cell.forward(&Var::constant(x), Some((h, c)));
        let loss = (t % 3 != 1).then(|| (self.out.forward(&h) - (t as f64).cos()).square().sum());
        ((h, c), loss)
    }

    /// The gradients of the losses of `counted` steps, in which the state before step `from` is constant.
    fn definition(&self, states: &[LstmState], from: u64, counted: Range<u64>) -> Option<(f64, Gradients<f64>)> {
        if counted.is_empty() {
            return None;
        }
        let mut state = if from == 0 { self.begin() } else { states[from as usize].map(&mut Var::detach) };
        let mut sum: Option<Var<f64>> = None;
        for t in from..counted.end {
            let (next, loss) = self.step(t, &state);
            state = next;
            if let Some(loss) = loss.filter(|_| counted.contains(&t)) {
                sum = Some(sum.map_or(loss.clone(), |sum| sum + loss));
            }
        }
        sum.map(|sum| (sum.item(), sum.backward()))
    }
}

fn assert_close(net: &Net, found: &Gradients<f64>, expected: &Gradients<f64>, what: &str) {
    for (name, parameter) in net.named_parameters() {
        let [found, expected] = [found, expected].map(|g| parameter.gradient(g).map(Tensor::to_vec));
        assert_eq!(found.is_some(), expected.is_some(), "{what}: {name}");
        for (a, b) in found.into_iter().flatten().zip(expected.into_iter().flatten()) {
            // The terms of the sum over steps are added in another order.
            assert!((a - b).abs() <= 1e-13 * (1.0 + b.abs()), "{what}: {name}: {a} is not {b}");
        }
    }
    assert_eq!(found.len(), expected.len(), "{what}: no gradient of anything else");
}

const LENGTH: u64 = 17;

#[test]
fn each_window_is_what_its_definition_says() {
    let net = Net::new();
    let mut states = vec![net.begin()];
    for t in 0..LENGTH {
        states.push(net.step(t, &states[t as usize]).0.map(&mut Var::detach));
    }
    let sizes = [1, 2, 3, 4, 5, 7, 17, 40, usize::MAX];
    for (k1, k2) in sizes.into_iter().flat_map(|k1| sizes.map(|k2| (k1, k2))) {
        let mut run = Tbptt::new(k1, k2).unwrap().start(net.begin());
        for t in 0..LENGTH {
            let end = t + 1;
            let window = run.step(|state| net.step(t, state));
            assert_eq!(run.state().0.to_vec(), states[end as usize].0.to_vec(), "the state is handed on");
            if end % k1 as u64 != 0 {
                assert!(window.is_none());
                continue;
            }
            compare(&net, &states, (k1, k2), end, end, window);
        }
        let boundary = LENGTH.next_multiple_of(k1 as u64);
        match boundary == LENGTH {
            true => assert!(run.finish().is_none()),
            false => compare(&net, &states, (k1, k2), boundary, LENGTH, run.finish()),
        }
    }
}

/// Holds a window that was to end at `boundary`, and ended at `end`, against the definition.
fn compare(
    net: &Net,
    states: &[LstmState],
    (k1, k2): (usize, usize),
    boundary: u64,
    end: u64,
    window: Option<Window<f64>>,
) {
    let what = format!("k1 {k1}, k2 {k2}, end {end}");
    let from = boundary.saturating_sub(k2 as u64);
    let counted = boundary.saturating_sub(k1.min(k2) as u64)..end;
    match (window, net.definition(states, from, counted)) {
        (None, None) => {}
        (Some(window), Some((loss, expected))) => {
            assert!((window.loss - loss).abs() < 1e-13 * (1.0 + loss), "{what}");
            assert_eq!(window.steps, from..end, "{what}");
            assert_close(net, &window.gradients, &expected, &what);
        }
        (found, expected) => panic!("{what}: {:?} is not {:?}", found.is_some(), expected.is_some()),
    }
}

#[test]
fn segments_of_a_fused_sequence_give_what_their_steps_give() {
    let lstm = Lstm::<f64>::new(2, 3, &mut Generator::seed(1));
    let cell = &lstm.stack.layers[0].forward;
    let [bias_ih, bias_hh] = [&cell.bias_ih, &cell.bias_hh].map(Clone::clone);
    let cell = LstmCell { weight_ih: cell.weight_ih.clone(), weight_hh: cell.weight_hh.clone(), bias_ih, bias_hh };
    let x = Tensor::<f64>::uniform([12, 1, 2], -1.0, 1.0, &mut Generator::seed(2));
    let x = Var::constant(x);
    for back in [1, 2, 3] {
        let mut by_segment = Tbptt::new(1, back).unwrap().start(None);
        let mut by_step = Tbptt::new(3, 3 * back).unwrap().start(None);
        for segment in 0..4 {
            let whole = by_segment.step(|state: &Option<LstmState>| {
                let x = x.slice(3 * segment..3 * segment + 3);
                let (y, state) = lstm.forward_with(&x, state.as_ref().map(|(h, c)| (h, c)), None);
                (Some(state), y.square().sum())
            });
            let steps = (0..3).filter_map(|t| {
                by_step.step(|state: &Option<LstmState>| {
                    let x = x.select(0, 3 * segment as isize + t);
                    // The fused op has states [layers, n, hidden].
                    let (h, c) = cell.forward(&x, state.as_ref().map(|(h, c)| (h, c)));
                    let loss = h.square().sum();
                    (Some((h, c)), loss)
                })
            });
            let (whole, steps) = (whole.unwrap(), steps.last().unwrap());
            for parameter in lstm.parameters() {
                let [a, b] = [&whole, &steps].map(|w| parameter.gradient(&w.gradients).unwrap().to_vec());
                assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-13), "{back}: {a:?} is not {b:?}");
            }
        }
    }
}

/// `hₜ = w hₜ₋₁ + xₜ` with the loss `hₜ²`; `w` is another leaf in each step, with the value it had there.
#[test]
fn a_parameter_that_is_changed_stands_for_all_its_values() {
    let value = |t: u64| 0.5 + 0.1 * (t / 2) as f64; // changed after every window of k1 = 2
    let w = Parameter::new(value(0));
    let mut run = Tbptt::new(2, 5).unwrap().start(Var::constant(1.0));
    let mut states = vec![1.0];
    for t in 0..12u64 {
        states.push(value(t) * states[t as usize] + t as f64);
        let window = run.step(|h| {
            let h = w.var() * h + t as f64;
            let loss = h.square();
            (h, loss)
        });
        let Some(window) = window else { continue };
        let from = (t + 1).saturating_sub(5);
        let (mut h, mut leaves, mut loss) = (Var::constant(states[from as usize]), Vec::new(), Var::constant(0.0));
        for s in from..=t {
            leaves.push(Var::leaf(value(s)));
            h = &leaves[leaves.len() - 1] * h + s as f64;
            if s + 2 > t {
                loss += h.square();
            }
        }
        let expected = loss.backward();
        let expected: f64 = leaves.iter().map(|w| expected.get(w).unwrap().item()).sum();
        let found = w.gradient(&window.gradients).unwrap().item();
        assert!((found - expected).abs() < 1e-12 * expected.abs(), "after step {t}: {found} is not {expected}");
        w.set(value(t + 1));
    }
}

/// Bytes of tensors that are alive on this thread, after so many steps.
fn alive_after(counts: [u64; 2], k1: usize, k2: usize) -> [isize; 2] {
    let cell = RnnCell::<f64>::new(1, 2, &mut Generator::seed(0));
    let mut run = Tbptt::new(k1, k2).unwrap().start(None);
    let mut steps = 0;
    counts.map(|count| {
        while steps < count {
            let x = Var::constant([[(steps as f64).sin()]]);
            let window = run.step(|h: &Option<Var<f64>>| {
                let h = cell.forward(&x, h.as_ref());
                let loss = h.square().sum();
                (Some(h), loss)
            });
            if let Some(window) = window {
                let dw = cell.weight_hh.gradient(&window.gradients).expect("each loss depends on it");
                cell.weight_hh.set(cell.weight_hh.value().zip(dw, |w, dw| w - 1e-3 * dw));
            }
            steps += 1;
        }
        pool::stats().in_use
    })
}

#[test]
fn a_hundred_thousand_steps_take_the_memory_of_a_thousand() {
    // Without optimisation a tenth of them: all take most of a minute then.
    let hundred_thousand = if cfg!(debug_assertions) { 10_000 } else { 100_000 };
    // The others let go of the same things as overlapping windows do, and of fewer.
    for (k1, k2, many) in [(2, 5, hundred_thousand), (4, 4, 10_000), (5, 2, 10_000)] {
        // Both numbers are multiples of k1, moments at which the same is held.
        let [early, late] = alive_after([1_000, many], k1, k2);
        assert!(early > 0 && early == late, "k1 {k1}, k2 {k2}: {early} bytes, then {late}");
    }
}

#[test]
fn a_step_that_panics_has_not_been_taken() {
    let net = Net::new();
    let [mut smooth, mut rough] = [(); 2].map(|()| Tbptt::new(2, 3).unwrap().start(net.begin()));
    for t in 0..7 {
        let expected = smooth.step(|state| net.step(t, state));
        let panics =
            catch_unwind(AssertUnwindSafe(|| rough.step(|_| -> (LstmState, Var<f64>) { panic!("on purpose") })));
        assert!(panics.is_err());
        let found = rough.step(|state| net.step(t, state));
        assert_eq!((found.is_some(), rough.steps()), (expected.is_some(), smooth.steps()));
        if let (Some(found), Some(expected)) = (found, expected) {
            assert_close(&net, &found.gradients, &expected.gradients, "after a panic");
        }
    }
}

#[test]
fn states_are_structures_of_variables() {
    let [a, b, c] = [1.0, 2.0, 3.0].map(|x| Var::<f64>::constant([x]));
    let state = (vec![a.clone(), b.clone()], [Some(c.clone()), None], (a,));
    let doubled = state.map(&mut |x| x * 2.0);
    let values: Vec<f64> = state::parts(&doubled).iter().map(Var::item).collect();
    assert_eq!(values, [2.0, 4.0, 6.0, 2.0]);
    assert!(doubled.1[1].is_none());
    let (b, c) = (b, c);
    assert_eq!(state::parts(&(b, c.clone(), c.clone(), c)).len(), 4);
}

#[test]
fn a_state_may_be_handed_on_as_it_is() {
    let w = Parameter::new(3.0);
    let mut run = Tbptt::new(1, 3).unwrap().start((Var::<f64>::constant(2.0), Var::constant(5.0)));
    for _ in 0..5 {
        let window = run.step(|(a, b)| ((a.clone(), b.clone()), w.var() * a)).unwrap();
        assert_eq!(w.gradient(&window.gradients).unwrap().item(), 2.0);
        assert_eq!(window.gradients.len(), 1);
    }
}

#[test]
fn no_window_is_empty() {
    let error = Tbptt::new(3, 0).unwrap_err();
    assert_eq!(error.to_string(), "tbptt: k1 is 3 and k2 is 0, both must be at least 1");
    assert!(Tbptt::new(0, 1).is_err());
    assert_eq!(format!("{:?}", Tbptt::new(2, 5).unwrap().start(Var::constant(0.0))), "Run(k1 2, k2 5, after 0 steps)");
}

#[test]
#[should_panic(expected = "tbptt: step 1 made a state of shapes [[3]] from one of shapes [[2]]")]
fn a_state_of_another_shape_is_refused() {
    let mut run = Tbptt::new(1, 2).unwrap().start(Var::leaf([1.0, 2.0]));
    let _ = run.step(|h| (h.clone(), h.sum()));
    let _ = run.step(|h| (Var::constant([0.0; 3]), h.sum()));
}

#[test]
#[should_panic(
    expected = "tbptt: the loss of step 0 has shape [2], it must be a single number; call .sum() or .mean() first"
)]
fn a_loss_of_several_numbers_is_refused() {
    let _ = Tbptt::new(1, 1).unwrap().start(Var::leaf([1.0, 2.0])).step(|h| (h.clone(), h.clone()));
}

#[test]
#[should_panic(expected = "tbptt: the losses of steps 0 to 1 depend on no leaf")]
fn losses_without_a_leaf_are_refused() {
    let mut run = Tbptt::new(2, 2).unwrap().start(Var::constant([1.0, 2.0]));
    let _ = run.step(|h| (h.clone(), h.sum()));
    let _ = run.step(|h| (h.clone(), h.sum()));
}
