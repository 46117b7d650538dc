//! `Handle`: a counted reference to a node, one word wide, and how nodes go, one after the other.
//!
//! A node is made, met in a pass and let go for each op: of a graph of small values it is most of the work. So a reference to it is one word, what the
//! passes ask it for lies in its [head](Node), at a place that does not depend on the op, and only the rule itself is called through a table.

use super::mode;
use crate::List;
use crate::count::Count;
use crate::memory;
use crate::tensor::Real;
use crate::var::Var;
use std::alloc::Layout;
use std::ops::Deref;
use std::panic::Location;
use std::ptr::NonNull;

/// The node of an op's operand; `None` for an operand that no gradient can reach.
pub(crate) type Edge<T> = Option<Handle<T>>;

/// The way from a node's gradient to those of its operands.
pub(crate) trait Step<T: Real>: Send + Sync + 'static {
    fn name(&self) -> &'static str;
    /// The nodes of the operands. They do not move while the step does not.
    fn edges(&mut self) -> &mut [Edge<T>];
    /// Writes the gradient of each operand that is needed to `dxs`, which are all `None` before, from those of the results.
    fn backward(&self, node: &Handle<T>, dys: &[Option<Var<T>>], needs: &[bool], dxs: &mut [Option<Var<T>>]);
}

/// A counted reference to a node: a vertex of the graph, what a computed [`Var`] remembers.
pub(crate) struct Handle<T: Real>(NonNull<Node<T>>);

/// The head of a node.
#[repr(C)]
pub(crate) struct Node<T: Real> {
    references: Count,
    /// Greater than the position of each operand; 0 for leaves.
    pub(crate) position: u64,
    /// The caller's line.
    pub(crate) at: &'static Location<'static>,
    /// What depends on the type of its step.
    kind: &'static Kind<T>,
    /// The nodes of its operands, `count` of them, which lie within its step or belong to it.
    edges: NonNull<Edge<T>>,
    count: u32,
    /// To which of its operands' results its gradients belong: 0 for the only one.
    pub(super) result: u32,
}

impl<T: Real> Node<T> {
    #[inline]
    pub(crate) fn is_leaf(&self) -> bool {
        self.position == 0
    }
}

/// A node: one allocation holds its head, its op, the nodes of a fixed number of operands and up to two saved values; more of them spill.
#[repr(C)]
struct Whole<T: Real, S> {
    head: Node<T>,
    step: S,
}

/// [`Step::backward`] of a node's step.
type Backward<T> = unsafe fn(&Handle<T>, &[Option<Var<T>>], &[bool], &mut [Option<Var<T>>]);

/// What can be done with nodes of one type of step. Each function wants a node of just that type.
struct Kind<T: Real> {
    name: unsafe fn(&Handle<T>) -> &'static str,
    backward: Backward<T>,
    /// Drops the step and gives the memory back; nobody may refer to the node any more.
    free: unsafe fn(NonNull<Node<T>>),
}

impl<T: Real, S: Step<T>> Whole<T, S> {
    const KIND: &'static Kind<T> = &Kind { name: Self::name, backward: Self::backward, free: Self::free };

    /// # Safety
    /// The node must be a `Whole<T, S>`.
    #[inline]
    unsafe fn step(node: &Handle<T>) -> &S {
        // SAFETY: it was made as one, and is there as long as a reference to it is counted.
        unsafe { &node.0.cast::<Self>().as_ref().step }
    }

    unsafe fn name(node: &Handle<T>) -> &'static str {
        // SAFETY: the caller's promise.
        unsafe { Self::step(node) }.name()
    }

    unsafe fn backward(node: &Handle<T>, dys: &[Option<Var<T>>], needs: &[bool], dxs: &mut [Option<Var<T>>]) {
        // SAFETY: the caller's promise.
        unsafe { Self::step(node) }.backward(node, dys, needs, dxs);
    }

    unsafe fn free(node: NonNull<Node<T>>) {
        // SAFETY: the caller's promise; the layout is that for which `new` took the memory.
        unsafe {
            node.cast::<Self>().drop_in_place();
            memory::give(node.cast(), Layout::new::<Self>());
        }
    }
}

// SAFETY: a node is reached for reading only, or by a sole owner, steps and variables are `Send + Sync`, and any thread may be the last to let go;
// the count is atomic.
unsafe impl<T: Real> Send for Handle<T> {}
// SAFETY: as above.
unsafe impl<T: Real> Sync for Handle<T> {}

impl<T: Real> Handle<T> {
    #[track_caller]
    #[inline]
    pub(super) fn new<S: Step<T>>(position: u64, result: usize, step: S) -> Self {
        let place = memory::take(Layout::new::<Whole<T, S>>()).cast::<Whole<T, S>>();
        let head = Node {
            references: Count::one(),
            position,
            at: mode::location(),
            kind: Whole::<T, S>::KIND,
            edges: NonNull::dangling(),
            count: 0,
            result: u32::try_from(result).expect("fewer than 2³² results"),
        };
        // SAFETY: the place has the size and the alignment of a `Whole<T, S>`, and nobody else refers to it. The step does not move any more, so
        // its edges stay where they are.
        unsafe {
            place.write(Whole { head, step });
            let whole = &mut *place.as_ptr();
            let edges = whole.step.edges();
            whole.head.count = u32::try_from(edges.len()).expect("fewer than 2³² operands");
            whole.head.edges = NonNull::from(edges).cast();
        }
        Handle(place.cast())
    }

