//! `Pending`: the value of a large elementwise expression at which nobody has looked yet.
//!
//! An elementwise function of a large tensor is not computed at once: the result notes the function and its operands. When somebody looks,
//! the whole expression runs as [one pass](crate::kernel::fused), with intermediates that never leave the cache. An intermediate that somebody else
//! holds, such as a value kept for the gradient, is left pending the first time, since computing it again within a later pass costs less than
//! its way to memory and back; when it is met the second time, it is written out on the way.

use super::buffer::Buffer;
use super::{Element, Real, Shape, Tensor};
use crate::kernel::element::{Values, ValuesMut};
use crate::kernel::fused::{self, Function, Input, Kind, Program, Source, Step};
use crate::kernel::{elementwise, reduce};
use smallvec::{SmallVec, smallvec};
use std::cell::Cell;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Elements from which on a function is deferred: below, noting it costs as much as it saves.
const FROM: usize = 1 << 15;
/// Functions on the longest way through an expression; a longer one begins with a value in memory. So no recursion runs deep.
const DEPTH: usize = 32;

thread_local! {
    static DEFER_FROM: Cell<usize> = const { Cell::new(FROM) };
}

/// Elements from which on a function is deferred on this thread.
#[inline]
fn defer_from() -> usize {
    DEFER_FROM.get()
}

/// Runs `f` with functions deferred from `elements` on, as the law does that compares deferred values with those computed at once.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn deferring_from<R>(elements: usize, f: impl FnOnce() -> R) -> R {
    struct Restore(usize);
    impl Drop for Restore {
        fn drop(&mut self) {
            DEFER_FROM.set(self.0);
        }
    }
    let _restore = Restore(DEFER_FROM.replace(elements));
    f()
}

/// The memory of a tensor, or what will be.
pub(super) enum Store<T: Element> {
    Ready(Buffer<T>),
    Pending(Arc<Pending<T>>),
}

impl<T: Element> Clone for Store<T> {
    #[inline]
    fn clone(&self) -> Self {
        match self {
            Store::Ready(buffer) => Store::Ready(buffer.clone()),
            Store::Pending(pending) => Store::Pending(pending.clone()),
        }
    }
}

impl<T: Element> Store<T> {
    /// The elements; computes them if need be.
    #[inline]
    pub(super) fn buffer(&self) -> &Buffer<T> {
        match self {
            Store::Ready(buffer) => buffer,
            Store::Pending(pending) => pending.look(),
        }
    }

    /// The elements for writing, if nobody else shares them; computes them if need be.
    pub(super) fn unique(&mut self) -> Option<&mut [T]> {
        if let Store::Pending(pending) = self {
            pending.look();
            let pending = Arc::get_mut(pending)?;
            *self = Store::Ready(pending.value.take().expect("it was just computed"));
        }
        match self {
            Store::Ready(buffer) => buffer.unique(),
            Store::Pending(_) => None,
        }
    }
}

/// A value that is, or will be, computed.
pub(super) struct Pending<T: Element> {
    value: OnceLock<Buffer<T>>,
    /// `None` from when the value is there.
    expression: Mutex<Option<Arc<Expression>>>,
    numel: usize,
    depth: usize,
    /// How often a pass has run through this without writing it.
    looks: AtomicUsize,
}

/// A function and what it is applied to.
struct Expression {
    function: Box<dyn Function>,
    operands: SmallVec<[Box<dyn Operand>; 3]>,
}

/// A tensor of any element type, as part of an expression.
trait Operand: Send + Sync {
    /// The value that is still to be computed, element by element in the same order as the whole expression.
    fn pending(&self) -> Option<Arc<dyn Node>>;
    fn source(&self) -> Box<dyn Source + '_>;
}

impl<T: Element> Operand for Tensor<T> {
    fn pending(&self) -> Option<Arc<dyn Node>> {
        self.waiting().map(|pending| pending.clone() as Arc<dyn Node>)
    }
    fn source(&self) -> Box<dyn Source + '_> {
        fused::source(self.view())
    }
}

