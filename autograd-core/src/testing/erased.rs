//! Ops and cases without their types, so that the laws are compiled once and not once for each op.

use super::cases::{self, Cases, Checked, CheckedComposite};
use super::domain::Domain;
use crate::composite::{self, Composite};
use crate::error::Error;
use crate::op::{self, Arity, Op, Save, Saved};
use crate::tensor::{Generator, Real, Shape, Tensor};
use crate::var::Var;

/// An op whose type is forgotten. A composite with several results appears with one: all of them, one behind the other.
pub(super) trait AnyOp: Sync {
    fn name(&self) -> &'static str;
    fn rule(&self) -> &'static str;
    /// What the rule may read; `None` for a composite, which keeps its operands and a workspace.
    fn saves(&self) -> Option<Save>;
    fn shape(&self, x: &[Shape]) -> Option<Shape>;
    fn apply(&self, x: &[Var<f64>]) -> Result<Var<f64>, Error>;
    fn apply_single(&self, x: &[Var<f32>]) -> Result<Var<f32>, Error>;
    /// The rule alone. A composite takes the operands from `saved`.
    fn backward(&self, saved: &Saved<'_, f64>, dy: &Var<f64>) -> Vec<Option<Var<f64>>>;
    /// The results of a composite apart: by its kernels, and by its algebra.
    fn results(&self, x: &[Var<f64>]) -> Option<[Vec<Var<f64>>; 2]>;
}

/// An op behind [`AnyOp`].
struct One<'a, O>(&'a O);

impl<O: Checked> AnyOp for One<'_, O> {
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
        Op::<f64>::shape(self.0, <O as Op<f64>>::Arity::collect(x.iter())).ok()
    }
    fn apply(&self, x: &[Var<f64>]) -> Result<Var<f64>, Error> {
        op::apply(self.0.clone(), &x.iter().collect::<Vec<_>>())
    }
    fn apply_single(&self, x: &[Var<f32>]) -> Result<Var<f32>, Error> {
        op::apply(self.0.clone(), &x.iter().collect::<Vec<_>>())
    }
    fn backward(&self, saved: &Saved<'_, f64>, dy: &Var<f64>) -> Vec<Option<Var<f64>>> {
        Op::<f64>::backward(self.0, saved, dy).into_iter().collect()
    }
    fn results(&self, _: &[Var<f64>]) -> Option<[Vec<Var<f64>>; 2]> {
        None
    }
}

/// A composite behind [`AnyOp`].
struct Several<'a, C>(&'a C);

/// The only result, or all results as one vector.
fn joined<T: Real>(ys: impl IntoIterator<Item = Var<T>>) -> Var<T> {
    let ys: Vec<Var<T>> = ys.into_iter().collect();
    match ys.as_slice() {
        [y] => y.clone(),
        _ => {
            let rows: Vec<Var<T>> = ys.iter().map(|y| y.reshape(y.numel())).collect();
            Var::concat(&rows.iter().collect::<Vec<_>>(), 0)
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

impl<C: CheckedComposite> Several<'_, C> {
    fn shapes<'a>(&self, x: impl ExactSizeIterator<Item = &'a Shape>) -> Option<Vec<Shape>> {
        let shapes = Composite::<f64>::shape(self.0, <C as Composite<f64>>::Arity::collect(x)).ok()?;
        Some(shapes.into_iter().collect())
    }
}

impl<C: CheckedComposite> AnyOp for Several<'_, C> {
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
    fn apply(&self, x: &[Var<f64>]) -> Result<Var<f64>, Error> {
        composite::apply(self.0.clone(), &x.iter().collect::<Vec<_>>()).map(joined)
    }
    fn apply_single(&self, x: &[Var<f32>]) -> Result<Var<f32>, Error> {
        composite::apply(self.0.clone(), &x.iter().collect::<Vec<_>>()).map(joined)
    }
    fn backward(&self, saved: &Saved<'_, f64>, dy: &Var<f64>) -> Vec<Option<Var<f64>>> {
        let x = saved.values;
        let shapes = self.shapes(x.iter().map(Tensor::shape)).expect("a case that is accepted");
        let dys = parted(dy.value(), &shapes);
        let dys = <C as Composite<f64>>::Results::collect(dys.iter().map(Some));
        let operands = || <C as Composite<f64>>::Arity::collect(x.iter());
        let (_, workspace) = Composite::<f64>::forward(self.0, operands());
        let dx = Composite::<f64>::backward(self.0, operands(), &workspace, dys, saved.needs);
        dx.into_iter().map(|dx| dx.map(Var::constant)).collect()
    }
    fn results(&self, x: &[Var<f64>]) -> Option<[Vec<Var<f64>>; 2]> {
        let fused = composite::apply(self.0.clone(), &x.iter().collect::<Vec<_>>()).ok()?;
        let algebra = Composite::<f64>::algebra(self.0, <C as Composite<f64>>::Arity::collect(x.iter()));
        Some([fused.into_iter().collect(), algebra.into_iter().collect()])
    }
}