    /// Whether both refer to one node.
    #[inline]
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    /// Where the node lies: no other has this number while this one lives.
    #[inline]
    pub(crate) fn address(&self) -> usize {
        self.0.addr().get()
    }

    /// The name of the op.
    pub(crate) fn name(&self) -> &'static str {
        // SAFETY: the node has the kind that it was made with.
        unsafe { (self.kind.name)(self) }
    }

    /// The nodes of the operands.
    #[inline]
    pub(crate) fn edges(&self) -> &[Edge<T>] {
        // SAFETY: they are there as long as the node is, and are written by a sole owner only.
        unsafe { std::slice::from_raw_parts(self.edges.as_ptr(), self.count as usize) }
    }

    /// [`Step::backward`] of the node's step.
    #[inline]
    pub(super) fn backward(&self, dys: &[Option<Var<T>>], needs: &[bool], dxs: &mut [Option<Var<T>>]) {
        // SAFETY: as in `name`.
        unsafe { (self.kind.backward)(self, dys, needs, dxs) }
    }

    /// Whether this is the only reference.
    #[inline]
    fn is_sole(&self) -> bool {
        self.references.is_one()
    }

    /// The nodes of the operands to be taken, if nobody else refers to this one.
    #[inline]
    pub(super) fn sole_edges(&mut self) -> Option<&mut [Edge<T>]> {
        // SAFETY: this is the only reference, and it is borrowed mutably.
        self.is_sole().then(|| unsafe { edges_mut(self.0) })
    }
}

/// # Safety
/// The node must be there, and nobody else may refer to it as long as the edges are in use.
#[inline]
unsafe fn edges_mut<'a, T: Real>(node: NonNull<Node<T>>) -> &'a mut [Edge<T>] {
    // SAFETY: the caller's promise.
    unsafe {
        let head = node.as_ref();
        std::slice::from_raw_parts_mut(head.edges.as_ptr(), head.count as usize)
    }
}

impl<T: Real> Deref for Handle<T> {
    type Target = Node<T>;
    #[inline]
    fn deref(&self) -> &Node<T> {
        // SAFETY: the node lives as long as a reference to it is counted, and this is one.
        unsafe { self.0.as_ref() }
    }
}

impl<T: Real> Clone for Handle<T> {
    #[inline]
    fn clone(&self) -> Self {
        self.references.add();
        Handle(self.0)
    }
}

impl<T: Real> Drop for Handle<T> {
    #[inline]
    fn drop(&mut self) {
        if self.references.leave() {
            // SAFETY: this was the last reference.
            unsafe { free(self.0) };
        }
    }
}

/// Lets a node go, and those of its operands that nobody else holds, and so on, without recursion: a chain may be a million nodes long.
///
/// # Safety
/// Nobody may refer to the node any more.
#[inline(never)]
unsafe fn free<T: Real>(mut node: NonNull<Node<T>>) {
    let mut waiting: List<Handle<T>> = List::new();
    loop {
        // SAFETY: the caller's promise at first, then as below.
        for edge in unsafe { edges_mut(node) } {
            // One that others hold too just loses an owner; so may leaves, which have no operands.
            if let Some(operand) = edge.take()
                && !operand.is_leaf()
                && operand.is_sole()
            {
                waiting.push(operand);
            }
        }
        // SAFETY: as above; the node has the kind that it was made with, and with its operands taken out there is nothing to descend into.
        unsafe {
            let kind = node.as_ref().kind;
            (kind.free)(node);
        }
        match waiting.pop() {
            // The only reference to it, which goes with it.
            Some(operand) => node = std::mem::ManuallyDrop::new(operand).0,
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Counted(Arc<AtomicUsize>, Vec<Edge<f64>>);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    impl Step<f64> for Counted {
        fn name(&self) -> &'static str {
            "counted"
        }
        fn edges(&mut self) -> &mut [Edge<f64>] {
            &mut self.1
        }
        fn backward(&self, _: &Handle<f64>, _: &[Option<Var<f64>>], _: &[bool], _: &mut [Option<Var<f64>>]) {}
    }

    #[test]
    fn a_reference_is_one_word_and_the_last_one_lets_a_graph_go_once() {
        assert_eq!(size_of::<Edge<f64>>(), size_of::<usize>());
        let dropped = Arc::new(AtomicUsize::new(0));
        let node = |position, edges: Vec<Edge<f64>>| Handle::new(position, 0, Counted(dropped.clone(), edges));
        let first = node(1, vec![None]);
        let mut top = first.clone();
        for position in 2..100 {
            top = node(position, vec![Some(top.clone()), None, Some(top)]);
        }
        assert_eq!((top.name(), top.edges().len(), top.position), ("counted", 3, 99));
        let mut other = top.clone();
        assert!(other.is(&top) && other.address() == top.address() && other.sole_edges().is_none());
        std::thread::scope(|scope| drop(scope.spawn(move || drop(top)).join()));
        assert_eq!(dropped.load(Ordering::Relaxed), 0);
        let taken = other.sole_edges().and_then(|edges| edges[0].take());
        drop(other);
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
        drop(taken);
        assert_eq!((dropped.load(Ordering::Relaxed), first.edges().len()), (98, 1));
    }
}
