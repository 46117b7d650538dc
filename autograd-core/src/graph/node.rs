//! `Node`: what a computed `Var` remembers, its place on the tape, its operands' nodes and its step back.

use super::mode;
use crate::tensor::Real;
use crate::var::Var;
use smallvec::SmallVec;
use std::cell::Cell;
use std::panic::Location;
use std::sync::Arc;

/// The node of an op's operand; `None` for an operand that no gradient can reach.
pub(crate) type Edge<T> = Option<Arc<Node<T>>>;
/// Nodes let go by their last owner, which go one after the other.
pub(crate) type Released<T> = SmallVec<[Arc<Node<T>>; 4]>;

/// The way from a node's gradient to those of its operands.
pub(crate) trait Step<T: Real>: Send + Sync {
    fn name(&self) -> &'static str;
    fn edges(&self) -> &[Edge<T>];
    /// Gives `pass` the gradient of each operand that it wants, from those of the results; `None` for a result that no gradient reached.
    fn backward(&self, node: &Arc<Node<T>>, dys: &[Option<Var<T>>], pass: &mut dyn Pass<T>);
    /// Lets the operands go with [`release`], so that dropping a long chain needs no recursion.
    fn release(&mut self, into: &mut Released<T>);
}

/// What a step asks of the backward pass.
pub(crate) trait Pass<T: Real> {
    /// Whether a gradient of this node is of use.
    fn wants(&self, node: &Node<T>) -> bool;
    /// Takes a contribution to the gradient of a result of a node: 0 for the only one.
    fn put(&mut self, node: &Arc<Node<T>>, result: usize, dx: Var<T>);
}

/// A vertex of the graph. One allocation holds it, its op, the nodes of a fixed number of operands and up to two saved values; more of them spill.
pub(crate) struct Node<T: Real, S: ?Sized + Step<T> = dyn Step<T>> {
    /// Greater than the position of each operand; 0 for leaves.
    pub(crate) position: u64,
    /// The caller's line.
    pub(crate) at: &'static Location<'static>,
    element: std::marker::PhantomData<fn() -> T>,
    pub(crate) step: S,
}

impl<T: Real> Node<T> {
    pub(crate) fn is_leaf(&self) -> bool {
        self.position == 0
    }

    /// Where the node lies: no other has this number while this one lives.
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
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
    fn backward(&self, _: &Arc<Node<T>>, _: &[Option<Var<T>>], _: &mut dyn Pass<T>) {}
    fn release(&mut self, _: &mut Released<T>) {}
}

/// One result of a node that has several: hands its gradient on.
struct Part<T: Real> {
    name: &'static str,
    /// The node; taken out when this one goes.
    of: [Edge<T>; 1],
    result: usize,
}

impl<T: Real> Step<T> for Part<T> {
    fn name(&self) -> &'static str {
        self.name
    }
    fn edges(&self) -> &[Edge<T>] {
        &self.of
    }
    fn backward(&self, _: &Arc<Node<T>>, dys: &[Option<Var<T>>], pass: &mut dyn Pass<T>) {
        if let ([Some(of)], [Some(dy)]) = (&self.of, dys)
            && pass.wants(of)
        {
            pass.put(of, self.result, dy.clone());
        }
    }
    fn release(&mut self, into: &mut Released<T>) {
        release(&mut self.of, into);
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

/// Takes the operands out of a node that goes. One that others hold too just loses an owner; it need not wait, as leaves need not, which have
/// no operands.
pub(crate) fn release<T: Real>(edges: &mut [Edge<T>], into: &mut Released<T>) {
    for edge in edges {
        if let Some(node) = edge.take()
            && !node.is_leaf()
            && Arc::strong_count(&node) == 1
        {
            into.push(node);
        }
    }
}

/// A node above its operands, of which `highest` is the highest position, and above all earlier nodes of this thread, as a Lamport clock:
/// graphs that several threads built join.
#[track_caller]
#[inline]
pub(crate) fn attach<T: Real, S: Step<T> + 'static>(step: S, highest: u64) -> Arc<Node<T>> {
    let position = POSITION.get().max(highest) + 1;
    POSITION.set(position);
    Arc::new(Node { position, at: mode::location(), element: std::marker::PhantomData, step })
}

/// A node that stands for one result of another.
#[track_caller]
pub(crate) fn part<T: Real>(name: &'static str, of: Arc<Node<T>>, result: usize) -> Arc<Node<T>> {
    let position = of.position;
    attach(Part { name, of: [Some(of)], result }, position)
}

/// The node of a new leaf.
#[track_caller]
pub(crate) fn leaf<T: Real>() -> Arc<Node<T>> {
    Arc::new(Node { position: 0, at: mode::location(), element: std::marker::PhantomData, step: Leaf })
}

impl<T: Real, S: ?Sized + Step<T>> Drop for Node<T, S> {
    fn drop(&mut self) {
        let mut waiting = Released::new();
        self.step.release(&mut waiting);
        while let Some(mut node) = waiting.pop() {
            // The sole owner takes the operands out before the node goes, so that its own drop finds nothing to descend into.
            if let Some(node) = Arc::get_mut(&mut node) {
                node.step.release(&mut waiting);
            }
        }
    }
}
