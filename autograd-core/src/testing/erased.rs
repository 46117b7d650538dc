//! Ops and cases without their types, so that the laws are compiled once and not once for each op.

use super::cases::{AnyOf, Case, Checked, CheckedComposite, Collected};
use super::domain::Domain;
use crate::composite::{self, Composite};
use crate::error::Error;
use crate::op::{self, Arity, Op, Save, Saved};
use crate::tensor::{Generator, Real, Shape, Tensor};
use crate::var::Var;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

/// An op whose type is forgotten. A composite with several results appears with one: all of them, one behind the other.
pub(super) trait AnyOp: Send + Sync {
    fn name(&self) -> &'static str;
    fn rule(&self) -> &'static str;
    /// What the rule may read; `None` for a composite, which keeps its operands and a workspace.
    fn saves(&self) -> Option<Save>;
    fn shape(&self, x: &[Shape]) -> Option<Shape>;
    fn apply(&self, x: &[&Var<f64>]) -> Result<Var<f64>, Error>;
    fn apply_single(&self, x: &[&Var<f32>]) -> Result<Var<f32>, Error>;
    /// The first result alone, as it is timed.
    fn first(&self, x: &[&Var<f32>]) -> Result<Var<f32>, Error> {
        self.apply_single(x)
    }
    /// The rule alone. A composite takes the operands from `saved`.
    fn backward(&self, saved: &Saved<'_, f64>, dy: &Var<f64>) -> Vec<Option<Var<f64>>>;
    /// The results of a composite apart: by its kernels, and by its algebra.
    fn results(&self, x: &[&Var<f64>]) -> Option<[Vec<Var<f64>>; 2]> {
        let _ = x;
        None
    }
}

/// An op behind [`AnyOp`].
struct One<O>(AnyOf, PhantomData<fn(O)>);

impl<O: Checked> One<O> {
    fn op(&self) -> &O {
        self.0.downcast_ref().expect("of this type")
    }
}

impl<O: Checked> AnyOp for One<O> {
    fn name(&self) -> &'static str {
        <O as Op<f64>>::NAME
    }
    fn rule(&self) -> &'static str {
        <O as Op<f64>>::RULE
    }
    fn saves(&self) -> Option<Save> {
        Some(<O as Op<f64>>::SAVES)
    }
    fn shape(&self, x: &[Shape]) -> Option<Shape> {
        Op::<f64>::shape(self.op(), <O as Op<f64>>::Arity::collect(x.iter())).ok()
    }
    fn apply(&self, x: &[&Var<f64>]) -> Result<Var<f64>, Error> {
        op::apply(self.op().clone(), x)
    }
    fn apply_single(&self, x: &[&Var<f32>]) -> Result<Var<f32>, Error> {
        op::apply(self.op().clone(), x)
    }
    fn backward(&self, saved: &Saved<'_, f64>, dy: &Var<f64>) -> Vec<Option<Var<f64>>> {
        Op::<f64>::backward(self.op(), saved, dy).into_iter().collect()
    }
}

/// A composite behind [`AnyOp`].
struct Several<C>(AnyOf, PhantomData<fn(C)>);

/// The only result, or all results as one vector.
fn joined<T: Real>(ys: &[Var<T>]) -> Var<T> {
    match ys {
        [y] => y.clone(),
        _ => {
            let rows: Vec<Var<T>> = ys.iter().map(|y| y.reshape(y.numel())).collect();
            Var::concat(&rows, 0)
        }
    }
}

/// The parts of a joined tensor, of these shapes.
fn parted(y: &Tensor<f64>, shapes: &[Shape]) -> Vec<Tensor<f64>> {
    if shapes.len() == 1 {
        return vec![y.clone()];
    }
    let mut from = 0;
    let part = |shape: &Shape| {
        let range = from..from + shape.numel();
        from = range.end;
        y.slice((range,)).reshape(shape)
    };
    shapes.iter().map(part).collect()
}

impl<C: CheckedComposite> Several<C> {
    fn op(&self) -> &C {
        self.0.downcast_ref().expect("of this type")
    }

    fn shapes<'a>(&self, x: impl ExactSizeIterator<Item = &'a Shape>) -> Option<Vec<Shape>> {
        let shapes = Composite::<f64>::shape(self.op(), <C as Composite<f64>>::Arity::collect(x)).ok()?;
        Some(shapes.into_iter().collect())
    }
}

