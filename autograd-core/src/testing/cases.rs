//! `Cases`: on what an op is tested, written beside the op.

use super::Domain;
use crate::composite::Composite;
use crate::op::Op;
use crate::tensor::{Shape, Tensor};
use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

/// An op that brings its cases: what `register!` and [`check`](super::check) demand.
#[diagnostic::on_unimplemented(
    message = "the op `{Self}` has no cases to be tested on",
    note = "implement `Checked` beside it: `Cases::new(textbook, op, shapes)` is the least"
)]
pub trait Checked: Op<f64> + Op<f32> {
    /// On what the op is tested.
    fn cases() -> Cases<Self>;
}

/// A composite that brings its cases: what `register!` and [`check_composite`](super::check_composite) demand.
///
/// The reference and the pins of one with several results give them as one vector, each in row-major order, one behind the
/// other ([`joined`](super::joined)).
#[diagnostic::on_unimplemented(
    message = "the composite `{Self}` has no cases to be tested on",
    note = "implement `CheckedComposite` beside it: `Cases::new(textbook, op, shapes)` is the least"
)]
pub trait CheckedComposite: Composite<f64> + Composite<f32> {
    /// On what the composite is tested.
    fn cases() -> Cases<Self>;
}

/// An op whose type is forgotten, so that what walks over cases is compiled once and not once for each op.
pub(super) type AnyOf = Arc<dyn Any + Send + Sync>;

/// An op with the shapes of its operands.
pub(super) struct Case {
    pub(super) op: AnyOf,
    /// One shape for each operand.
    pub(super) shapes: Vec<Shape>,
}

/// An exact point: a kink, a tie, an infinity. The cotangent is all ones.
pub(super) struct Pin {
    /// What the point shows.
    pub(super) name: &'static str,
    pub(super) op: AnyOf,
    /// The operands.
    pub(super) x: Vec<Tensor<f64>>,
    /// The result, bit for bit but for the sign of zero.
    pub(super) y: Tensor<f64>,
    /// The gradient of each operand for a cotangent of ones.
    pub(super) dx: Vec<Tensor<f64>>,
    /// The gradient of `Σᵢ (i + 1) · Σ dx[i]` with respect to each operand, where it is pinned too.
    pub(super) ddx: Option<Vec<Tensor<f64>>>,
}

/// The work of a bench case.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// Bytes read and written.
    Bytes(u64),
    /// Floating-point operations.
    Flops(u64),
}

/// The plain computation that an op is compared with.
type Textbook = Box<dyn Fn(&dyn Any, &[Tensor<f64>]) -> Tensor<f64>>;

/// What [`Cases`] holds, all of it about ops of one type.
pub(super) struct Collected {
    pub(super) textbook: Textbook,
    pub(super) cases: Vec<Case>,
    pub(super) domains: Vec<Domain>,
    pub(super) pins: Vec<Pin>,
    pub(super) rejects: Vec<(Case, &'static str)>,
    pub(super) benches: Vec<(Case, Work)>,
    pub(super) shared: Vec<Case>,
}

/// On what an op is tested. There is always a textbook computation and at least one case.
pub struct Cases<O> {
    pub(super) collected: Collected,
    op: PhantomData<O>,
}

impl<O: Clone + Send + Sync + 'static> Cases<O> {
    /// The cases of an op, from its textbook computation and a first case. Operands are drawn from -2 to 2.
    pub fn new(textbook: impl Fn(&O, &[Tensor<f64>]) -> Tensor<f64> + 'static, op: O, shapes: Vec<Shape>) -> Self {
        let textbook = move |op: &dyn Any, x: &[Tensor<f64>]| textbook(op.downcast_ref().expect("of this type"), x);
        let first = Case { op: Arc::new(op), shapes };
        Cases { collected: Collected::new(Box::new(textbook), first), op: PhantomData }
    }

    /// The cases of an elementwise op with one operand, from its function.
    pub fn unary(op: O, f: impl Fn(f64) -> f64 + 'static) -> Self {
        let textbook = move |_: &O, x: &[Tensor<f64>]| each(x, &|x| f(x[0]));
        Cases::new(textbook, op.clone(), super::shapes![[3, 4]]).elementwise(op, 1)
    }