/// A [`Pending`] of any element type.
trait Node: Send + Sync {
    fn expression(&self) -> Option<Arc<Expression>>;
    fn kind(&self) -> Kind;
    fn numel(&self) -> usize;
    fn looks(&self) -> &AtomicUsize;
    /// Memory for the value.
    fn prepare(self: Arc<Self>) -> Box<dyn Output>;
}

/// Memory that a pass writes.
trait Output {
    fn elements(&mut self) -> ValuesMut<'_>;
    /// Hands the memory over: the value is computed.
    fn finish(self: Box<Self>);
}

struct Memory<T: Element> {
    buffer: Buffer<T>,
    of: Arc<Pending<T>>,
}

impl<T: Element> Output for Memory<T> {
    fn elements(&mut self) -> ValuesMut<'_> {
        T::values_mut(self.buffer.unique().expect("a new buffer has one owner"))
    }
    fn finish(self: Box<Self>) {
        // Another thread may have been quicker; it computed the same bits.
        let _ = self.of.value.set(self.buffer);
        // Let go outside of the lock: what this holds may go with it.
        let expression = self.of.expression.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(expression);
    }
}

impl<T: Element> Node for Pending<T> {
    fn expression(&self) -> Option<Arc<Expression>> {
        self.expression.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    fn kind(&self) -> Kind {
        T::KIND
    }
    fn numel(&self) -> usize {
        self.numel
    }
    fn looks(&self) -> &AtomicUsize {
        &self.looks
    }
    fn prepare(self: Arc<Self>) -> Box<dyn Output> {
        Box::new(Memory { buffer: Buffer::recycled(self.numel), of: self })
    }
}

impl<T: Element> Pending<T> {
    fn look(self: &Arc<Self>) -> &Buffer<T> {
        if self.value.get().is_none() {
            evaluate(vec![self.clone()], None);
        }
        self.value.get().expect("it was just computed")
    }
}

/// What a pass runs through: nodes in an order in which each comes after its operands.
#[derive(Default)]
struct Plan {
    nodes: Vec<(Arc<dyn Node>, Arc<Expression>)>,
    place: HashMap<*const (), usize>,
    /// How many operands in the plan are this node.
    uses: Vec<usize>,
}

impl Plan {
    /// The place of a node, after those of its operands; `None` if its value is there meanwhile.
    fn add(&mut self, node: Arc<dyn Node>) -> Option<usize> {
        let key = Arc::as_ptr(&node).cast::<()>();
        if let Some(&place) = self.place.get(&key) {
            return Some(place);
        }
        let expression = node.expression()?;
        for operand in &expression.operands {
            if let Some(place) = operand.pending().and_then(|operand| self.add(operand)) {
                self.uses[place] += 1;
            }
        }
        self.place.insert(key, self.nodes.len());
        self.nodes.push((node, expression));
        self.uses.push(0);
        Some(self.nodes.len() - 1)
    }

