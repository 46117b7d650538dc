//! Functions of elements: computed at once where operands are small, noted where they are large.

use super::plan::{Expression, Node, Operand, evaluate, in_parts};
use super::{DEPTH, Pending, defer_from};
use crate::List;
use crate::kernel::elementwise::{self, Apply, Function, Of, Short};
use crate::kernel::fused::Parts;
use crate::kernel::reduce;
use crate::shared::{Shared, erase};
use crate::tensor::buffer::Buffer;
use crate::tensor::layout::{Kind, Layout, Place};
use crate::tensor::{Element, Real, Shape, Tensor};
use smallvec::{SmallVec, smallvec};
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, OnceLock};

/// Notes a function of operands of one shape.
fn note<Y: Element>(
    shape: Shape,
    function: Shared<dyn Apply>,
    depth: usize,
    operands: SmallVec<[Shared<dyn Operand>; 3]>,
) -> Tensor<Y> {
    let pending = Pending {
        kind: Kind::Pending,
        value: OnceLock::new(),
        expression: Mutex::new(Some(Shared::new(Expression { function, operands }))),
        shape,
        depth: depth + 1,
        looks: AtomicUsize::new(0),
    };
    Tensor { layout: Layout::pending(Shared::new(pending)) }
}

/// Elements of whole operands below which one call of the function does it, without views and tiles: of a graph of small values each nanosecond counts.
const ONE_CALL: usize = 1 << 11;

/// A function of a tensor, computed at once; `None` if it is to be noted.
#[inline(never)]
fn map_now<T: Element, Y: Element>(x: &Tensor<T>, f: &dyn Apply) -> Option<Tensor<Y>> {
    if let Some(x) = x.few() {
        return Some(Tensor::like(x, |y| f.run(0, &[T::values(x.as_slice())], Y::values_mut(y))));
    }
    (x.numel() < defer_from()).then(|| Tensor::build(x.shape(), |y| elementwise::map(x.view(), y, f)))
}

/// A function of two tensors of one shape, computed at once; `None` if it is to be noted.
#[inline(never)]
fn zip_now<A: Element, B: Element, Y: Element>(a: &Tensor<A>, b: &Tensor<B>, f: &dyn Apply) -> Option<Tensor<Y>> {
    if let (Some(a), Some(b)) = (a.few(), b.few()) {
        let x = [A::values(a.as_slice()), B::values(b.as_slice())];
        return Some(Tensor::like(a, |y| f.run(0, &x, Y::values_mut(y))));
    }
    (a.numel() < defer_from()).then(|| Tensor::build(a.shape(), |y| elementwise::zip(a.view(), b.view(), y, f)))
}

impl<T: Element> Tensor<T> {
    /// The elements, if they are there, in order, and few.
    #[inline]
    fn few(&self) -> Option<&Buffer<T>> {
        match self.layout.place() {
            Place::Ready(x) => Some(x).filter(|x| x.as_slice().len() < ONE_CALL.min(defer_from())),
            _ => None,
        }
    }

    /// A tensor of the shape that `x` was made for, whose elements `fill` writes.
    #[inline]
    fn like<X: Element>(x: &Buffer<X>, fill: impl FnOnce(&mut [T])) -> Self {
        let mut buffer = Buffer::like(x);
        fill(buffer.unique().expect("a new buffer has one owner"));
        Tensor { layout: Layout::ready(buffer) }
    }

    /// The value that is still to be computed, if its elements are those of this tensor in row-major order.
    pub(super) fn waiting(&self) -> Option<&Shared<Pending<T>>> {
        match self.layout.store().place() {
            Place::Pending(pending) if pending.value.get().is_none() => {
                let in_order = self.is_contiguous() && self.layout.offset() == 0;
                (in_order && self.numel() == pending.numel()).then_some(pending)
            }
            _ => None,
        }
    }

    /// Whether the elements are still to be computed.
    pub(in crate::tensor) fn is_pending(&self) -> bool {
        matches!(self.layout.store().place(), Place::Pending(pending) if pending.value.get().is_none())
    }

    /// The length of the longest way through what is still to be computed.
    fn depth(&self) -> usize {
        self.waiting().map_or(0, |pending| pending.depth)
    }

    /// Sees to it that this can be an operand of an expression: what is pending in another order, or at the end of a long expression, is computed.
    fn settle(&self) {
        match self.layout.store().place() {
            Place::Pending(pending) if self.waiting().is_none() || pending.depth >= DEPTH => {
                Pending::look(pending);
            }
            _ => {}
        }
    }

    fn operand(&self) -> Shared<dyn Operand> {
        self.settle();
        erase!(Shared::new(self.clone()))
    }

