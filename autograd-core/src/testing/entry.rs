//! `Entry`: an op as the register lists it, for benches, docs/ops.md and the snapshot of error messages.

use super::cases::{Case, Checked, Work};
use super::domain::Domain;
use crate::error::Error;
use crate::graph::Gradients;
use crate::op::{self, Op, Save};
use crate::tensor::{Generator, Tensor};
use crate::var::Var;

/// An op as the register lists it.
pub struct Entry {
    /// The group that the register puts it in.
    pub group: &'static str,
    /// The op's file, which is the name of its test.
    pub file: &'static str,
    /// The method's name.
    pub name: &'static str,
    /// The shape rule.
    pub rule: &'static str,
    /// What is kept for the gradient.
    pub saves: Save,
    /// What its pins show.
    pub pins: Vec<&'static str>,
    /// What it says to the operands that it refuses.
    pub refusals: Vec<Error>,
    /// What is timed.
    pub benches: Vec<BenchCase>,
}

/// A case to be timed.
pub struct BenchCase {
    /// The shapes of the operands.
    pub shapes: String,
    /// The work of one forward computation.
    pub work: Work,
    prepare: Box<dyn Fn() -> Prepared>,
}

/// The two halves of a case, on operands that are there already, in single precision.
pub struct Prepared {
    /// Computes the result.
    pub forward: Box<dyn Fn() -> Tensor>,
    /// Computes the gradients of all operands from a result computed before.
    pub backward: Box<dyn Fn() -> Gradients>,
}

impl BenchCase {
    fn new<O: Checked>(case: Case<O>, domains: Vec<Domain>, work: Work) -> Self {
        let shapes: Vec<String> = case.shapes.iter().map(ToString::to_string).collect();
        let prepare = Box::new(move || {
            let drawn = Domain::draw(&domains, &case.shapes, &mut Generator::seed(0));
            let x: Vec<Var> = drawn.iter().map(|x| Var::leaf(x.cast())).collect();
            let (op, constants) = (case.op.clone(), x.iter().map(Var::detach).collect::<Vec<_>>());
            let apply =
                move |x: &[Var]| op::apply(op.clone(), &x.iter().collect::<Vec<_>>()).expect("a case that is accepted");
            let y = apply(&x);
            let dy = Tensor::uniform(y.shape(), -1.0, 1.0, &mut Generator::seed(1));
            Prepared {
                forward: Box::new(move || apply(&constants).value().clone()),
                backward: Box::new(move || y.clone().backward_with(&dy)),
            }
        });
        BenchCase { shapes: shapes.join(" x "), work, prepare }
    }

    /// Makes the operands.
    pub fn prepare(&self) -> Prepared {
        (self.prepare)()
    }
}

impl Entry {
    pub(crate) fn new<O: Checked>(group: &'static str, file: &'static str) -> Self {
        let cases = O::cases();
        let refusal = |case: &Case<O>| {
            let x: Vec<Var<f64>> = case.shapes.iter().map(|shape| Var::constant(Tensor::zeros(shape))).collect();
            op::apply(case.op.clone(), &x.iter().collect::<Vec<_>>()).err()
        };
        Entry {
            group,
            file,
            name: <O as Op<f64>>::NAME,
            rule: <O as Op<f64>>::RULE,
            saves: <O as Op<f64>>::SAVES,
            pins: cases.pins.iter().map(|pin| pin.name).collect(),
            refusals: cases.rejects.iter().filter_map(|(case, _)| refusal(case)).collect(),
            benches: cases
                .benches
                .into_iter()
                .map(|(case, work)| BenchCase::new(case, cases.domains.clone(), work))
                .collect(),
        }
    }
}
