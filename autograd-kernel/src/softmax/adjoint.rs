//! The gradients of softmax and of its logarithm along an axis: each element needs one sum over its row.

use super::columns::{self, Columns, Results};
use super::{Way, tiles};
use crate::element::Real;
use crate::fold::{self, BLOCK, LANES};
use crate::isa::{self, NullaryFnOnce};
use crate::list::List;
use crate::math;
use crate::reduce::{self, Fold};
use crate::side::{self, SIDE, Tile};
use crate::threads;

/// `dx ← y · (dy - Σ dy · y)` along the axis, the gradient of softmax with the results `y`.
#[inline(never)]
pub fn softmax_adjoint<T: Real>(y: &[T], dy: &[T], fold: Fold, dx: &mut [T]) {
    adjoint(OfShares, y, dy, fold, dx);
}

/// `dx ← dy - eʸ · Σ dy` along the axis, the gradient of the logarithm of softmax with the results `y`.
#[inline(never)]
pub fn log_softmax_adjoint<T: Real>(y: &[T], dy: &[T], fold: Fold, dx: &mut [T]) {
    adjoint(OfLogs, y, dy, fold, dx);
}

/// What is summed over a row, and what an element is given the sum. The methods must be `#[inline(always)]`.
trait Adjoint<T>: Copy + Sync {
    fn term(self, y: T, dy: T) -> T;
    fn result(self, y: T, dy: T, sum: T) -> T;
}

#[derive(Clone, Copy)]
struct OfShares;

impl<T: Real> Adjoint<T> for OfShares {
    #[inline(always)]
    fn term(self, y: T, dy: T) -> T {
        dy * y
    }

    #[inline(always)]
    fn result(self, y: T, dy: T, sum: T) -> T {
        y * (dy - sum)
    }
}

#[derive(Clone, Copy)]
struct OfLogs;

impl<T: Real> Adjoint<T> for OfLogs {
    #[inline(always)]
    fn term(self, _: T, dy: T) -> T {
        dy
    }

    #[inline(always)]
    fn result(self, y: T, dy: T, sum: T) -> T {
        dy - math::exp(y) * sum
    }
}

fn adjoint<T: Real, A: Adjoint<T>>(of: A, y: &[T], dy: &[T], fold: Fold, dx: &mut [T]) {
    assert!(y.len() == dx.len() && dy.len() == dx.len());
    let n = fold.n;
    match Way::of(fold) {
        Way::Columns => columns::each([y, dy], fold, dx, |[y, dy], dx| isa::dispatch(OfColumns { of, y, dy, dx })),
        Way::Tiles => tiles::each([y, dy], n, dx, |[y, dy]| isa::dispatch(OfTile { of, y, dy })),
        Way::Rows => threads::chunks(dx, (BLOCK / n) * n, 4, |start, dx| {
            isa::dispatch(OfRows { of, y: &y[start..], dy: &dy[start..], n, dx });
        }),
        Way::Long => long(of, y, dy, fold, dx),
    }
}

/// Rows one behind the other.
struct OfRows<'a, A, T> {
    of: A,
    y: &'a [T],
    dy: &'a [T],
    n: usize,
    dx: &'a mut [T],
}

impl<T: Real, A: Adjoint<T>> NullaryFnOnce for OfRows<'_, A, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let OfRows { of, y, dy, n, dx } = self;
        for ((dx, y), dy) in dx.chunks_exact_mut(n).zip(y.chunks_exact(n)).zip(dy.chunks_exact(n)) {
            Terms { of, y, dy, dx }.call();
            let sum = fold::sum_in_block(dx);
            for ((dx, &y), &dy) in dx.iter_mut().zip(y).zip(dy) {
                *dx = of.result(y, dy, sum);
            }
        }
    }
}

/// What is summed.
struct Terms<'a, A, T> {
    of: A,
    y: &'a [T],
    dy: &'a [T],
    dx: &'a mut [T],
}

