//! Ops and cases without their types, so that the laws are compiled once and not once for each op.

use super::cases::{self, Cases, Checked};
use super::domain::Domain;
use crate::error::Error;
use crate::op::{self, Arity, Op, Save, Saved};
use crate::tensor::{Generator, Shape, Tensor};
use crate::var::Var;

/// An op whose type is forgotten.
pub(super) trait AnyOp: Sync {
    fn name(&self) -> &'static str;
    fn rule(&self) -> &'static str;
    fn saves(&self) -> Save;
    fn shape(&self, x: &[Shape]) -> Option<Shape>;
    fn apply(&self, x: &[Var<f64>]) -> Result<Var<f64>, Error>;
    fn apply_single(&self, x: &[Var<f32>]) -> Result<Var<f32>, Error>;
    fn backward(&self, saved: &Saved<'_, f64>, dy: &Var<f64>) -> Vec<Option<Var<f64>>>;
}

impl<O: Checked> AnyOp for O {
    fn name(&self) -> &'static str {
        <O as Op<f64>>::NAME
    }
    fn rule(&self) -> &'static str {
        <O as Op<f64>>::RULE
    }
    fn saves(&self) -> Save {
        <O as Op<f64>>::SAVES
    }
    fn shape(&self, x: &[Shape]) -> Option<Shape> {
        Op::<f64>::shape(self, <O as Op<f64>>::Arity::collect(x.iter())).ok()
    }
    fn apply(&self, x: &[Var<f64>]) -> Result<Var<f64>, Error> {
        op::apply(self.clone(), &x.iter().collect::<Vec<_>>())
    }
    fn apply_single(&self, x: &[Var<f32>]) -> Result<Var<f32>, Error> {
        op::apply(self.clone(), &x.iter().collect::<Vec<_>>())
    }
    fn backward(&self, saved: &Saved<'_, f64>, dy: &Var<f64>) -> Vec<Option<Var<f64>>> {
        Op::<f64>::backward(self, saved, dy).into_iter().collect()
    }
}

/// The plain computation that an op is compared with.
type Textbook<'a> = Box<dyn Fn(&[Tensor<f64>]) -> Tensor<f64> + 'a>;

/// A case whose type is forgotten.
pub(super) struct Case<'a> {
    pub(super) op: &'a dyn AnyOp,
    pub(super) shapes: &'a [Shape],
    /// The op's textbook computation.
    pub(super) textbook: Textbook<'a>,
}

/// All that an op is tested on.
pub(super) struct Subjects<'a> {
    pub(super) cases: Vec<Case<'a>>,
    pub(super) benches: Vec<Case<'a>>,
    pub(super) rejects: Vec<(Case<'a>, &'static str)>,
    domains: &'a [Domain],
}

impl<'a> Subjects<'a> {
    pub(super) fn new<O: Checked>(cases: &'a Cases<O>) -> Self {
        let erase = |case: &'a cases::Case<O>| Case {
            op: &case.op,
            shapes: &case.shapes,
            textbook: Box::new(|x| (cases.reference)(&case.op, x)),
        };
        Subjects {
            cases: cases.cases.iter().map(erase).collect(),
            benches: cases.benches.iter().map(|(case, _)| erase(case)).collect(),
            rejects: cases.rejects.iter().map(|(case, says)| (erase(case), *says)).collect(),
            domains: &cases.domains,
        }
    }

    /// Operands of a case, from the op's domains.
    pub(super) fn draw(&self, case: &Case<'_>, generator: &mut Generator) -> Vec<Tensor<f64>> {
        Domain::draw(self.domains, case.shapes, generator)
    }
}
