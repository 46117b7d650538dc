//! The contract of a composite: an algebra of ops that kernels of its own compute at once, with one result or several.

use crate::List;
use crate::error::{Error, Mismatch};
use crate::graph::backward::{self, Wanted};
use crate::graph::handle::{Edge, Handle, Step};
use crate::graph::mode::{self, blame};
use crate::graph::node;
use crate::op::{self, Arity, is_recorded, refused, sealed};
use crate::tensor::{Real, Shape, Tensor};
use crate::var::Var;
use smallvec::SmallVec;

/// One `X` for each operand of the composite `C`.
pub type Operands<C, T, X> = <<C as Composite<T>>::Arity as Arity>::Of<X>;
/// One `X` for each result of the composite `C`.
pub type Results<C, T, X> = <<C as Composite<T>>::Results as Arity>::Of<X>;

/// An operation that is an algebra of others, and that kernels of its own compute faster: a recurrent sequence, a normalisation, attention.
///
/// Two computations stand side by side. [`algebra`](Composite::algebra) says what the operation is, in ops that are proven already.
/// [`forward`](Composite::forward) and [`backward`](Composite::backward) say how its value and its first gradient are computed at once. A pass
/// that records its rules goes through the algebra, so that derivatives of each order are right without another line; a pass that does
/// not, as in training, takes the fused rule. The suite holds one against the other, and both against difference quotients.
///
/// The operands are kept for the rules, and the workspace: what `forward` knows and `backward` would have to compute again. All
/// other conventions are those of [`Op`](crate::Op).
pub trait Composite<T: Real>: Clone + Send + Sync + 'static {
    /// How many operands there are.
    type Arity: Arity;
    /// How many results there are: [`Fixed<1>`](crate::Fixed) for `layer_norm`, `Fixed<3>` for `lstm`.
    type Results: Arity;
    /// What [`forward`](Composite::forward) leaves for [`backward`](Composite::backward).
    type Workspace: Send + Sync + 'static;
    /// The method's name: errors, drawings, tests and benches print it.
    const NAME: &'static str;
    /// The shape rule as a reader writes it.
    const RULE: &'static str;
    /// What errors call the operands; left empty, they are x, or a, b, c and so on.
    const OPERANDS: &'static [&'static str] = &[];
    /// What drawings call the results.
    const RESULTS: &'static [&'static str] = &["y"];

    /// The shapes of the results. The one place that may refuse the operands.
    fn shape(&self, x: Operands<Self, T, &Shape>) -> Result<Results<Self, T, Shape>, Mismatch>;
    /// Computes the results; [`shape`](Composite::shape) has accepted the operands.
    fn forward(&self, x: Operands<Self, T, &Tensor<T>>) -> (Results<Self, T, Tensor<T>>, Self::Workspace);
    /// The gradient of each operand that is needed, given those of the results; `None` for a result that no gradient reached.
    fn backward(
        &self,
        x: Operands<Self, T, &Tensor<T>>,
        workspace: &Self::Workspace,
        dy: Results<Self, T, Option<&Tensor<T>>>,
        needs: &[bool],
    ) -> Operands<Self, T, Option<Tensor<T>>>;
    /// The same results, composed of other ops.
    fn algebra(&self, x: Operands<Self, T, &Var<T>>) -> Results<Self, T, Var<T>>;
}

/// A composite in the register: the only kind that can be recorded, since the register also writes its tests.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not in the op register",
    note = "inside this crate, add it to `register!` in its family's mod.rs: the same line creates its test",
    note = "outside, apply it with `autograd_core::custom_composite`, and test it with `autograd_core::testing::check_composite`"
)]
pub trait RegisteredComposite<T: Real>: Composite<T> + sealed::Sealed {}

/// Computes a composite of the register and, where a gradient may be asked for, remembers how.
#[track_caller]
pub(crate) fn compose<T: Real, C: RegisteredComposite<T>>(op: C, x: Operands<C, T, &Var<T>>) -> Results<C, T, Var<T>> {
    match apply(op, x.as_ref()) {
        Ok(y) => y,
        Err(error) => error.raise(),
    }
}

