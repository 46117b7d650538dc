//! One function for each element: `map` over one operand, `zip` over two, `zip3` over three.
//!
//! A function becomes a tile kernel, a loop over short slices that is compiled for each instruction set. How operands lie in memory and which thread has
//! which tile is settled outside of it, once for each element type and not once for each op.
//!
//! Short functions are closures. A long one is a [`Function`] whose method is `#[inline(always)]`: the compiler does not inline a closure of some length, and
//! what is not inlined is not compiled for the set.

use crate::element::{Element, Real, Values, ValuesMut};
use crate::isa::{self, NullaryFnOnce};
use crate::list::List;
use crate::threads;
use crate::view::{Reader, View};
use std::borrow::Borrow;
use std::marker::PhantomData;

/// Elements of a chunk: the unit that threads share.
const CHUNK: usize = 1 << 13;
/// Elements of a tile: small enough that the operands and the result stay in the first-level cache.
const TILE: usize = 1 << 10;
/// Elements that are looked at before they are computed with, where a look takes less than the call.
const LOOKED_AT: usize = 1 << 8;

/// The larger of two numbers; NaN wins.
#[inline(always)]
pub fn max<T: Real>(a: T, b: T) -> T {
    if a > b || a.is_nan() { a } else { b }
}

/// The smaller of two numbers; NaN wins.
#[inline(always)]
pub fn min<T: Real>(a: T, b: T) -> T {
    if a < b || a.is_nan() { a } else { b }
}

/// What can be moved between threads and tiles.
pub trait Value: Copy + Default + Send + Sync {}
impl<X: Copy + Default + Send + Sync> Value for X {}

/// A function of a tuple of numbers. Its method must be `#[inline(always)]`.
pub trait Function<X, Y>: Send + Sync {
    /// The value at `x`.
    fn at(&self, x: X) -> Y;
    /// This function. One that has numbers of its own gives a copy, of which the compiler sees that nobody changes it: else each lane of a vector may
    /// fetch them for itself.
    #[inline(always)]
    fn held(&self) -> impl Borrow<Self>
    where
        Self: Sized,
    {
        self
    }

    /// Whether there are numbers over which [`at`](Function::at) stumbles, and a way around.
    const STUMBLES: bool = false;
    /// Whether it stumbles over `x`: of two numbers, because the machine is slow there; of one, because what it gives is not the value.
    #[inline(always)]
    fn stumbles(&self, _: X) -> bool {
        false
    }
    /// The value at `x` by another way.
    #[inline(always)]
    fn around(&self, x: X) -> Y {
        self.at(x)
    }
}

/// A short closure as a function; a reference to one that cannot be copied.
#[derive(Clone, Copy)]
pub struct Short<F>(pub F);

impl<A, Y, F: Fn(A) -> Y + Copy + Send + Sync> Function<(A,), Y> for Short<F> {
    #[inline(always)]
    fn at(&self, (a,): (A,)) -> Y {
        self.0(a)
    }
    #[inline(always)]
    fn held(&self) -> impl Borrow<Self> {
        Short(self.0)
    }
}

impl<A, B, Y, F: Fn(A, B) -> Y + Copy + Send + Sync> Function<(A, B), Y> for Short<F> {
    #[inline(always)]
    fn at(&self, (a, b): (A, B)) -> Y {
        self.0(a, b)
    }
    #[inline(always)]
    fn held(&self) -> impl Borrow<Self> {
        Short(self.0)
    }
}

impl<A, B, C, Y, F: Fn(A, B, C) -> Y + Copy + Send + Sync> Function<(A, B, C), Y> for Short<F> {
    #[inline(always)]
    fn at(&self, (a, b, c): (A, B, C)) -> Y {
        self.0(a, b, c)
    }
    #[inline(always)]
    fn held(&self) -> impl Borrow<Self> {
        Short(self.0)
    }
}

/// A function on tiles of its operands: as many slices of one length as it has operands, and a slice for the results.
pub struct Tile<'a, F, X, Y> {
    /// The function.
    pub f: &'a F,
    /// A tuple of slices, the operands.
    pub x: X,
    /// The results.
    pub y: &'a mut [Y],
}

impl<A: Value, Y, F: Function<(A,), Y>> NullaryFnOnce for Tile<'_, F, (&[A],), Y> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Tile { f, x: (a,), y } = self;
        let held = f.held();
        let f: &F = held.borrow();
        for (y, &a) in y.iter_mut().zip(a) {
            *y = f.at((a,));
        }
        if F::STUMBLES {
            let any = a.iter().fold(false, |any, &a| any | f.stumbles((a,)));
            if any {
                for (y, &a) in y.iter_mut().zip(a).filter(|(_, a)| f.stumbles((**a,))) {
                    *y = f.around((a,));
                }
            }
        }
    }
}

