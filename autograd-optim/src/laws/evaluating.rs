//! The laws of optimisers that evaluate the loss themselves, several times in a step.

use super::cases::{Make, Minimizer};
use super::{bits, loss, pair, steep};
use crate::{Error, OptimizerState};
use autograd_core::Var;
use autograd_nn::Parameter;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

pub(super) fn check(make: &Make) {
    reports_the_loss(make);
    refuses_a_loss_that_is_not_finite(make);
    stops_at_no_trial(make);
    a_panic_undoes_the_step(make);
}

/// "report": the loss of a report is the one before the step, which is not above it afterwards.
fn reports_the_loss(make: &Make) {
    let pair = pair();
    let mut optimizer = make(pair.to_vec()).expect("good settings");
    for _ in 0..4 {
        let before = loss(&pair).item();
        assert_eq!(optimizer.advance(&|| loss(&pair)).expect("a step").to_bits(), before.to_bits());
        let after = loss(&pair).item();
        assert!(after <= before, "a step led uphill, from {before} to {after}");
    }
}

/// "finite": a loss that is not finite at the start is reported, and neither parameters nor state change.
fn refuses_a_loss_that_is_not_finite(make: &Make) {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let pair = pair();
        let mut optimizer = make(pair.to_vec()).expect("good settings");
        optimizer.advance(&|| loss(&pair)).expect("a step");
        let (before, state) = (bits(&pair), optimizer.state());
        let error = optimizer.advance(&|| loss(&pair) + bad).expect_err("a loss that is not finite is refused");
        assert_eq!(error.to_string(), format!("the loss is {bad}; no parameter was changed"));
        assert_eq!((bits(&pair), optimizer.state()), (before, state));
    }
}

/// An optimiser with its parameters, about to take a step that is disturbed; the law holds in the first step and in later ones.
struct Ready {
    pair: [(String, Parameter<f64>); 2],
    optimizer: Box<dyn Minimizer>,
}

impl Ready {
    fn after(make: &Make, steps: usize) -> Self {
        let pair = pair();
        let mut optimizer = make(pair.to_vec()).expect("good settings");
        optimizer.descend(steps, &|| loss(&pair));
        Ready { pair, optimizer }
    }

    /// A step of which the first `k` evaluations are those of the loss, and the others those of `then`.
    fn step(&mut self, k: usize, then: impl Fn() -> Var<f64>) -> Result<f64, Error> {
        let count = Cell::new(0);
        self.optimizer.advance(&|| {
            count.set(count.get() + 1);
            if count.get() <= k { loss(&self.pair) } else { then() }
        })
    }

    fn all(&self) -> (Vec<Vec<u64>>, OptimizerState) {
        (bits(&self.pair), self.optimizer.state())
    }
}

/// Each number of steps before with each number of evaluations that the next step can do without an end.
fn places(make: &Make) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    for steps in 0..2 {
        let (mut ready, count) = (Ready::after(make, steps), Cell::new(0));
        let pair = ready.pair.clone();
        let counted = || {
            count.set(count.get() + 1);
            loss(&pair)
        };
        ready.step(0, counted).expect("a step");
        places.extend((0..count.get()).map(|k| (steps, k)));
    }
    assert!(places.iter().any(|&(_, k)| k > 0), "one evaluation a step: state its cases as those of any optimiser");
    places
}

/// "trial": if from some evaluation on nothing is finite, the step is undone, or it ends at a point that is no worse than the start.
fn stops_at_no_trial(make: &Make) {
    for (steps, k) in places(make).into_iter().filter(|&(_, k)| k > 0) {
        for poison in [f64::NAN, f64::NEG_INFINITY, 0.0] {
            let mut ready = Ready::after(make, steps);
            let (before, value) = (ready.all(), loss(&ready.pair).item());
            let pair = ready.pair.clone();
            match ready.step(k, || loss(&pair) + poison + steep(&pair[1].1, 1.0)) {
                Err(Error::NonFinite { .. } | Error::Loss { .. }) => {
                    assert_eq!(ready.all(), before, "evaluation {k}: not undone");
                }
                Err(other) => panic!("evaluation {k}: {other}"),
                Ok(_) => assert!(loss(&pair).item() <= value, "evaluation {k}: a step led uphill"),
            }
            ready.step(0, || loss(&pair)).expect("it goes on");
        }
    }
}

/// "panic": a panic in any evaluation leaves parameters and state as they were before the step.
fn a_panic_undoes_the_step(make: &Make) {
    for (steps, k) in places(make) {
        let mut ready = Ready::after(make, steps);
        let before = ready.all();
        // Without the message of a panic, for there are many.
        let step = || ready.step(k, || resume_unwind(Box::new("on purpose")));
        assert!(catch_unwind(AssertUnwindSafe(step)).is_err(), "evaluation {k} was not reached");
        assert_eq!(ready.all(), before, "evaluation {k}: not undone");
    }
}