    /// Whether a node is held by more than the expressions of this plan and the plan itself.
    fn is_held(&self, place: usize) -> bool {
        Arc::strong_count(&self.nodes[place].0) > self.uses[place] + 1
    }
}

/// Computes `roots`, all of as many elements, in one pass; and the sums of the blocks of a node.
fn evaluate(roots: Vec<Arc<dyn Node>>, sum: Option<(Arc<dyn Node>, ValuesMut<'_>)>) {
    let mut plan = Plan::default();
    let n = roots.iter().chain(sum.iter().map(|(node, _)| node)).next().map_or(0, |node| node.numel());
    let mut wanted: Vec<usize> = roots.into_iter().filter_map(|root| plan.add(root)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let sum = sum.map(|(node, blocks)| (plan.add(node).expect("the caller saw that it is pending"), blocks));
    let summed = sum.as_ref().map(|(place, _)| *place);
    for place in 0..plan.nodes.len() {
        let again = wanted.binary_search(&place).is_err()
            && (plan.is_held(place) || summed == Some(place))
            && plan.nodes[place].0.looks().fetch_add(1, Ordering::Relaxed) > 0;
        if again {
            wanted.insert(wanted.partition_point(|&other| other < place), place);
        }
    }
    let (mut sources, mut steps) = (Vec::new(), Vec::with_capacity(plan.nodes.len()));
    for (node, expression) in &plan.nodes {
        let inputs = expression.operands.iter().map(|operand| {
            let step = operand.pending().and_then(|node| plan.place.get(&Arc::as_ptr(&node).cast::<()>()).copied());
            step.map_or_else(
                || {
                    sources.push(operand.source());
                    Input::Source(sources.len() - 1)
                },
                Input::Step,
            )
        });
        steps.push(Step { function: &*expression.function, inputs: inputs.collect(), kind: node.kind() });
    }
    let mut memory: Vec<Box<dyn Output>> = wanted.iter().map(|&place| plan.nodes[place].0.clone().prepare()).collect();
    let outputs = wanted.iter().copied().zip(memory.iter_mut().map(|memory| memory.elements())).collect();
    Program { n, sources, steps }.run(outputs, sum.map(|(step, blocks)| fused::Sum { step, blocks }));
    memory.into_iter().for_each(Output::finish);
}

/// A function of numbers, with the work of a call in cheap operations and the types of its operands and its result.
struct Of<F, Types> {
    f: F,
    cost: usize,
    types: PhantomData<fn(Types)>,
}

impl<F, Types> Of<F, Types> {
    fn new(cost: usize, f: F) -> Box<Self> {
        Box::new(Of { f, cost, types: PhantomData })
    }
}

impl<X: Element, Y: Element, F: Fn(X) -> Y + Send + Sync> Function for Of<F, (X, Y)> {
    fn run(&self, x: &[Values<'_>], y: ValuesMut<'_>) {
        elementwise::tile(X::slice(x[0]), Y::slice_mut(y), &self.f);
    }
    fn cost(&self) -> usize {
        self.cost
    }
}

impl<A: Element, B: Element, Y: Element, F: Fn(A, B) -> Y + Send + Sync> Function for Of<F, (A, B, Y)> {
    fn run(&self, x: &[Values<'_>], y: ValuesMut<'_>) {
        elementwise::tile2(A::slice(x[0]), B::slice(x[1]), Y::slice_mut(y), &self.f);
    }
    fn cost(&self) -> usize {
        self.cost
    }
}

impl<A: Element, B: Element, C: Element, Y: Element, F: Fn(A, B, C) -> Y + Send + Sync> Function
    for Of<F, (A, B, C, Y)>
{
    fn run(&self, x: &[Values<'_>], y: ValuesMut<'_>) {
        elementwise::tile3(A::slice(x[0]), B::slice(x[1]), C::slice(x[2]), Y::slice_mut(y), &self.f);
    }
    fn cost(&self) -> usize {
        self.cost
    }
}

/// Notes a function of operands of one shape.
fn note<Y: Element>(
    shape: &Shape,
    function: Box<dyn Function>,
    depth: usize,
    operands: SmallVec<[Box<dyn Operand>; 3]>,
) -> Tensor<Y> {
    let pending = Pending {
        value: OnceLock::new(),
        expression: Mutex::new(Some(Arc::new(Expression { function, operands }))),
        numel: shape.numel(),
        depth: depth + 1,
        looks: AtomicUsize::new(0),
    };
    Tensor { store: Store::Pending(Arc::new(pending)), shape: shape.clone(), strides: None, offset: 0 }
}

impl<T: Element> Tensor<T> {
    /// The value that is still to be computed, if its elements are those of this tensor in row-major order.
    fn waiting(&self) -> Option<&Arc<Pending<T>>> {
        match &self.store {
            Store::Pending(pending) if pending.value.get().is_none() => {
                let whole = self.strides.is_none() && self.offset == 0 && self.numel() == pending.numel;
                whole.then_some(pending)
            }
            _ => None,
        }
    }

    /// Whether the elements are still to be computed.
    pub(super) fn is_pending(&self) -> bool {
        matches!(&self.store, Store::Pending(pending) if pending.value.get().is_none())
    }

    /// The length of the longest way through what is still to be computed.
    fn depth(&self) -> usize {
        self.waiting().map_or(0, |pending| pending.depth)
    }

    /// Sees to it that this can be an operand of an expression: what is pending in another order, or at the end of a long expression, is computed.
    fn settle(&self) {
        match &self.store {
            Store::Ready(_) => {}
            Store::Pending(pending) if self.waiting().is_some() && pending.depth < DEPTH => {}
            Store::Pending(pending) => drop(pending.look()),
        }
    }

    fn operand(&self) -> Box<dyn Operand> {
        self.settle();
        Box::new(self.clone())
    }

    /// `f` of each element; `cost` is the work of `f` in cheap operations, from which follows when threads pay.
    pub(crate) fn map_cost<Y: Element>(&self, cost: usize, f: impl Fn(T) -> Y + Send + Sync + 'static) -> Tensor<Y> {
        if self.numel() < defer_from() {
            return Tensor::build(self.shape.clone(), |out| elementwise::map(self.view(), out, cost, f));
        }
        let operands = smallvec![self.operand()];
        note(&self.shape, Of::<_, (T, Y)>::new(cost, f), self.depth(), operands)
    }

    /// `f` of each pair of elements of tensors known to have one shape.
    pub(crate) fn zip_cost<B: Element, Y: Element>(
        &self,
        other: &Tensor<B>,
        cost: usize,
        f: impl Fn(T, B) -> Y + Send + Sync + 'static,
    ) -> Tensor<Y> {
        debug_assert_eq!(self.shape, other.shape);
        if self.numel() < defer_from() {
            return Tensor::build(self.shape.clone(), |out| elementwise::zip(self.view(), other.view(), out, cost, f));
        }
        let operands = smallvec![self.operand(), other.operand()];
        note(&self.shape, Of::<_, (T, B, Y)>::new(cost, f), self.depth().max(other.depth()), operands)
    }

    /// `f` of each three elements of tensors known to have one shape.
    pub(crate) fn zip3_cost<B: Element, C: Element, Y: Element>(
        &self,
        (b, c): (&Tensor<B>, &Tensor<C>),
        cost: usize,
        f: impl Fn(T, B, C) -> Y + Send + Sync + 'static,
    ) -> Tensor<Y> {
        debug_assert!(self.shape == b.shape && self.shape == c.shape);
        if self.numel() < defer_from() {
            return Tensor::build(self.shape.clone(), |out| {
                elementwise::zip3(self.view(), b.view(), c.view(), out, cost, f);
            });
        }
        let operands = smallvec![self.operand(), b.operand(), c.operand()];
        let depth = self.depth().max(b.depth()).max(c.depth());
        note(&self.shape, Of::<_, (T, B, C, Y)>::new(cost, f), depth, operands)
    }
}

impl<T: Real> Tensor<T> {
    /// The sums of the [blocks](reduce::BLOCK) of elements that are still to be computed, without writing them to memory; `None` if they lie there
    /// already.
    pub(super) fn block_sums(&self) -> Option<Vec<T>> {
        let pending = self.waiting()?;
        let mut sums = vec![T::zero(); pending.numel.div_ceil(reduce::BLOCK)];
        evaluate(Vec::new(), Some((pending.clone(), T::values_mut(&mut sums))));
        Some(sums)
    }

    /// Computes those of `tensors` that are pending; those of one size in one pass, so that what they share is computed once.
    pub(crate) fn compute_all<'a>(tensors: impl Iterator<Item = &'a Tensor<T>>) {
        let mut waiting: Vec<Arc<Pending<T>>> = Vec::new();
        for tensor in tensors {
            match tensor.waiting() {
                Some(pending) => waiting.push(pending.clone()),
                None => drop(tensor.view()),
            }
        }
        while let Some(first) = waiting.first() {
            let numel = first.numel;
            let (now, later) = waiting.into_iter().partition(|pending| pending.numel == numel);
            waiting = later;
            let now: Vec<Arc<Pending<T>>> = now;
            evaluate(now.into_iter().map(|pending| pending as Arc<dyn Node>).collect(), None);
        }
    }
}
