//! The contract of an op: what an operation is, what it keeps, and what its rule may see.

mod record;

use crate::List;
use crate::error::Mismatch;
use crate::graph::handle::{Edge, Handle};
use crate::tensor::{Real, Shape, Tensor};
use crate::var::Var;
pub(crate) use record::{apply, attach, is_recorded, record, refused, shapes, values};

/// How many operands an op has: [`Fixed<2>`](Fixed) for `mul`, [`Any`] for `concat`.
pub trait Arity: 'static {
    /// One `X` for each operand: `[X; 2]` for `Fixed<2>`, a [`List`] for `Any`.
    type Of<X>: AsRef<[X]> + AsMut<[X]> + IntoIterator<Item = X>;
    /// The number of operands, if it is fixed.
    const COUNT: Option<usize>;
    /// One `X` for each operand, from the first on.
    ///
    /// # Panics
    /// If the number of operands is fixed and `x` has another.
    fn collect<X>(x: impl ExactSizeIterator<Item = X>) -> Self::Of<X>;
}

/// Exactly `N` operands.
pub struct Fixed<const N: usize>;
/// Any number of operands.
pub struct Any;

impl<const N: usize> Arity for Fixed<N> {
    type Of<X> = [X; N];
    const COUNT: Option<usize> = Some(N);
    #[inline]
    fn collect<X>(mut x: impl ExactSizeIterator<Item = X>) -> [X; N] {
        assert_eq!(x.len(), N, "the number of operands");
        std::array::from_fn(|_| x.next().expect("as many as the length says"))
    }
}
impl Arity for Any {
    type Of<X> = List<X>;
    const COUNT: Option<usize> = None;
    fn collect<X>(x: impl ExactSizeIterator<Item = X>) -> List<X> {
        x.collect()
    }
}

/// One `X` for each operand of the op `O`.
pub type In<O, T, X> = <<O as Op<T>>::Arity as Arity>::Of<X>;

/// A differentiable operation: a shape rule, a forward computation and a gradient rule.
///
/// Operands are what a gradient can reach; an axis, an index, a mask or a stride is a field of the op. A [`Var`] is never a field: no gradient
/// would reach it, and a long chain of such ops could not be dropped without recursion. Rules never see broadcasting:
/// methods of [`Var`] record an explicit `broadcast_to` where shapes differ.
pub trait Op<T: Real>: Clone + Send + Sync + 'static {
    /// How many operands there are.
    type Arity: Arity;
    /// The method's name: errors, drawings, tests and benches print it.
    const NAME: &'static str;
    /// The shape rule as a reader writes it, such as `[.., m, k] x [.., k, n] -> [.., m, n]`.
    const RULE: &'static str;
    /// What [`backward`](Op::backward) reads: nothing else is kept, and the suite proves that each of it is needed.
    const SAVES: Save;
    /// What errors call the operands; left empty, they are x, or a, b, c and so on.
    const OPERANDS: &'static [&'static str] = &[];

    /// The shape of the result. The one place that may refuse the operands.
    fn shape(&self, x: In<Self, T, &Shape>) -> Result<Shape, Mismatch>;
    /// Computes the result; [`shape`](Op::shape) has accepted the operands.
    fn forward(&self, x: In<Self, T, &Tensor<T>>) -> Tensor<T>;
    /// The gradient of each operand that is needed, given `dy`, the gradient of the result: a vector-Jacobian product, written in
    /// [`Var`] algebra, so that it can be differentiated in turn.
    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> In<Self, T, Option<Var<T>>>;
}

/// An op in the register: the only kind that can be recorded, since the register also writes its tests.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not in the op register",
    note = "inside this crate, add it to `register!` in its family's mod.rs: the same line creates its test",
    note = "outside, apply it with `autograd_core::custom`, and test it with `autograd_core::testing::check`"
)]
pub trait Registered<T: Real>: Op<T> + sealed::Sealed {}

pub(crate) mod sealed {
    /// Where the code of an op begins, for `f32` and for `f64`.
    pub type Code = [Option<*const ()>; 2];

    /// Only `register!` implements it.
    pub trait Sealed {
        /// The op's code. Nobody asks; but that somebody could makes the compiler compile it in this crate.
        fn code() -> Code;
    }
}

/// What an op keeps for its gradient rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Save {
    inputs: u32,
    output: bool,
    shapes: bool,
}