impl<A: Value, B: Value, Y, F: Function<(A, B), Y>> NullaryFnOnce for Tile<'_, F, (&[A], &[B]), Y> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Tile { f, x: (a, b), y } = self;
        let held = f.held();
        let f: &F = held.borrow();
        if F::STUMBLES && y.len() <= LOOKED_AT && isa::subnormals_interrupt() {
            let any = a.iter().zip(b).fold(false, |any, (&a, &b)| any | f.stumbles((a, b)));
            if any {
                for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
                    *y = f.around((a, b));
                }
                return;
            }
        }
        for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
            *y = f.at((a, b));
        }
    }
}

impl<A: Value, B: Value, C: Value, Y, F: Function<(A, B, C), Y>> NullaryFnOnce for Tile<'_, F, (&[A], &[B], &[C]), Y> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Tile { f, x: (a, b, c), y } = self;
        let held = f.held();
        let f: &F = held.borrow();
        for (((y, &a), &b), &c) in y.iter_mut().zip(a).zip(b).zip(c) {
            *y = f.at((a, b, c));
        }
    }
}

/// A function on tiles whose element types are known when the program runs only, so that what drives it is compiled once.
///
/// A tile is a short run of elements; all tiles of a call have one length.
pub trait Apply: Send + Sync {
    /// Writes each element of `y` from those of `x` at its place; `start` is the place of the first one among all elements.
    fn run(&self, start: usize, x: &[Values<'_>], y: ValuesMut<'_>);
    /// The work for an element in cheap operations.
    fn cost(&self) -> usize;
}

/// A function with the work of a call in cheap operations, and the types of its operands and its result.
pub struct Of<F, Types> {
    f: F,
    cost: usize,
    types: PhantomData<fn(Types)>,
}

impl<F, Types> Of<F, Types> {
    /// `f`, of which a call costs as much as `cost` additions.
    pub fn new(cost: usize, f: F) -> Self {
        Of { f, cost, types: PhantomData }
    }
}

impl<X: Element, Y: Element, F: Function<(X,), Y>> Apply for Of<F, (X, Y)> {
    #[inline(never)]
    fn run(&self, _: usize, x: &[Values<'_>], y: ValuesMut<'_>) {
        isa::dispatch(Tile { f: &self.f, x: (X::slice(x[0]),), y: Y::slice_mut(y) });
    }
    fn cost(&self) -> usize {
        self.cost
    }
}

impl<A: Element, B: Element, Y: Element, F: Function<(A, B), Y>> Apply for Of<F, (A, B, Y)> {
    #[inline(never)]
    fn run(&self, _: usize, x: &[Values<'_>], y: ValuesMut<'_>) {
        isa::dispatch(Tile { f: &self.f, x: (A::slice(x[0]), B::slice(x[1])), y: Y::slice_mut(y) });
    }
    fn cost(&self) -> usize {
        self.cost
    }
}

impl<A: Element, B: Element, C: Element, Y: Element, F: Function<(A, B, C), Y>> Apply for Of<F, (A, B, C, Y)> {
    #[inline(never)]
    fn run(&self, _: usize, x: &[Values<'_>], y: ValuesMut<'_>) {
        let x = (A::slice(x[0]), B::slice(x[1]), C::slice(x[2]));
        isa::dispatch(Tile { f: &self.f, x, y: Y::slice_mut(y) });
    }
    fn cost(&self) -> usize {
        self.cost
    }
}

/// `out ← f(x)`, row-major.
#[inline(never)]
pub fn map<X: Element, Y: Element>(x: View<'_, X>, out: &mut [Y], f: &dyn Apply) {
    map_tiles(x, out, f.cost(), &|start, x, y| f.run(start, &[X::values(x)], Y::values_mut(y)));
}

/// `out ← f(a, b)` for operands of one shape, row-major.
#[inline(never)]
pub fn zip<A: Element, B: Element, Y: Element>(a: View<'_, A>, b: View<'_, B>, out: &mut [Y], f: &dyn Apply) {
    zip_tiles(a, b, out, f.cost(), &|start, a, b, y| f.run(start, &[A::values(a), B::values(b)], Y::values_mut(y)));
}

/// `out ← f(a, b, c)` for operands of one shape, row-major.
#[inline(never)]
pub fn zip3<A: Element, B: Element, C: Element, Y: Element>(
    a: View<'_, A>,
    b: View<'_, B>,
    c: View<'_, C>,
    out: &mut [Y],
    f: &dyn Apply,
) {
    let (a, b, c) = (Reader::new(a), Reader::new(b), Reader::new(c));
    threads::chunks(out, CHUNK, f.cost(), |start, out| {
        let (mut ta, mut tb, mut tc) = (List::new(), List::new(), List::new());
        for (i, y) in out.chunks_mut(TILE).enumerate() {
            let (at, n) = (start + i * TILE, y.len());
            let (a, b, c) = (a.read(at, n, &mut ta), b.read(at, n, &mut tb), c.read(at, n, &mut tc));
            f.run(at, &[A::values(a), B::values(b), C::values(c)], Y::values_mut(y));
        }
    });
}

/// The tile kernel of a function of one operand, given the place of the tile.
type Tile1<'f, X, Y> = dyn Fn(usize, &[X], &mut [Y]) + Sync + 'f;

fn map_tiles<X: Value, Y: Value>(x: View<'_, X>, out: &mut [Y], cost: usize, tile: &Tile1<'_, X, Y>) {
    if let Some(x) = x.flat() {
        return threads::chunks(out, CHUNK, cost, |start, out| tile(start, &x[start..start + out.len()], out));
    }
    let x = Reader::new(x);
    threads::chunks(out, CHUNK, cost, |start, out| {
        let mut scratch = List::new();
        for (i, out) in out.chunks_mut(TILE).enumerate() {
            let at = start + i * TILE;
            tile(at, x.read(at, out.len(), &mut scratch), out);
        }
    });
}

/// The same of two operands.
type Tile2<'f, A, B, Y> = dyn Fn(usize, &[A], &[B], &mut [Y]) + Sync + 'f;

fn zip_tiles<A: Value, B: Value, Y: Value>(
    a: View<'_, A>,
    b: View<'_, B>,
    out: &mut [Y],
    cost: usize,
    tile: &Tile2<'_, A, B, Y>,
) {
    if let (Some(a), Some(b)) = (a.flat(), b.flat()) {
        return threads::chunks(out, CHUNK, cost, |start, out| {
            let range = start..start + out.len();
            tile(start, &a[range.clone()], &b[range], out);
        });
    }
    let (a, b) = (Reader::new(a), Reader::new(b));
    threads::chunks(out, CHUNK, cost, |start, out| {
        let (mut ta, mut tb) = (List::new(), List::new());
        for (i, out) in out.chunks_mut(TILE).enumerate() {
            let (at, n) = (start + i * TILE, out.len());
            tile(at, a.read(at, n, &mut ta), b.read(at, n, &mut tb), out);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::Isa;
    use crate::math;

    struct Gate;

    impl Function<(f32,), f32> for Gate {
        #[inline(always)]
        fn at(&self, (x,): (f32,)) -> f32 {
            math::tanh(x)
        }
    }

    impl Function<(f32, f32), f32> for Gate {
        #[inline(always)]
        fn at(&self, (a, b): (f32, f32)) -> f32 {
            math::tanh(a) * math::sigmoid(b)
        }
    }

    #[test]
    fn each_set_gives_the_bits_of_single_numbers_on_tails_and_strides() {
        for n in [0, 1, 5, 16, 31, 1500] {
            let data: Vec<f32> = (0..2 * n + 1).map(|i| (i * 7919 % 1009) as f32 / 100.0 - 5.0).collect();
            // From an odd place on, every second one, backwards, one for all.
            for (offset, step) in [(1, 1), (1, 2), (n, -1), (0, 0)] {
                let (shape, strides) = ([n], [step as isize]);
                let x = View { data: &data, offset, shape: &shape, strides: (step != 1).then_some(&strides[..]) };
                let element = |i: usize| data[(offset as isize + i as isize * step as isize) as usize];
                for isa in Isa::all() {
                    let (mut one, mut two, mut three) = (vec![0f32; n], vec![0f32; n], vec![0f32; n]);
                    isa.hold(|| {
                        map(x, &mut one, &Of::<_, (f32, f32)>::new(24, Gate));
                        zip(x, x, &mut two, &Of::<_, (f32, f32, f32)>::new(24, Gate));
                        zip3(x, x, x, &mut three, &Of::<_, (f32, f32, f32, f32)>::new(3, Short(|a, b, c| a * b - c)));
                    });
                    for i in 0..n {
                        let x = element(i);
                        let expected = [math::tanh(x), math::tanh(x) * math::sigmoid(x), x * x - x];
                        let found = [one[i], two[i], three[i]];
                        assert_eq!(found.map(f32::to_bits), expected.map(f32::to_bits), "{} {n} {step}", isa.name);
                    }
                }
            }
        }
    }
}
