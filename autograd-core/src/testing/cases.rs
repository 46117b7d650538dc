//! `Cases`: on what an op is tested, written beside the op.

use super::Domain;
use crate::composite::Composite;
use crate::op::Op;
use crate::tensor::{Shape, Tensor};

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

/// An op with the shapes of its operands.
#[derive(Clone)]
pub struct Case<O> {
    /// The op.
    pub op: O,
    /// One shape for each operand.
    pub shapes: Vec<Shape>,
}

/// An exact point: a kink, a tie, an infinity. The cotangent is all ones.
#[derive(Clone)]
pub struct Pin<O> {
    /// What the point shows.
    pub name: &'static str,
    /// The op.
    pub op: O,
    /// The operands.
    pub x: Vec<Tensor<f64>>,
    /// The result, bit for bit but for the sign of zero.
    pub y: Tensor<f64>,
    /// The gradient of each operand for a cotangent of ones.
    pub dx: Vec<Tensor<f64>>,
    /// The gradient of `Σᵢ (i + 1) · Σ dx[i]` with respect to each operand, where it is pinned too.
    pub ddx: Option<Vec<Tensor<f64>>>,
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
pub type Reference<O> = Box<dyn Fn(&O, &[Tensor<f64>]) -> Tensor<f64>>;

/// On what an op is tested. There is always a reference and at least one case.
pub struct Cases<O> {
    pub(crate) reference: Reference<O>,
    pub(crate) cases: Vec<Case<O>>,
    pub(crate) domains: Vec<Domain>,
    pub(crate) pins: Vec<Pin<O>>,
    pub(crate) rejects: Vec<(Case<O>, &'static str)>,
    pub(crate) benches: Vec<(Case<O>, Work)>,
    pub(crate) shared: Vec<Case<O>>,
}

impl<O: Clone> Cases<O> {
    /// The cases of an op, from its reference and a first case. Operands are drawn from -2 to 2.
    pub fn new(reference: impl Fn(&O, &[Tensor<f64>]) -> Tensor<f64> + 'static, op: O, shapes: Vec<Shape>) -> Self {
        Cases {
            reference: Box::new(reference),
            cases: vec![Case { op, shapes }],
            domains: vec![Domain::between(-2.0, 2.0)],
            pins: Vec::new(),
            rejects: Vec::new(),
            benches: Vec::new(),
            shared: Vec::new(),
        }
    }

    /// The cases of an elementwise op with one operand, from its function.
    pub fn unary(op: O, f: impl Fn(f64) -> f64 + 'static) -> Self {
        let reference = move |_: &O, x: &[Tensor<f64>]| Tensor::from_fn(x[0].shape(), |i| f(x[0].to_vec()[i]));
        let mut cases = Cases::new(reference, op.clone(), super::shapes![[3, 4]]);
        for shape in elementwise_shapes() {
            cases = cases.case(op.clone(), vec![shape]);
        }
        cases.shared(op.clone(), super::shapes![[300, 500]]).bench(
            op,
            super::shapes![[1024, 1024]],
            Work::Bytes(8 << 20),
        )
    }

    /// The cases of an elementwise op with two operands, from its function.
    pub fn binary(op: O, f: impl Fn(f64, f64) -> f64 + 'static) -> Self {
        let reference = move |_: &O, x: &[Tensor<f64>]| {
            let (a, b) = (x[0].to_vec(), x[1].to_vec());
            Tensor::from_fn(x[0].shape(), |i| f(a[i], b[i]))
        };
        let mut cases = Cases::new(reference, op.clone(), super::shapes![[3, 4], [3, 4]]);
        for shape in elementwise_shapes() {
            cases = cases.case(op.clone(), vec![shape.clone(), shape]);
        }
        cases
            .rejects(op.clone(), super::shapes![[2, 3], [3]], "shapes differ")
            .shared(op.clone(), super::shapes![[300, 500], [300, 500]])
            .bench(op, super::shapes![[1024, 1024], [1024, 1024]], Work::Bytes(12 << 20))
    }

    /// One more case.
    #[must_use]
    pub fn case(mut self, op: O, shapes: Vec<Shape>) -> Self {
        self.cases.push(Case { op, shapes });
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
        self.domains = domains.into();
        assert!(!self.domains.is_empty(), "operands are drawn from somewhere");
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
        self.pins.push(Pin { name, op, x, y: y.into(), dx, ddx: None });
        self
    }

    /// The second order at the last pin: the gradient, with respect to each operand, of `Σᵢ (i + 1) · Σ dx[i]`, the first gradients weighted by the
    /// numbers of their operands, from 1 on.
    ///
    /// # Panics
    /// If there is no pin yet.
    #[must_use]
    pub fn second(mut self, ddx: Vec<Tensor<f64>>) -> Self {
        self.pins.last_mut().expect("a second order belongs to the pin before it").ddx = Some(ddx);
        self
    }

    /// Shapes that the op refuses, and a part of what it says.
    #[must_use]
    pub fn rejects(mut self, op: O, shapes: Vec<Shape>, says: &'static str) -> Self {
        self.rejects.push((Case { op, shapes }, says));
        self
    }

    /// A case large enough that threads share its work, for the law that their number changes nothing; without one, those to be timed serve.
    #[must_use]
    pub fn shared(mut self, op: O, shapes: Vec<Shape>) -> Self {
        self.shared.push(Case { op, shapes });
        self
    }

    /// A case to be timed.
    #[must_use]
    pub fn bench(mut self, op: O, shapes: Vec<Shape>, work: Work) -> Self {
        self.benches.push((Case { op, shapes }, work));
        self
    }
}

/// Shapes on which each elementwise op is tested besides its first: a number, one element, nothing, several axes.
fn elementwise_shapes() -> Vec<Shape> {
    super::shapes![[], [1], [0], [2, 0, 3], [2, 1, 3, 2]]
}