    /// The cases of an elementwise op with two operands, from its function.
    pub fn binary(op: O, f: impl Fn(f64, f64) -> f64 + 'static) -> Self {
        let textbook = move |_: &O, x: &[Tensor<f64>]| each(x, &|x| f(x[0], x[1]));
        Cases::new(textbook, op.clone(), super::shapes![[3, 4], [3, 4]]).elementwise(op.clone(), 2).rejects(
            op,
            super::shapes![[2, 3], [3]],
            "shapes differ",
        )
    }

    /// What each elementwise op with so many operands is tested on besides its first case.
    fn elementwise(mut self, op: O, operands: usize) -> Self {
        self.collected.elementwise(&(Arc::new(op) as AnyOf), operands);
        self
    }

    /// One more case.
    #[must_use]
    pub fn case(mut self, op: O, shapes: Vec<Shape>) -> Self {
        self.collected.cases.push(Case { op: Arc::new(op), shapes });
        self
    }

    /// The domain of all operands.
    #[must_use]
    pub fn domain(self, domain: Domain) -> Self {
        self.domains([domain])
    }

    /// One domain for each operand; the last one is also that of those that follow.
    #[must_use]
    pub fn domains(mut self, domains: impl Into<Vec<Domain>>) -> Self {
        self.collected.domains = domains.into();
        assert!(!self.collected.domains.is_empty(), "operands are drawn from somewhere");
        self
    }

    /// One exact point, with the gradient of each operand for a cotangent of ones.
    #[must_use]
    pub fn pin(
        mut self,
        name: &'static str,
        op: O,
        x: Vec<Tensor<f64>>,
        y: impl Into<Tensor<f64>>,
        dx: Vec<Tensor<f64>>,
    ) -> Self {
        let (op, y) = (Arc::new(op), y.into());
        self.collected.pins.push(Pin { name, op, x, y, dx, ddx: None });
        self
    }

    /// The second order at the last pin: the gradient, with respect to each operand, of `Σᵢ (i + 1) · Σ dx[i]`, the first gradients weighted by the
    /// numbers of their operands, from 1 on.
    ///
    /// # Panics
    /// If there is no pin yet.
    #[must_use]
    pub fn second(mut self, ddx: Vec<Tensor<f64>>) -> Self {
        self.collected.pins.last_mut().expect("a second order belongs to the pin before it").ddx = Some(ddx);
        self
    }

    /// Shapes that the op refuses, and a part of what it says.
    #[must_use]
    pub fn rejects(mut self, op: O, shapes: Vec<Shape>, says: &'static str) -> Self {
        self.collected.rejects.push((Case { op: Arc::new(op), shapes }, says));
        self
    }

    /// A case large enough that threads share its work, for the law that their number changes nothing; without one, those to be timed serve.
    #[must_use]
    pub fn shared(mut self, op: O, shapes: Vec<Shape>) -> Self {
        self.collected.shared.push(Case { op: Arc::new(op), shapes });
        self
    }

    /// A case to be timed.
    #[must_use]
    pub fn bench(mut self, op: O, shapes: Vec<Shape>, work: Work) -> Self {
        self.collected.benches.push((Case { op: Arc::new(op), shapes }, work));
        self
    }
}

impl Collected {
    fn new(textbook: Textbook, first: Case) -> Self {
        Collected {
            textbook,
            cases: vec![first],
            domains: vec![Domain::between(-2.0, 2.0)],
            pins: Vec::new(),
            rejects: Vec::new(),
            benches: Vec::new(),
            shared: Vec::new(),
        }
    }

    fn elementwise(&mut self, op: &AnyOf, operands: usize) {
        let case = |shape: &Shape| Case { op: op.clone(), shapes: vec![shape.clone(); operands] };
        // A number, one element, nothing, several axes.
        let shapes: Vec<Shape> = super::shapes![[], [1], [0], [2, 0, 3], [2, 1, 3, 2]];
        self.cases.extend(shapes.iter().map(case));
        self.shared.push(case(&[300, 500].into()));
        let megabytes = 4 * (operands as u64 + 1);
        self.benches.push((case(&[1024, 1024].into()), Work::Bytes(megabytes << 20)));
    }
}

/// `f` of the elements of all operands at each place.
fn each(x: &[Tensor<f64>], f: &dyn Fn(&[f64]) -> f64) -> Tensor<f64> {
    let elements: Vec<Vec<f64>> = x.iter().map(Tensor::to_vec).collect();
    Tensor::from_fn(x[0].shape(), |i| f(&elements.iter().map(|x| x[i]).collect::<Vec<_>>()))
}
