//! `Unary`: one function of a number and its derivative make an op.

use crate::kernel::elementwise::Function;
use crate::ops::prelude::*;
use std::borrow::Borrow;

/// An elementwise op with one operand: a function of a number and its derivative.
pub trait Unary: Clone + Send + Sync + 'static {
    /// The method's name.
    const NAME: &'static str;
    /// What [`dx`](Unary::dx) reads.
    const SAVES: Save;
    /// The work of [`f`](Unary::f) in cheap operations, such as an addition: from it follows when threads pay.
    const COST: usize = 1;

    /// The function; `#[inline(always)]`, so that it is compiled for each set of vector instructions.
    fn f<T: Real>(&self, x: T) -> T;
    /// Whether there are numbers at which [`f`](Unary::f) does not give the value.
    const STUMBLES: bool = false;
    /// Whether it does not at `x`.
    #[inline(always)]
    fn stumbles<T: Real>(&self, _: T) -> bool {
        false
    }
    /// The value there.
    #[inline(always)]
    fn around<T: Real>(&self, x: T) -> T {
        self.f(x)
    }
    /// The gradient of the operand, given `dy`.
    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T>;
}

/// An op as the function that a kernel takes.
struct Pointwise<U>(U);

impl<T: Real, U: Unary> Function<(T,), T> for Pointwise<U> {
    #[inline(always)]
    fn at(&self, (x,): (T,)) -> T {
        self.0.f(x)
    }

    #[inline(always)]
    fn held(&self) -> impl Borrow<Self> {
        Pointwise(self.0.clone())
    }

    const STUMBLES: bool = U::STUMBLES;

    #[inline(always)]
    fn stumbles(&self, (x,): (T,)) -> bool {
        self.0.stumbles(x)
    }

    #[inline(always)]
    fn around(&self, (x,): (T,)) -> T {
        self.0.around(x)
    }
}

impl<T: Real, U: Unary> Op<T> for U {
    type Arity = Fixed<1>;
    const NAME: &'static str = U::NAME;
    const RULE: &'static str = "[..] -> [..]";
    const SAVES: Save = U::SAVES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        Ok(x.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.map_by(U::COST, Pointwise(self.clone()))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| self.dx(saved, dy))]
    }
}

/// `x`, no farther from 0 than `bound`, beyond which a slope is its limit to the last bit: so no infinity meets a 0, to 0 · inf, in any order.
pub(super) fn within<T: Real>(x: Var<T>, bound: f64) -> Var<T> {
    x.clamp(Some(T::of(-bound)), Some(T::of(bound)))
}

/// The gradient through a function that is constant piece by piece: zero, which is not the same as none.
pub(super) fn flat<T: Real>(dy: &Var<T>) -> Var<T> {
    dy.masked_fill(&Tensor::from(true), T::zero())
}
