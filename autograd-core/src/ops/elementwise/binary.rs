//! How ops of two operands are applied and recorded: after an explicit `broadcast_to` where shapes differ, with what is given away moved into the node.

use crate::error::Error;
use crate::graph::handle::Edge;
use crate::op::{attach, is_recorded};
use crate::ops::prelude::*;

/// An operand: lent, or given away, so that its value and its node move into what is recorded and are counted no more often than before.
pub(super) enum Given<'a, T: Real> {
    Lent(&'a Var<T>),
    Away(Var<T>),
}

impl<'a, T: Real> From<&'a Var<T>> for Given<'a, T> {
    #[inline]
    fn from(x: &'a Var<T>) -> Self {
        Given::Lent(x)
    }
}

impl<T: Real> From<Var<T>> for Given<'_, T> {
    #[inline]
    fn from(x: Var<T>) -> Self {
        Given::Away(x)
    }
}

impl<T: Real> Given<'_, T> {
    #[inline]
    fn var(&self) -> &Var<T> {
        match self {
            Given::Lent(x) => x,
            Given::Away(x) => x,
        }
    }

    #[inline]
    fn edge(&mut self) -> Edge<T> {
        match self {
            Given::Lent(x) => x.node().cloned(),
            Given::Away(x) => x.take_node(),
        }
    }

    #[inline]
    fn into_value(self) -> Tensor<T> {
        match self {
            Given::Lent(x) => x.value().clone(),
            Given::Away(x) => x.into_value(),
        }
    }
}

/// Applies an op whose rule is [`same_shape`].
#[track_caller]
#[inline]
pub(super) fn broadcast<'a, T: Real, O: Registered<T> + Op<T, Arity = Fixed<2>>>(
    op: O,
    a: impl Into<Given<'a, T>>,
    b: impl Into<Given<'a, T>>,
) -> Var<T> {
    apply(op, a.into(), b.into())
}

/// The work of [`broadcast`]; of a graph of small values each nanosecond counts.
#[track_caller]
#[inline(never)]
fn apply<T: Real, O: Registered<T> + Op<T, Arity = Fixed<2>>>(
    op: O,
    mut a: Given<'_, T>,
    mut b: Given<'_, T>,
) -> Var<T> {
    let x = [a.var(), b.var()];
    if x[0].shape() != x[1].shape() {
        return of_different_shapes(op, x);
    }
    let y = op.forward([x[0].value(), x[1].value()]);
    if !is_recorded(O::NAME, &x, &y) {
        return Var::from_parts(y, None);
    }
    let edges = [a.edge(), b.edge()];
    let saves = O::SAVES;
    let node = match (saves.keeps_input(0), saves.keeps_input(1), saves.keeps_output()) {
        (false, false, false) => attach(op, edges, [], []),
        (true, true, false) => attach(op, edges, [], [a.into_value(), b.into_value()]),
        (false, true, true) => attach(op, edges, [], [b.into_value(), y.clone()]),
        (kept_a, kept_b, kept_y) => {
            let inputs = [(kept_a, a), (kept_b, b)].into_iter().filter(|(kept, _)| *kept).map(|(_, x)| x.into_value());
            attach(op, edges, [], inputs.chain(kept_y.then(|| y.clone())).collect::<List<_>>())
        }
    };
    Var::from_parts(y, Some(node))
}

#[cold]
#[track_caller]
fn of_different_shapes<T: Real, O: Registered<T> + Op<T, Arity = Fixed<2>>>(op: O, [a, b]: [&Var<T>; 2]) -> Var<T> {
    match a.shape().broadcast(b.shape()) {
        Ok(shape) => record(op, [&a.broadcast_to(&shape), &b.broadcast_to(&shape)]),
        Err(why) => {
            let rule = "sizes must be equal or 1, from the last axis";
            Error::refused(O::NAME, rule, why, O::OPERANDS, [a.shape(), b.shape()].into_iter()).raise()
        }
    }
}