impl Save {
    /// The rule needs `dy` only.
    pub const NOTHING: Save = Save { inputs: 0, output: false, shapes: false };
    /// All operands.
    pub const INPUTS: Save = Save { inputs: u32::MAX, ..Save::NOTHING };
    /// The result.
    pub const OUTPUT: Save = Save { output: true, ..Save::NOTHING };
    /// The shapes of the operands, without their values.
    pub const SHAPES: Save = Save { shapes: true, ..Save::NOTHING };

    /// Operand `i` alone.
    pub const fn input(i: u32) -> Save {
        Save { inputs: 1 << i, ..Save::NOTHING }
    }

    /// This and `other`.
    #[must_use]
    pub const fn and(self, other: Save) -> Save {
        Save {
            inputs: self.inputs | other.inputs,
            output: self.output || other.output,
            shapes: self.shapes || other.shapes,
        }
    }

    /// Whether operand `i` is kept.
    pub const fn keeps_input(self, i: usize) -> bool {
        self.inputs == u32::MAX || i < 32 && self.inputs >> i & 1 == 1
    }

    /// Whether the result is kept.
    pub const fn keeps_output(self) -> bool {
        self.output
    }

    /// Whether the shapes of the operands are kept.
    pub const fn keeps_shapes(self) -> bool {
        self.shapes
    }

    /// How many values are kept of an op with `operands` operands, if that is fixed.
    const fn count(self, operands: Option<usize>) -> Option<usize> {
        let inputs = match (self.inputs, operands) {
            (u32::MAX, Some(operands)) => operands,
            (u32::MAX, None) => return None,
            (some, _) => some.count_ones() as usize,
        };
        Some(inputs + self.output as usize)
    }

    /// How many operands before operand `i` are kept: its place among the values.
    #[inline]
    const fn before(self, i: usize) -> usize {
        match self.inputs {
            u32::MAX => i,
            some => (some & ((1u32 << i) - 1)).count_ones() as usize,
        }
    }

    /// The operand whose value is kept at place `k`; the result if there is none.
    #[inline]
    const fn operand(self, k: usize) -> usize {
        if self.inputs == u32::MAX {
            return k;
        }
        let (mut rest, mut skip) = (self.inputs, k);
        while skip > 0 && rest != 0 {
            rest &= rest - 1;
            skip -= 1;
        }
        rest.trailing_zeros() as usize
    }
}

/// What a rule may see: the values that [`Op::SAVES`] declares, and which operands want a gradient.
pub struct Saved<'a, T: Real> {
    pub(crate) save: Save,
    /// The kept operands in order, then the result if it is kept.
    pub(crate) values: &'a [Tensor<T>],
    pub(crate) shapes: &'a [Shape],
    pub(crate) edges: &'a [Edge<T>],
    pub(crate) needs: &'a [bool],
    /// The node itself, where the rule is to be recorded.
    pub(crate) node: Option<&'a Handle<T>>,
}

impl<T: Real> Saved<'_, T> {
    /// Whether operand `i` wants a gradient; the rule gives `None` for those that do not.
    #[inline]
    pub fn needs(&self, i: usize) -> bool {
        self.needs[i]
    }

    /// The number of operands.
    pub fn count(&self) -> usize {
        self.needs.len()
    }

    /// Operand `i`.
    ///
    /// # Panics
    /// If [`Op::SAVES`] does not declare it.
    pub fn input(&self, i: usize) -> Var<T> {
        assert!(self.save.keeps_input(i), "the rule reads operand {i}, which SAVES does not declare");
        let node = self.node.and_then(|_| self.edges[i].clone());
        Var::from_parts(self.values[self.save.before(i)].clone(), node)
    }

    /// All operands of an op that saves them all.
    ///
    /// # Panics
    /// If [`Op::SAVES`] does not declare them.
    pub fn inputs<const N: usize>(&self) -> [Var<T>; N] {
        std::array::from_fn(|i| self.input(i))
    }

    /// The result, attached to its node again where the rule is recorded, so that a second derivative flows through it.
    ///
    /// # Panics
    /// If [`Op::SAVES`] does not declare it.
    pub fn y(&self) -> Var<T> {
        assert!(self.save.keeps_output(), "the rule reads the result, which SAVES does not declare");
        let value = self.values.last().expect("the result is kept last").clone();
        Var::from_parts(value, self.node.cloned())
    }

    /// The shape of operand `i`.
    ///
    /// # Panics
    /// If [`Op::SAVES`] declares neither the shapes nor the operand.
    pub fn shape(&self, i: usize) -> &Shape {
        assert!(self.save.keeps_shapes(), "the rule reads the shape of operand {i}, which SAVES does not declare");
        &self.shapes[i]
    }
}