    /// What `f` makes of each element and its place, when somebody looks.
    pub(crate) fn map_later<Y: Element>(&self, f: impl Apply + 'static) -> Tensor<Y> {
        note(self.shape().clone(), erase!(Shared::new(f)), self.depth(), smallvec![self.operand()])
    }

    /// `f` of each element; `cost` is the work of `f` in cheap operations, from which follows when threads pay.
    pub(crate) fn map_cost<Y: Element>(
        &self,
        cost: usize,
        f: impl Fn(T) -> Y + Copy + Send + Sync + 'static,
    ) -> Tensor<Y> {
        self.map_by(cost, Short(f))
    }

    /// `map_cost` of a function too long for a closure.
    pub(crate) fn map_by<Y: Element>(&self, cost: usize, f: impl Function<(T,), Y> + 'static) -> Tensor<Y> {
        let f = Of::<_, (T, Y)>::new(cost, f);
        if let Some(y) = map_now(self, &f) {
            return y;
        }
        self.map_later(f)
    }

    /// `f` of each pair of elements of tensors known to have one shape.
    pub(crate) fn zip_cost<B: Element, Y: Element>(
        &self,
        other: &Tensor<B>,
        cost: usize,
        f: impl Fn(T, B) -> Y + Copy + Send + Sync + 'static,
    ) -> Tensor<Y> {
        self.zip_by(other, cost, Short(f))
    }

    /// `zip_cost` of a function too long for a closure.
    pub(crate) fn zip_by<B: Element, Y: Element>(
        &self,
        other: &Tensor<B>,
        cost: usize,
        f: impl Function<(T, B), Y> + 'static,
    ) -> Tensor<Y> {
        debug_assert_eq!(self.shape(), other.shape());
        let f = Of::<_, (T, B, Y)>::new(cost, f);
        if let Some(y) = zip_now(self, other, &f) {
            return y;
        }
        let operands = smallvec![self.operand(), other.operand()];
        note(self.shape().clone(), erase!(Shared::new(f)), self.depth().max(other.depth()), operands)
    }

    /// `f` of each three elements of tensors known to have one shape.
    pub(crate) fn zip3_by<B: Element, C: Element, Y: Element>(
        &self,
        (b, c): (&Tensor<B>, &Tensor<C>),
        cost: usize,
        f: impl Function<(T, B, C), Y> + 'static,
    ) -> Tensor<Y> {
        debug_assert!(self.shape() == b.shape() && self.shape() == c.shape());
        let f = Of::<_, (T, B, C, Y)>::new(cost, f);
        if self.numel() < defer_from() {
            let fill = |out: &mut [Y]| elementwise::zip3(self.view(), b.view(), c.view(), out, &f);
            return Tensor::build(self.shape(), fill);
        }
        let operands = smallvec![self.operand(), b.operand(), c.operand()];
        let depth = self.depth().max(b.depth()).max(c.depth());
        note(self.shape().clone(), erase!(Shared::new(f)), depth, operands)
    }
}

impl<T: Real> Tensor<T> {
    /// The sums of the [blocks](reduce::BLOCK) of elements that are still to be computed, without writing them to memory; `None` if they lie there
    /// already.
    pub(in crate::tensor) fn block_sums(&self) -> Option<List<T>> {
        let pending = self.waiting()?;
        let mut sums = List::filled(T::zero(), pending.numel().div_ceil(reduce::BLOCK));
        evaluate(List::new(), Some((erase!(pending.clone()), T::values_mut(&mut sums))));
        Some(sums)
    }

    /// Hands elements that are still to be computed to a kernel that takes them part by part, so that they are never all in memory; `None` if they had
    /// better be computed first.
    pub(crate) fn in_parts<R>(&self, f: impl FnOnce(&Parts<'_>) -> R) -> Option<R> {
        in_parts(erase!(self.waiting()?.clone()), f)
    }

    /// Computes those of `tensors` that are pending; those of one size in one pass, so that what they share is computed once.
    pub(crate) fn compute_all<'a>(tensors: impl Iterator<Item = &'a Tensor<T>>) {
        let mut waiting = List::<Shared<Pending<T>>>::new();
        for tensor in tensors {
            match tensor.waiting() {
                Some(pending) => waiting.push(pending.clone()),
                None => drop(tensor.view()),
            }
        }
        while let Some(first) = waiting.first() {
            let numel = first.numel();
            let same = waiting.extract_if(.., |pending| pending.numel() == numel);
            let now = same.map(|pending| -> Shared<dyn Node> { erase!(pending) }).collect();
            evaluate(now, None);
        }
    }
}
