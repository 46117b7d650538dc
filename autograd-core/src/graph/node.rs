//! Nodes: their places on the tape, and those that no op makes, leaves and the parts of several results.

use super::handle::{Edge, Handle, Step};
use crate::tensor::Real;
use crate::var::Var;
use smallvec::SmallVec;
use std::cell::Cell;

/// The gradients of a node's results; `None` for one that no gradient reached.
pub(crate) type Cotangents<T> = SmallVec<[Option<Var<T>>; 1]>;

/// Nobody's operand: where gradients end.
struct Leaf;

impl<T: Real> Step<T> for Leaf {
    fn name(&self) -> &'static str {
        "leaf"
    }
    fn edges(&mut self) -> &mut [Edge<T>] {
        &mut []
    }
    fn backward(&self, _: &Handle<T>, _: &[Option<Var<T>>], _: &[bool], _: &mut [Option<Var<T>>]) {}
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
    fn edges(&mut self) -> &mut [Edge<T>] {
        &mut self.of
    }
    fn backward(&self, _: &Handle<T>, dys: &[Option<Var<T>>], _: &[bool], dxs: &mut [Option<Var<T>>]) {
        if let ([dy], [dx]) = (dys, dxs) {
            dx.clone_from(dy);
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
pub(crate) fn attach<T: Real, S: Step<T>>(step: S, highest: u64) -> Handle<T> {
    Handle::new(above(highest), 0, step)
}

/// A node that stands for one result of another.
#[track_caller]
pub(crate) fn part<T: Real>(name: &'static str, of: Handle<T>, result: usize) -> Handle<T> {
    let position = above(of.position);
    Handle::new(position, result, Part { name, of: [Some(of)] })
}

/// The node of a new leaf.
#[track_caller]
pub(crate) fn leaf<T: Real>() -> Handle<T> {
    Handle::new(0, 0, Leaf)
}
