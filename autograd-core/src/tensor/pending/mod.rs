//! `Pending`: the value of a large elementwise expression at which nobody has looked yet.
//!
//! An elementwise function of a large tensor is not computed at once: the result notes the function and its operands. When somebody looks,
//! the whole expression runs as [one pass](crate::kernel::fused), with intermediates that never leave the cache. An intermediate that somebody else
//! holds, such as a value kept for the gradient, is left pending the first time, since computing it again within a later pass costs less than
//! its way to memory and back; when it is met the second time, it is written out on the way. A kernel that takes an expression part by part never
//! writes one: it goes through it again where that is cheap, and else has the expression computed first.

mod apply;
mod plan;

use super::buffer::Buffer;
use super::{Element, Shape, Tensor, layout};
use crate::kernel::element::ValuesMut;
use crate::kernel::fused::{Kind, Source};
use crate::shared::{Shared, erase};
use plan::{Expression, Node, Operand, Output, evaluate};
use std::cell::Cell;
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Elements from which on a function is deferred: below, noting it costs as much as it saves.
const FROM: usize = 1 << 15;
/// Functions on the longest way through an expression; a longer one begins with a value in memory. So no recursion runs deep.
const DEPTH: usize = 32;

thread_local! {
    static DEFER_FROM: Cell<usize> = const { Cell::new(FROM) };
}

/// Elements from which on a function is deferred on this thread.
#[inline]
pub(crate) fn defer_from() -> usize {
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

/// A value that is, or will be, computed.
#[repr(C)]
pub(super) struct Pending<T: Element> {
    /// Always [`Kind::Pending`](layout::Kind::Pending).
    pub(super) kind: layout::Kind,
    value: OnceLock<Buffer<T>>,
    /// `None` from when the value is there.
    expression: Mutex<Option<Shared<Expression>>>,
    shape: Shape,
    depth: usize,
    /// How often a pass has run through this without writing it.
    looks: AtomicUsize,
}

impl<T: Element> Pending<T> {
    /// The shape that the elements are made for.
    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The elements, which were computed.
    pub(super) fn take(&mut self) -> Buffer<T> {
        self.value.take().expect("somebody has looked")
    }

    /// The elements; computes them if need be.
    pub(super) fn look(this: &Shared<Self>) -> &Buffer<T> {
        if this.value.get().is_none() {
            let root: Shared<dyn Node> = erase!(this.clone());
            evaluate([root].into(), None);
        }
        this.value.get().expect("it was just computed")
    }
}

impl<T: Element> Operand for Tensor<T> {
    fn pending(&self) -> Option<Shared<dyn Node>> {
        Some(erase!(self.waiting()?.clone()))
    }
    fn source(&self) -> Source<'_> {
        T::source(self.view())
    }
}

struct Memory<'a, T: Element> {
    /// `None` from when it was handed over.
    buffer: Option<Buffer<T>>,
    of: &'a Pending<T>,
}

impl<T: Element> Output for Memory<'_, T> {
    fn elements(&mut self) -> ValuesMut<'_> {
        let buffer = self.buffer.as_mut().and_then(Buffer::unique);
        T::values_mut(buffer.expect("a new buffer has one owner"))
    }
    fn finish(&mut self) {
        // Another thread may have been quicker; it computed the same bits.
        if let Some(buffer) = self.buffer.take() {
            let _ = self.of.value.set(buffer);
        }
        // Let go outside of the lock: what this holds may go with it.
        let expression = self.of.expression.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(expression);
    }
}

impl<T: Element> Node for Pending<T> {
    fn expression(&self) -> Option<Shared<Expression>> {
        self.expression.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    fn kind(&self) -> Kind {
        T::KIND
    }
    fn numel(&self) -> usize {
        self.shape.numel()
    }
    fn looks(&self) -> &AtomicUsize {
        &self.looks
    }
    fn prepare(&self) -> Shared<dyn Output + '_> {
        erase!(Shared::new(Memory { buffer: Some(Buffer::recycled(&self.shape)), of: self }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Var;
    use crate::tensor::layout::Place;
    use std::sync::atomic::Ordering;

    /// More elements than are computed at once, without a pattern.
    fn large() -> Tensor<f64> {
        Tensor::from_vec((0..FROM + 77).map(|i| (i * 7919 % 1013) as f64 / 500.0 - 1.0).collect(), FROM + 77)
    }

    fn add_one(x: &Tensor<f64>) -> Tensor<f64> {
        x.map_cost(1, |x| x + 1.0)
    }

    fn looks(x: &Tensor<f64>) -> usize {
        let Place::Pending(pending) = x.layout.place() else { panic!("it was deferred") };
        pending.looks.load(Ordering::Relaxed)
    }

    #[test]
    fn a_value_waits_for_the_first_look_and_long_expressions_do_not_pile_up() {
        let x = large();
        let y = add_one(&x);
        assert!(y.is_pending());
        assert_eq!(y.at([3]), x.at([3]) + 1.0);
        assert!(!y.is_pending());
        let mut long = x.clone();
        for _ in 0..1000 {
            long = add_one(&long);
        }
        assert!(long.to_vec().iter().zip(x.to_vec()).all(|(y, x)| (y - x - 1000.0).abs() < 1e-9));
    }

    #[test]
    fn what_others_hold_is_written_the_second_time() {
        let held = add_one(&large());
        let (first, second) = (add_one(&held), add_one(&held));
        first.to_vec();
        assert!(held.is_pending() && looks(&held) == 1);
        second.to_vec();
        assert!(!held.is_pending());
    }

    #[test]
    fn parts_go_through_what_others_hold_if_it_is_cheap() {
        for (cost, go) in [(1, true), (100, false)] {
            let held = large().map_cost(cost, |x| x + 1.0);
            add_one(&held).to_vec();
            assert_eq!(add_one(&held).in_parts(|_| ()).is_some(), go);
            assert!(held.is_pending());
        }
    }

    #[test]
    fn a_sum_reads_what_is_never_written() {
        let x = large();
        let y = add_one(&x);
        let sum = y.sum_over(&[0], [].into());
        assert!(y.is_pending());
        assert_eq!(sum.item(), x.map(|x| x + 1.0).sum_over(&[0], [].into()).item());
    }

    #[test]
    fn a_later_change_of_an_operand_does_not_reach_it() {
        let mut x = large();
        let before = x.to_vec();
        let y = add_one(&x);
        x.as_mut_slice().fill(0.0);
        assert!(y.to_vec().iter().zip(&before).all(|(y, x)| *y == x + 1.0));
    }

    #[test]
    fn views_of_what_waits_are_views_of_the_value() {
        let n = FROM + 77;
        let y = add_one(&large());
        let back = y.flip(0);
        let z = add_one(&back);
        assert_eq!(z.at([0]), y.at([n - 1]) + 1.0);
        assert_eq!(y.reshape([1, n]).at([0, 5]), y.at([5]));
    }

    #[test]
    fn a_sum_of_gradients_that_wait_waits() {
        let (a, b) = (add_one(&large()), add_one(&large()));
        let mut sum = Var::constant(&a);
        sum.accumulate(Var::constant(&b));
        assert!(sum.value().is_pending() && a.is_pending() && b.is_pending());
        assert_eq!(sum.value().at([5]), a.at([5]) + b.at([5]));
    }

    #[test]
    fn several_threads_may_look_at_once() {
        let y = add_one(&large());
        let expected = large().map(|x| x + 1.0).to_vec();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(add_one(&y).to_vec().len(), expected.len()));
                scope.spawn(|| assert_eq!(y.to_vec(), expected));
            }
        });
    }
}