/// The plain computation that an op is compared with.
type Textbook<'a> = Box<dyn Fn(&[Tensor<f64>]) -> Tensor<f64> + 'a>;

/// A case whose type is forgotten.
pub(super) struct Case<'a> {
    pub(super) op: Box<dyn AnyOp + 'a>,
    pub(super) shapes: &'a [Shape],
    /// The op's textbook computation.
    pub(super) textbook: Textbook<'a>,
}

/// An exact point whose type is forgotten.
pub(super) struct Pin<'a> {
    pub(super) op: Box<dyn AnyOp + 'a>,
    pub(super) name: &'static str,
    pub(super) x: &'a [Tensor<f64>],
    pub(super) y: &'a Tensor<f64>,
    pub(super) dx: &'a [Tensor<f64>],
    pub(super) ddx: Option<&'a [Tensor<f64>]>,
}

/// All that an op is tested on.
pub(super) struct Subjects<'a> {
    pub(super) cases: Vec<Case<'a>>,
    /// Those large enough that threads share the work.
    pub(super) shared: Vec<Case<'a>>,
    pub(super) rejects: Vec<(Case<'a>, &'static str)>,
    pub(super) pins: Vec<Pin<'a>>,
    domains: &'a [Domain],
}

impl<'a> Subjects<'a> {
    pub(super) fn of_op<O: Checked>(cases: &'a Cases<O>) -> Self {
        Subjects::new(cases, |op| Box::new(One(op)))
    }

    pub(super) fn of_composite<C: CheckedComposite>(cases: &'a Cases<C>) -> Self {
        Subjects::new(cases, |op| Box::new(Several(op)))
    }

    fn new<O>(cases: &'a Cases<O>, any: impl Fn(&'a O) -> Box<dyn AnyOp + 'a>) -> Self {
        let erase = |case: &'a cases::Case<O>| Case {
            op: any(&case.op),
            shapes: &case.shapes,
            textbook: Box::new(|x| (cases.reference)(&case.op, x)),
        };
        let pin = |pin: &'a cases::Pin<O>| Pin {
            op: any(&pin.op),
            name: pin.name,
            x: &pin.x,
            y: &pin.y,
            dx: &pin.dx,
            ddx: pin.ddx.as_deref(),
        };
        Subjects {
            cases: cases.cases.iter().map(erase).collect(),
            shared: match cases.shared.is_empty() {
                true => cases.benches.iter().map(|(case, _)| erase(case)).collect(),
                false => cases.shared.iter().map(erase).collect(),
            },
            rejects: cases.rejects.iter().map(|(case, says)| (erase(case), *says)).collect(),
            pins: cases.pins.iter().map(pin).collect(),
            domains: &cases.domains,
        }
    }

    /// Operands of a case, from the op's domains.
    pub(super) fn draw(&self, case: &Case<'_>, generator: &mut Generator) -> Vec<Tensor<f64>> {
        Domain::draw(self.domains, case.shapes, generator)
    }
}