impl<C: CheckedComposite> AnyOp for Several<C> {
    fn name(&self) -> &'static str {
        <C as Composite<f64>>::NAME
    }
    fn rule(&self) -> &'static str {
        <C as Composite<f64>>::RULE
    }
    fn saves(&self) -> Option<Save> {
        None
    }
    fn shape(&self, x: &[Shape]) -> Option<Shape> {
        let shapes = self.shapes(x.iter())?;
        Some(match shapes.as_slice() {
            [shape] => shape.clone(),
            several => Shape::from(several.iter().map(Shape::numel).sum::<usize>()),
        })
    }
    fn apply(&self, x: &[&Var<f64>]) -> Result<Var<f64>, Error> {
        composite::apply(self.op().clone(), x).map(|ys| joined(ys.as_ref()))
    }
    fn apply_single(&self, x: &[&Var<f32>]) -> Result<Var<f32>, Error> {
        composite::apply(self.op().clone(), x).map(|ys| joined(ys.as_ref()))
    }
    fn first(&self, x: &[&Var<f32>]) -> Result<Var<f32>, Error> {
        Ok(composite::apply(self.op().clone(), x)?.into_iter().next().expect("a result"))
    }
    fn backward(&self, saved: &Saved<'_, f64>, dy: &Var<f64>) -> Vec<Option<Var<f64>>> {
        let x = saved.values;
        let shapes = self.shapes(x.iter().map(Tensor::shape)).expect("a case that is accepted");
        let dys = parted(dy.value(), &shapes);
        let dys = <C as Composite<f64>>::Results::collect(dys.iter().map(Some));
        let operands = || <C as Composite<f64>>::Arity::collect(x.iter());
        let (_, workspace) = Composite::<f64>::forward(self.op(), operands());
        let dx = Composite::<f64>::backward(self.op(), operands(), &workspace, dys, saved.needs);
        dx.into_iter().map(|dx| dx.map(Var::constant)).collect()
    }
    fn results(&self, x: &[&Var<f64>]) -> Option<[Vec<Var<f64>>; 2]> {
        let fused = composite::apply(self.op().clone(), x).ok()?;
        let algebra = Composite::<f64>::algebra(self.op(), <C as Composite<f64>>::Arity::collect(x.iter().copied()));
        Some([fused.into_iter().collect(), algebra.into_iter().collect()])
    }
}

fn op_of<O: Checked>(op: &AnyOf) -> Arc<dyn AnyOp> {
    Arc::new(One::<O>(op.clone(), PhantomData))
}

fn composite_of<C: CheckedComposite>(op: &AnyOf) -> Arc<dyn AnyOp> {
    Arc::new(Several::<C>(op.clone(), PhantomData))
}

/// All that an op is tested on.
pub(super) struct Subjects {
    collected: Collected,
    /// The way back to what ops of the forgotten type can do.
    known: fn(&AnyOf) -> Arc<dyn AnyOp>,
}

impl Deref for Subjects {
    type Target = Collected;
    fn deref(&self) -> &Collected {
        &self.collected
    }
}

impl Subjects {
    pub(super) fn of_op<O: Checked>() -> Self {
        Subjects { collected: O::cases().collected, known: op_of::<O> }
    }

    pub(super) fn of_composite<C: CheckedComposite>() -> Self {
        Subjects { collected: C::cases().collected, known: composite_of::<C> }
    }

    /// The op of a case or a pin.
    pub(super) fn op(&self, op: &AnyOf) -> Arc<dyn AnyOp> {
        (self.known)(op)
    }

    /// The op of the first case.
    pub(super) fn first(&self) -> Arc<dyn AnyOp> {
        self.op(&self.cases[0].op)
    }

    /// Cases large enough that threads share the work; without any of their own, those to be timed.
    pub(super) fn shared(&self) -> Vec<&Case> {
        let timed = self.benches.iter().map(|(case, _)| case);
        if self.shared.is_empty() { timed.collect() } else { self.shared.iter().collect() }
    }

    /// The textbook's result of a case.
    pub(super) fn textbook(&self, case: &Case, x: &[Tensor<f64>]) -> Tensor<f64> {
        (self.collected.textbook)(&*case.op, x)
    }

    /// Operands of a case, from the op's domains.
    pub(super) fn draw(&self, case: &Case, generator: &mut Generator) -> Vec<Tensor<f64>> {
        Domain::draw(&self.domains, &case.shapes, generator)
    }
}
