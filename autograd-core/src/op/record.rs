//! How an op is applied, and a `Var` comes to remember it.

use super::{Arity, In, Op, Registered, Save, Saved};
use crate::List;
use crate::error::{Error, Mismatch};
use crate::graph::handle::{Edge, Handle, Step};
use crate::graph::node;
use crate::graph::{anomaly, mode};
use crate::tensor::{Real, Shape, Tensor};
use crate::var::Var;

/// Computes `op` and, where a gradient may be asked for, remembers how.
#[track_caller]
pub(crate) fn record<T: Real, O: Registered<T>>(op: O, x: In<O, T, &Var<T>>) -> Var<T> {
    match apply(op, x.as_ref()) {
        Ok(y) => y,
        Err(error) => error.raise(),
    }
}

/// `record` for any op, with a mistake as an error.
#[track_caller]
#[inline(never)]
pub(crate) fn apply<T: Real, O: Op<T>>(op: O, x: &[&Var<T>]) -> Result<Var<T>, Error> {
    match op.shape(shapes::<T, O::Arity>(x)) {
        Ok(_) => Ok(compute(op, x)),
        Err(why) => Err(refused(O::NAME, O::RULE, O::OPERANDS, why, x)),
    }
}

/// `apply` on operands that the shape rule accepts.
///
/// What does not depend on the op is in functions of its own, compiled once for each element type.
#[track_caller]
#[inline]
fn compute<T: Real, O: Op<T>>(op: O, x: &[&Var<T>]) -> Var<T> {
    let y = op.forward(values::<T, O::Arity>(x));
    debug_assert_eq!(
        op.shape(shapes::<T, O::Arity>(x)).ok().as_ref(),
        Some(y.shape()),
        "{}: the shape rule and the computation agree",
        O::NAME
    );
    if !is_recorded(O::NAME, x, &y) {
        return Var::from_parts(y, None);
    }
    // A node is as large as its op needs: few have more than two operands, or keep more than two values.
    let node = match const { number(O::Arity::COUNT) } {
        1 if const { O::SAVES.shapes } => remember(op, x, (edges::<T, 1>(x), sizes::<T, 1>(x)), &y),
        1 => remember(op, x, (edges::<T, 1>(x), []), &y),
        2 if const { O::SAVES.shapes } => remember(op, x, (edges::<T, 2>(x), sizes::<T, 2>(x)), &y),
        2 => remember(op, x, (edges::<T, 2>(x), []), &y),
        _ => remember(op, x, (all_edges(x), all_sizes(if O::SAVES.shapes { x } else { &[] })), &y),
    };
    Var::from_parts(y, Some(node))
}

/// A number if it is known, else one that is larger than all. Only where a plain constant chooses, the compiler leaves out what is never
/// chosen: else each op would be compiled with nodes of all sizes.
const fn number(known: Option<usize>) -> usize {
    match known {
        Some(number) => number,
        None => usize::MAX,
    }
}

/// The one door through which the node of an op comes to be; `values` are those kept.
#[track_caller]
#[inline]
pub(crate) fn attach<T: Real, O: Op<T>, E: Edges<T>, S: Shapes, V: Values<T>>(
    op: O,
    edges: E,
    shapes: S,
    values: V,
) -> Handle<T> {
    let highest = node::highest(edges.as_ref());
    node::attach(Recorded { op, edges, shapes, values }, highest)
}

#[track_caller]
#[inline]
fn remember<T: Real, O: Op<T>, E: Edges<T>, S: Shapes>(
    op: O,
    x: &[&Var<T>],
    (edges, shapes): (E, S),
    y: &Tensor<T>,
) -> Handle<T> {
    match const { number(O::SAVES.count(O::Arity::COUNT)) } {
        0 => attach(op, edges, shapes, []),
        1 => attach(op, edges, shapes, keep::<T, 1>(O::SAVES, x, y)),
        2 => attach(op, edges, shapes, keep::<T, 2>(O::SAVES, x, y)),
        _ => attach(op, edges, shapes, keep_all(O::SAVES, x, y)),
    }
}

/// The `N` values that are kept.
#[inline]
fn keep<T: Real, const N: usize>(saves: Save, x: &[&Var<T>], y: &Tensor<T>) -> [Tensor<T>; N] {
    std::array::from_fn(|k| match x.get(saves.operand(k)) {
        Some(x) => x.value().clone(),
        None => y.clone(),
    })
}

