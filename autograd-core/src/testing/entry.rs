//! `Entry`: an op as the register lists it, for benches, docs/ops.md and the snapshot of error messages.

use super::cases::{Case, Cases, Checked, CheckedComposite, Work};
use super::domain::Domain;
use crate::composite::{self, Composite};
use crate::error::Error;
use crate::graph::Gradients;
use crate::op::{self, Op, Save};
use crate::tensor::{Generator, Shape, Tensor};
use crate::var::Var;
use std::sync::Arc;

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
    /// What is kept for the gradient; all operands and more by a composite.
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

/// A computation whose type is forgotten, in single precision; of a composite the first result.
type Apply = Arc<dyn Fn(&[&Var]) -> Var>;

impl BenchCase {
    fn new(shapes: Vec<Shape>, domains: Vec<Domain>, work: Work, apply: Apply) -> Self {
        let text: Vec<String> = shapes.iter().map(ToString::to_string).collect();
        let prepare = Box::new(move || {
            let drawn = Domain::draw(&domains, &shapes, &mut Generator::seed(0));
            let x: Vec<Var> = drawn.iter().map(|x| Var::leaf(x.cast())).collect();
            let constants: Vec<Var> = x.iter().map(Var::detach).collect();
            let y = apply(&x.iter().collect::<Vec<_>>());
            let dy = Tensor::uniform(y.shape(), -1.0, 1.0, &mut Generator::seed(1));
            let apply = apply.clone();
            Prepared {
                forward: Box::new(move || apply(&constants.iter().collect::<Vec<_>>()).value().clone()),
                backward: Box::new(move || y.clone().backward_with(&dy)),
            }
        });
        BenchCase { shapes: text.join(" x "), work, prepare }
    }

    /// Makes the operands.
    pub fn prepare(&self) -> Prepared {
        (self.prepare)()
    }
}

impl Entry {
    pub(crate) fn new<O: Checked>(family: &'static str, file: &'static str) -> Self {
        let refuse = |op: &O, x: &[&Var<f64>]| op::apply(op.clone(), x).err();
        let apply = |op: O| -> Apply { Arc::new(move |x| op::apply(op.clone(), x).expect("a case that is accepted")) };
        let (name, rule) = (<O as Op<f64>>::NAME, <O as Op<f64>>::RULE);
        Entry::named(family, file, name, rule, <O as Op<f64>>::SAVES).with(O::cases(), refuse, apply)
    }

    pub(crate) fn composite<C: CheckedComposite>(family: &'static str, file: &'static str) -> Self {
        let refuse = |op: &C, x: &[&Var<f64>]| composite::apply(op.clone(), x).err();
        let apply = |op: C| -> Apply {
            Arc::new(move |x| {
                let ys = composite::apply(op.clone(), x).expect("a case that is accepted");
                ys.into_iter().next().expect("a result")
            })
        };
        let (name, rule) = (<C as Composite<f64>>::NAME, <C as Composite<f64>>::RULE);
        Entry::named(family, file, name, rule, Save::INPUTS).with(C::cases(), refuse, apply)
    }

    fn named(group: &'static str, file: &'static str, name: &'static str, rule: &'static str, saves: Save) -> Self {
        Entry { group, file, name, rule, saves, pins: Vec::new(), refusals: Vec::new(), benches: Vec::new() }
    }

    /// The entry with what its cases say.
    fn with<O>(
        self,
        cases: Cases<O>,
        refuse: impl Fn(&O, &[&Var<f64>]) -> Option<Error>,
        apply: impl Fn(O) -> Apply,
    ) -> Self {
        let refusal = |case: &Case<O>| {
            let x: Vec<Var<f64>> = case.shapes.iter().map(|shape| Var::constant(Tensor::zeros(shape))).collect();
            refuse(&case.op, &x.iter().collect::<Vec<_>>())
        };
        let bench =
            |(case, work): (Case<O>, Work)| BenchCase::new(case.shapes, cases.domains.clone(), work, apply(case.op));
        Entry {
            pins: cases.pins.iter().map(|pin| pin.name).collect(),
            refusals: cases.rejects.iter().filter_map(|(case, _)| refusal(case)).collect(),
            benches: cases.benches.into_iter().map(bench).collect(),
            ..self
        }
    }
}