/// `compose` for any composite, with a mistake as an error.
#[track_caller]
#[inline(never)]
pub(crate) fn apply<T: Real, C: Composite<T>>(op: C, x: &[&Var<T>]) -> Result<Results<C, T, Var<T>>, Error> {
    let shapes = match op.shape(op::shapes::<T, C::Arity>(x)) {
        Ok(shapes) => shapes,
        Err(why) => return Err(refused(C::NAME, C::RULE, C::OPERANDS, why, x)),
    };
    let (ys, workspace) = op.forward(op::values::<T, C::Arity>(x));
    for (y, shape) in ys.as_ref().iter().zip(shapes.as_ref()) {
        debug_assert_eq!(y.shape(), shape, "{}: the shape rule and the computation agree", C::NAME);
    }
    debug_assert_eq!(shapes.as_ref().len(), C::RESULTS.len(), "{}: each result has a name", C::NAME);
    // Loops, not closures: within a closure the caller's line is lost.
    let mut recorded = false;
    for y in ys.as_ref() {
        recorded |= is_recorded(C::NAME, x, y);
    }
    let mut nodes: SmallVec<[Edge<T>; 4]> = SmallVec::from_elem(None, C::RESULTS.len());
    if recorded {
        let kept = Kept::new(x);
        let highest = node::highest(&kept.edges);
        let node: Handle<T> = node::attach(Computed { op, kept, workspace }, highest);
        match nodes.as_mut_slice() {
            [single] => *single = Some(node),
            several => {
                for (i, part) in several.iter_mut().enumerate() {
                    *part = Some(node::part(C::RESULTS[i], node.clone(), i));
                }
            }
        }
    }
    let ys: SmallVec<[Var<T>; 4]> = ys.into_iter().zip(nodes).map(|(y, node)| Var::from_parts(y, node)).collect();
    Ok(C::Results::collect(ys.into_iter()))
}

/// The operands, and the nodes that they came from.
struct Kept<T: Real> {
    edges: List<Edge<T>>,
    values: List<Tensor<T>>,
}

impl<T: Real> Kept<T> {
    fn new(x: &[&Var<T>]) -> Self {
        Kept {
            edges: x.iter().map(|x| x.node().cloned()).collect(),
            values: x.iter().map(|x| x.value().clone()).collect(),
        }
    }
}

/// A composite that was applied.
struct Computed<T: Real, C: Composite<T>> {
    op: C,
    kept: Kept<T>,
    workspace: C::Workspace,
}

impl<T: Real, C: Composite<T>> Step<T> for Computed<T, C> {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn edges(&mut self) -> &mut [Edge<T>] {
        &mut self.kept.edges
    }

    fn backward(&self, node: &Handle<T>, dys: &[Option<Var<T>>], needs: &[bool], dxs: &mut [Option<Var<T>>]) {
        if mode::current().recording() {
            let algebra = |x: &[Var<T>]| self.op.algebra(C::Arity::collect(x.iter())).into_iter().collect();
            return blame(node.at, || through_algebra(&self.kept, needs, dys, algebra, dxs));
        }
        let count = C::RESULTS.len();
        let dys: SmallVec<[_; 4]> = (0..count).map(|i| dys.get(i).and_then(Option::as_ref).map(Var::value)).collect();
        let dys = C::Results::collect(dys.into_iter());
        let dx = self.op.backward(C::Arity::collect(self.kept.values.iter()), &self.workspace, dys, needs);
        for (to, dx) in dxs.iter_mut().zip(dx) {
            *to = dx.map(Var::constant);
        }
    }
}