/// All values that are kept, where they are many or nobody knows how many.
fn keep_all<T: Real>(saves: Save, x: &[&Var<T>], y: &Tensor<T>) -> List<Tensor<T>> {
    let kept = x.iter().enumerate().filter(|(i, _)| saves.keeps_input(*i)).map(|(_, x)| x.value());
    kept.chain(saves.output.then_some(y)).cloned().collect()
}

/// The shapes of operands.
#[inline]
pub(crate) fn shapes<'a, T: Real, A: Arity>(x: &[&'a Var<T>]) -> A::Of<&'a Shape> {
    A::collect(x.iter().map(|x| x.shape()))
}

/// The values of operands.
#[inline]
pub(crate) fn values<'a, T: Real, A: Arity>(x: &[&'a Var<T>]) -> A::Of<&'a Tensor<T>> {
    A::collect(x.iter().map(|x| x.value()))
}

#[inline]
fn edges<T: Real, const N: usize>(x: &[&Var<T>]) -> [Edge<T>; N] {
    std::array::from_fn(|i| x[i].node().cloned())
}

#[inline]
fn sizes<T: Real, const N: usize>(x: &[&Var<T>]) -> [Shape; N] {
    std::array::from_fn(|i| x[i].shape().clone())
}

fn all_edges<T: Real>(x: &[&Var<T>]) -> List<Edge<T>> {
    x.iter().map(|x| x.node().cloned()).collect()
}

fn all_sizes<T: Real>(x: &[&Var<T>]) -> List<Shape> {
    x.iter().map(|x| x.shape().clone()).collect()
}

#[cold]
#[track_caller]
pub(crate) fn refused<T: Real>(op: &'static str, rule: &str, names: &[&str], why: Mismatch, x: &[&Var<T>]) -> Error {
    Error::refused(op, rule, why, names, x.iter().map(|x| x.shape()))
}

/// Whether a node is made: this thread records, and a gradient can reach an operand.
#[track_caller]
pub(crate) fn is_recorded<T: Real>(op: &'static str, x: &[&Var<T>], y: &Tensor<T>) -> bool {
    let mode = mode::current();
    if mode.anomaly() {
        anomaly::inspect_forward(op, y);
    }
    mode.recording() && x.iter().any(|x| x.node().is_some())
}

/// Some number of edges.
pub(crate) trait Edges<T: Real>: AsRef<[Edge<T>]> + AsMut<[Edge<T>]> + Send + Sync + 'static {}
impl<T: Real, E: AsRef<[Edge<T>]> + AsMut<[Edge<T>]> + Send + Sync + 'static> Edges<T> for E {}

/// Some number of shapes.
pub(crate) trait Shapes: AsRef<[Shape]> + Send + Sync + 'static {}
impl<S: AsRef<[Shape]> + Send + Sync + 'static> Shapes for S {}

/// Some number of values.
pub(crate) trait Values<T: Real>: AsRef<[Tensor<T>]> + Send + Sync + 'static {}
impl<T: Real, V: AsRef<[Tensor<T>]> + Send + Sync + 'static> Values<T> for V {}

/// An op that was applied; `V` holds the values kept: operands in order, then the result if it is kept.
struct Recorded<O, E, S, V> {
    op: O,
    edges: E,
    shapes: S,
    values: V,
}

impl<T: Real, O: Op<T>, E: Edges<T>, S: Shapes, V: Values<T>> Step<T> for Recorded<O, E, S, V> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn edges(&mut self) -> &mut [Edge<T>] {
        self.edges.as_mut()
    }

    fn backward(&self, node: &Handle<T>, dys: &[Option<Var<T>>], needs: &[bool], dxs: &mut [Option<Var<T>>]) {
        let [Some(dy)] = dys else { return };
        let node = mode::current().recording().then_some(node);
        let (values, shapes, edges) = (self.values.as_ref(), self.shapes.as_ref(), self.edges.as_ref());
        hand_over(self.op.backward(&Saved { save: O::SAVES, values, shapes, edges, needs, node }, dy), dxs);
    }
}

/// Puts each gradient into its place.
#[inline]
fn hand_over<T: Real>(dx: impl IntoIterator<Item = Option<Var<T>>>, dxs: &mut [Option<Var<T>>]) {
    for (to, dx) in dxs.iter_mut().zip(dx) {
        *to = dx;
    }
}
