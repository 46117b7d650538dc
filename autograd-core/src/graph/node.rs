//! `Node`: what a computed `Var` remembers, its place on the tape, its operands' nodes and its step back.

use super::mode;
use crate::List;
use crate::shared::{Shared, erase};
use crate::tensor::Real;
use crate::var::Var;
use smallvec::SmallVec;
use std::cell::Cell;
use std::marker::PhantomData;
use std::panic::Location;

/// The node of an op's operand; `None` for an operand that no gradient can reach.
pub(crate) type Edge<T> = Option<Handle<T>>;
/// The gradients of a node's results; `None` for one that no gradient reached.
pub(crate) type Cotangents<T> = SmallVec<[Option<Var<T>>; 1]>;

/// The way from a node's gradient to those of its operands.
pub(crate) trait Step<T: Real>: Send + Sync {
    fn name(&self) -> &'static str;
    fn edges(&self) -> &[Edge<T>];
    fn edges_mut(&mut self) -> &mut [Edge<T>];
    /// Gives the gradient of each operand that is needed to `put`, with the operand's place, from those of the results. Whether the step still has
    /// its edges then is not said, unless the rule is recorded.
    fn backward(&self, node: &Handle<T>, dys: &[Option<Var<T>>], needs: &[bool], put: &mut dyn FnMut(usize, Var<T>));
}

/// A counted reference to a node.
pub(crate) type Handle<T> = Shared<Node<T>>;
/// Nodes let go by their last owner, which go one after the other.
type Released<T> = List<Handle<T>>;

/// A vertex of the graph. One allocation holds it, its op, the nodes of a fixed number of operands and up to two saved values; more of them spill.
pub(crate) struct Node<T: Real, S: ?Sized + Step<T> = dyn Step<T>> {
    /// Greater than the position of each operand; 0 for leaves.
    pub(crate) position: u64,
    /// To which of its operands' results its gradients belong: 0 for the only one.
    pub(super) result: usize,
    /// The caller's line.
    pub(crate) at: &'static Location<'static>,
    element: PhantomData<fn() -> T>,
    pub(crate) step: S,
}

impl<T: Real> Node<T> {
    #[inline]
    pub(crate) fn is_leaf(&self) -> bool {
        self.position == 0
    }
}

impl<T: Real, S: ?Sized + Step<T>> Drop for Node<T, S> {
    #[inline]
    fn drop(&mut self) {
        let edges = self.step.edges_mut();
        // A backward pass took them.
        if edges.iter().all(Option::is_none) {
            return;
        }
        let mut waiting = Released::new();
        release(edges, &mut waiting);
        while let Some(mut node) = waiting.pop() {
            // The sole owner takes the operands out before the node goes, so that its own drop finds nothing to descend into.
            if let Some(node) = node.sole() {
                release(node.step.edges_mut(), &mut waiting);
            }
        }
    }
}

/// Takes the operands out of a node that goes. One that others hold too just loses an owner; it need not wait, as leaves need not, which have
/// no operands.
fn release<T: Real>(edges: &mut [Edge<T>], into: &mut Released<T>) {
    for edge in edges {
        if let Some(node) = edge.take()
            && !node.is_leaf()
            && node.is_sole()
        {
            into.push(node);
        }
    }
}

/// Nobody's operand: where gradients end.
struct Leaf;

impl<T: Real> Step<T> for Leaf {
    fn name(&self) -> &'static str {
        "leaf"
    }
    fn edges(&self) -> &[Edge<T>] {
        &[]
    }
    fn edges_mut(&mut self) -> &mut [Edge<T>] {
        &mut []
    }
    fn backward(&self, _: &Handle<T>, _: &[Option<Var<T>>], _: &[bool], _: &mut dyn FnMut(usize, Var<T>)) {}
}

/// One result of a node that has several: hands its gradient on.
struct Part<T: Real> {
    name: &'static str,
    of: [Edge<T>; 1],
}

impl<T: Real> Step<T> for Part<T> {
    fn name(&self) -> &'static str {
        self.name
    }
    fn edges(&self) -> &[Edge<T>] {
        &self.of
    }
    fn edges_mut(&mut self) -> &mut [Edge<T>] {
        &mut self.of
    }
    fn backward(&self, _: &Handle<T>, dys: &[Option<Var<T>>], _: &[bool], put: &mut dyn FnMut(usize, Var<T>)) {
        if let [Some(dy)] = dys {
            put(0, dy.clone());
        }
    }
}

thread_local! {
    /// The position of this thread's newest node.
    static POSITION: Cell<u64> = const { Cell::new(0) };
}

/// The highest position of an operand.
#[inline]
pub(crate) fn highest<T: Real>(edges: &[Edge<T>]) -> u64 {
    edges.iter().flatten().map(|node| node.position).max().unwrap_or(0)
}

#[track_caller]
#[inline]
fn new<T: Real, S: Step<T> + 'static>(position: u64, result: usize, step: S) -> Handle<T> {
    erase!(Shared::new(Node { position, result, at: mode::location(), element: PhantomData, step }))
}

/// The next position above `highest`.
#[inline]
fn above(highest: u64) -> u64 {
    let position = POSITION.get().max(highest) + 1;
    POSITION.set(position);
    position
}

/// A node above its operands, of which `highest` is the highest position, and above all earlier nodes of this thread, as a Lamport clock:
/// graphs that several threads built join.
#[track_caller]
#[inline]
pub(crate) fn attach<T: Real, S: Step<T> + 'static>(step: S, highest: u64) -> Handle<T> {
    new(above(highest), 0, step)
}

/// A node that stands for one result of another.
#[track_caller]
pub(crate) fn part<T: Real>(name: &'static str, of: Handle<T>, result: usize) -> Handle<T> {
    let position = above(of.position);
    new(position, result, Part { name, of: [Some(of)] })
}

/// The node of a new leaf.
#[track_caller]
pub(crate) fn leaf<T: Real>() -> Handle<T> {
    new(0, 0, Leaf)
}