/// Gives the recorded gradient of each operand that is needed, by a pass of its own through the composite's algebra.
fn through_algebra<T: Real>(
    kept: &Kept<T>,
    needs: &[bool],
    dys: &[Option<Var<T>>],
    algebra: impl FnOnce(&[Var<T>]) -> Vec<Var<T>>,
    dxs: &mut [Option<Var<T>>],
) {
    // Each operand gets a node of its own, at which the pass ends: an operand computed from another one is not entered. The gradients
    // hang on these nodes, so that the next derivative reaches all operands, wanted in this pass or not.
    let x: Vec<Var<T>> = kept
        .values
        .iter()
        .zip(&kept.edges)
        .map(|(x, edge)| Var::from_parts(x.clone(), edge.clone().map(|edge| node::part("operand", edge, 0))))
        .collect();
    let ys = algebra(&x);
    let roots = ys.iter().zip(dys).filter_map(|(y, dy)| Some((y.node()?.clone(), dy.clone()?))).collect();
    let targets: Vec<_> = x.iter().zip(needs).filter_map(|(x, &needed)| x.node().filter(|_| needed).cloned()).collect();
    let found = backward::run(roots, &Wanted::Nodes(&targets), true);
    // An operand that the algebra does not touch, as the weights of a sequence without steps, has the gradient 0 that the fused rule gives it.
    let zero = |x: &Var<T>| Var::constant(Tensor::zeros(x.shape()));
    for ((dx, x), _) in dxs.iter_mut().zip(&x).zip(needs).filter(|(_, needed)| **needed) {
        *dx = Some(x.node().and_then(|node| found.get(node).cloned()).unwrap_or_else(|| zero(x)));
    }
}

/// Computes a composite that another crate defines, and records it; see [`custom`](crate::custom).
///
/// `testing::check_composite` (feature `testing`) puts it through the laws that those of this crate satisfy.
///
/// ```
/// use autograd_core::{Composite, Fixed, Mismatch, Real, Shape, Tensor, Var, custom_composite};
///
/// /// `y = x · sigmoid(x)`, with a rule that needs one pass.
/// #[derive(Clone)]
/// struct Swish;
///
/// fn sigmoid<T: Real>(x: T) -> T {
///     (T::one() + (-x).exp()).recip()
/// }
///
/// impl<T: Real> Composite<T> for Swish {
///     type Arity = Fixed<1>;
///     type Results = Fixed<1>;
///     type Workspace = ();
///     const NAME: &'static str = "swish";
///     const RULE: &'static str = "[..] -> [..]";
///
///     fn shape(&self, [x]: [&Shape; 1]) -> Result<[Shape; 1], Mismatch> {
///         Ok([x.clone()])
///     }
///     fn forward(&self, [x]: [&Tensor<T>; 1]) -> ([Tensor<T>; 1], ()) {
///         ([x.map(|x| x * sigmoid(x))], ())
///     }
///     fn backward(&self, [x]: [&Tensor<T>; 1], _: &(), [dy]: [Option<&Tensor<T>>; 1], _: &[bool]) -> [Option<Tensor<T>>; 1] {
///         let rule = |x: T, dy: T| dy * sigmoid(x) * (T::one() + x * sigmoid(-x));
///         [dy.map(|dy| x.zip(dy, rule))]
///     }
///     fn algebra(&self, [x]: [&Var<T>; 1]) -> [Var<T>; 1] {
///         [x * x.sigmoid()]
///     }
/// }
///
/// let x = Var::leaf(0.0);
/// let [y] = custom_composite(Swish, [&x]);
/// assert_eq!(y.backward().get(&x).unwrap().item(), 0.5);
/// ```
///
/// # Panics
/// If the composite refuses the shapes.
#[track_caller]
pub fn custom_composite<T: Real, C: Composite<T>>(op: C, x: Operands<C, T, &Var<T>>) -> Results<C, T, Var<T>> {
    match apply(op, x.as_ref()) {
        Ok(y) => y,
        Err(error) => error.raise(),
    }
}

impl<T: Real> Var<T> {
    /// Computes a composite, with a mistake in the shapes as an error instead of a panic; see [`try_apply`](Var::try_apply).
    #[track_caller]
    pub fn try_compose<C: RegisteredComposite<T>>(
        op: C,
        x: Operands<C, T, &Var<T>>,
    ) -> Result<Results<C, T, Var<T>>, Error> {
        apply(op, x.as_ref())
    }
}
