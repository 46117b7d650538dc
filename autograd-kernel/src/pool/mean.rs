//! The mean of each window, and its adjoint.

use super::joined::Joining;
use super::{Divisor, Pool, Windows};
use crate::element::Real;
use crate::fold;
use crate::isa::{self, NullaryFnOnce};
use crate::list::List;

impl Pool {
    /// `y ←` the sum of each window by its divisor.
    #[inline(never)]
    pub fn mean<T: Real>(&self, x: &[T], divisor: Divisor, y: &mut [T]) {
        self.joined(x, &Mean(divisor), y);
    }

    /// `x ←` the sum, over the windows that an element lies in, of their share of `y`: the adjoint of [`mean`](Pool::mean).
    #[inline(never)]
    pub fn spread<T: Real>(&self, y: &[T], divisor: Divisor, x: &mut [T]) {
        self.planes(x, self.plane(), |number, windows, x| {
            let shares = &mut *List::filled(T::zero(), windows.columns.len());
            let row = &mut *List::filled(T::zero(), windows.width);
            let y = &y[number * self.pixels()..];
            isa::dispatch(Spread { pool: self, windows, y, divisor, shares, row, x });
        });
    }
}

/// The sum of a window by a number of its places.
struct Mean(Divisor);

impl<T: Real> Joining<T> for Mean {
    #[inline(always)]
    fn none() -> T {
        T::zero()
    }

    #[inline(always)]
    fn join(a: T, b: T) -> T {
        a + b
    }

    #[inline(always)]
    fn all(x: &[T]) -> T {
        fold::sum_in_block(x)
    }

    #[inline(always)]
    fn end(&self, windows: &Windows, o: usize, y: &mut [T]) {
        for (p, y) in y.iter_mut().enumerate() {
            *y /= windows.divisor(o, p, self.0);
        }
    }
}

/// The shares of some planes.
struct Spread<'a, T> {
    pool: &'a Pool,
    windows: &'a Windows,
    y: &'a [T],
    divisor: Divisor,
    /// Room for a row of the result, and for one of the plane.
    shares: &'a mut [T],
    row: &'a mut [T],
    x: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for Spread<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Spread { pool, windows, y, divisor, shares, row, x } = self;
        for (i, x) in x.chunks_exact_mut(pool.plane()).enumerate() {
            let y = &y[i * pool.pixels()..][..pool.pixels()];
            x.fill(T::zero());
            for (o, y) in y.chunks_exact(windows.columns.len()).enumerate() {
                for (p, (share, &y)) in shares.iter_mut().zip(y).enumerate() {
                    *share = y / windows.divisor(o, p, divisor);
                }
                row.fill(T::zero());
                for run in 0..windows.runs() {
                    let (p, window) = windows.run(run);
                    for j in 0..window.count {
                        let (row, shares) = (&mut row[window.first + j * windows.dilation[1]..], &shares[p.clone()]);
                        match windows.step {
                            1 => row.iter_mut().zip(shares).for_each(|(x, &share)| *x += share),
                            step => row.chunks_mut(step).zip(shares).for_each(|(x, &share)| x[0] += share),
                        }
                    }
                }
                windows.each_row(o, |at| {
                    for (x, &share) in x[at..].iter_mut().zip(&*row) {
                        *x += share;
                    }
                });
            }
        }
    }
}