impl<T: Real, A: Adjoint<T>> NullaryFnOnce for Terms<'_, A, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for ((dx, &y), &dy) in self.dx.iter_mut().zip(self.y).zip(self.dy) {
            *dx = self.of.term(y, dy);
        }
    }
}

/// Short rows side by side; the result is in the place of `y`.
struct OfTile<'a, A, T> {
    of: A,
    y: &'a mut Tile<T>,
    dy: &'a mut Tile<T>,
}

impl<T: Real, A: Adjoint<T>> NullaryFnOnce for OfTile<'_, A, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let OfTile { of, y, dy } = self;
        let mut sums = [[T::zero(); SIDE]; LANES];
        let sums = &mut sums[..y.len()];
        for ((sum, &y), &dy) in sums.as_flattened_mut().iter_mut().zip(y.as_flattened()).zip(dy.as_flattened()) {
            *sum = of.term(y, dy);
        }
        side::join(sums, &|a, b| a + b);
        for (y, dy) in y.iter_mut().zip(dy) {
            for ((y, &dy), &sum) in y.iter_mut().zip(&*dy).zip(&sums[0]) {
                *y = of.result(*y, dy, sum);
            }
        }
    }
}

/// Rows that lie side by side already.
struct OfColumns<'a, A, T> {
    of: A,
    y: Columns<'a, T>,
    dy: Columns<'a, T>,
    dx: Results<'a, T>,
}

impl<T: Real, A: Adjoint<T>> NullaryFnOnce for OfColumns<'_, A, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let OfColumns { of, y, dy, mut dx } = self;
        let mut lanes = [[T::zero(); SIDE]; LANES];
        for j in 0..y.n() {
            for ((sum, &y), &dy) in lanes[j % LANES].iter_mut().zip(y.at(j)).zip(dy.at(j)) {
                *sum += of.term(y, dy);
            }
        }
        side::join(&mut lanes[..y.n().min(LANES)], &|a, b| a + b);
        for j in 0..y.n() {
            for (((dx, &y), &dy), &sum) in dx.at(j).iter_mut().zip(y.at(j)).zip(dy.at(j)).zip(&lanes[0]) {
                *dx = of.result(y, dy, sum);
            }
        }
    }
}

/// Long rows, each for all threads.
fn long<T: Real, A: Adjoint<T>>(of: A, y: &[T], dy: &[T], fold: Fold, dx: &mut [T]) {
    let Fold { outer, n, inner } = fold;
    threads::chunks(dx, BLOCK, 2, |start, dx| isa::dispatch(Terms { of, y: &y[start..], dy: &dy[start..], dx }));
    let mut sums = List::filled(T::zero(), outer * inner);
    reduce::sum(dx, fold, &mut sums);
    threads::chunks(dx, BLOCK, 4, |start, dx| {
        let mut done = 0;
        while done < dx.len() {
            let at = start + done;
            // As far as the elements have one sum, or neighbouring ones.
            let (width, sums) = match inner {
                1 => (n - at % n, &sums[at / n..at / n + 1]),
                _ => (inner - at % inner, &sums[at / (n * inner) * inner + at % inner..]),
            };
            let dx = &mut dx[done..];
            let width = width.min(dx.len());
            isa::dispatch(Ends { of, y: &y[at..], dy: &dy[at..], one: inner == 1, sums, dx: &mut dx[..width] });
            done += width;
        }
    });
}

/// Results of elements whose sums are known: one for all, or one for each.
struct Ends<'a, A, T> {
    of: A,
    y: &'a [T],
    dy: &'a [T],
    one: bool,
    sums: &'a [T],
    dx: &'a mut [T],
}

impl<T: Real, A: Adjoint<T>> NullaryFnOnce for Ends<'_, A, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Ends { of, y, dy, one, sums, dx } = self;
        let elements = dx.iter_mut().zip(y).zip(dy);
        match one {
            true => elements.for_each(|((dx, &y), &dy)| *dx = of.result(y, dy, sums[0])),
            false => elements.zip(sums).for_each(|(((dx, &y), &dy), &sum)| *dx = of.result(y, dy, sum)),
        }
    }
}
