//! `Entry`: an op as the register lists it, for benches, docs/ops.md and the snapshot of error messages.

use super::cases::{Case, Checked, CheckedComposite, Work};
use super::domain::Domain;
use super::erased::{AnyOp, Subjects};
use super::laws::all;
use crate::error::Error;
use crate::graph::Gradients;
use crate::op::Save;
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

impl BenchCase {
    fn new(op: Arc<dyn AnyOp>, shapes: Vec<Shape>, domains: Vec<Domain>, work: Work) -> Self {
        let text: Vec<String> = shapes.iter().map(ToString::to_string).collect();
        let prepare = Box::new(move || {
            let drawn = Domain::draw(&domains, &shapes, &mut Generator::seed(0));
            let x: Vec<Var> = drawn.iter().map(|x| Var::leaf(x.cast())).collect();
            let constants: Vec<Var> = x.iter().map(Var::detach).collect();
            let y = first(&*op, &x);
            let dy = Tensor::uniform(y.shape(), -1.0, 1.0, &mut Generator::seed(1));
            let op = op.clone();
            Prepared {
                forward: Box::new(move || first(&*op, &constants).value().clone()),
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

/// The result of an op; of a composite the first one.
fn first(op: &dyn AnyOp, x: &[Var]) -> Var {
    op.first(&all(x)).expect("a case that is accepted")
}

impl Entry {
    pub(crate) fn new<O: Checked>(group: &'static str, file: &'static str) -> Self {
        Entry::of(group, file, &Subjects::of_op::<O>())
    }

    pub(crate) fn composite<C: CheckedComposite>(group: &'static str, file: &'static str) -> Self {
        Entry::of(group, file, &Subjects::of_composite::<C>())
    }

    fn of(group: &'static str, file: &'static str, subjects: &Subjects) -> Self {
        let refusal = |(case, _): &(Case, &str)| {
            let x: Vec<Var<f64>> = case.shapes.iter().map(|shape| Var::constant(Tensor::zeros(shape))).collect();
            subjects.op(&case.op).apply(&all(&x)).err()
        };
        let bench = |(case, work): &(Case, Work)| {
            BenchCase::new(subjects.op(&case.op), case.shapes.clone(), subjects.domains.clone(), *work)
        };
        let op = subjects.first();
        Entry {
            group,
            file,
            name: op.name(),
            rule: op.rule(),
            saves: op.saves().unwrap_or(Save::INPUTS),
            pins: subjects.pins.iter().map(|pin| pin.name).collect(),
            refusals: subjects.rejects.iter().filter_map(refusal).collect(),
            benches: subjects.benches.iter().map(bench).collect(),
        }
    }
}
