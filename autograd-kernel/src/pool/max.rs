//! The largest element of each window, and where it is.

use super::joined::Joining;
use super::{Pool, Windows};
use crate::element::Real;
use crate::elementwise::max;
use crate::fold;
use crate::isa::{self, NullaryFnOnce};
use crate::list::List;
use std::hint::select_unpredictable;

impl Pool {
    /// `y ←` the largest element of each window; NaN counts as larger than each number.
    #[inline(never)]
    pub fn max<T: Real>(&self, x: &[T], y: &mut [T]) {
        if self.quarters() {
            return self.each_square(x, y, |[a, b, c, d], _| max(max(max(a, b), c), d));
        }
        self.joined(x, &Largest, y);
    }

    /// `at ←` where in its plane the largest element of each window is: the first of several, and the first NaN before each number.
    #[inline(never)]
    pub fn argmax<T: Real>(&self, x: &[T], at: &mut [i64]) {
        if self.quarters() {
            let width = self.size[1];
            return self.each_square(x, at, |[a, b, c, d], first| {
                let (mut largest, mut at) = (a, 0);
                for (x, place) in [(b, 1), (c, width), (d, width + 1)] {
                    let wins = (x > largest) | (x.is_nan() & !largest.is_nan());
                    (largest, at) = if wins { (x, place) } else { (largest, at) };
                }
                (first + at) as i64
            });
        }
        self.planes(at, self.pixels(), |number, windows, at| {
            let (width, across) = (windows.width, windows.columns.len());
            let down = &mut Found { value: List::filled(T::zero(), width), row: List::filled(0, width) };
            let best = &mut Found { value: List::filled(T::zero(), across), row: List::filled(0, across) };
            let column = &mut *List::filled(0, across);
            isa::dispatch(ArgMax { pool: self, windows, x: self.from(x, number), down, best, column, at });
        });
    }
}

/// The largest element of a window.
struct Largest;

impl<T: Real> Joining<T> for Largest {
    #[inline(always)]
    fn none() -> T {
        T::neg_infinity()
    }

    #[inline(always)]
    fn join(a: T, b: T) -> T {
        max(a, b)
    }

    #[inline(always)]
    fn all(x: &[T]) -> T {
        fold::largest_in_block(x)
    }

    #[inline(always)]
    fn end(&self, _: &Windows, _: usize, _: &mut [T]) {}
}

/// Some elements, and the row of a window that each was found in: as wide as a single-precision number, for vectors of both.
struct Found<T> {
    value: List<T>,
    row: List<u32>,
}

/// Where the largest elements of some planes are.
struct ArgMax<'a, T> {
    pool: &'a Pool,
    windows: &'a Windows,
    x: &'a [T],
    /// Room for the best of each column of the plane, and of each window.
    down: &'a mut Found<T>,
    best: &'a mut Found<T>,
    /// The column of each window's best.
    column: &'a mut [u32],
    at: &'a mut [i64],
}

/// Whether an element beats the best so far: of equal ones that in an earlier row, and then that which came first, as columns do in their order.
#[inline(always)]
fn beats<T: Real>(x: T, row: u32, best: T, best_row: u32) -> bool {
    let equal = (x == best) | (x.is_nan() & best.is_nan());
    (x > best) | (x.is_nan() & !best.is_nan()) | (equal & (row < best_row))
}

impl<T: Real> NullaryFnOnce for ArgMax<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let ArgMax { pool, windows, x, down, best, column, at } = self;
        for (i, at) in at.chunks_exact_mut(pool.pixels()).enumerate() {
            let x = &x[i * pool.plane()..][..pool.plane()];
            for (o, at) in at.chunks_exact_mut(windows.columns.len()).enumerate() {
                let mut rows = 0;
                windows.each_row(o, |first| {
                    let x = &x[first..first + windows.width];
                    match rows {
                        0 => {
                            down.value.copy_from_slice(x);
                            down.row.fill(0);
                        }
                        _ => {
                            for ((value, row), &x) in down.value.iter_mut().zip(down.row.iter_mut()).zip(x) {
                                let wins = (x > *value) | (x.is_nan() & !value.is_nan());
                                *row = if wins { rows } else { *row };
                                *value = if wins { x } else { *value };
                            }
                        }
                    }
                    rows += 1;
                });
                for (p, window) in windows.columns.iter().enumerate() {
                    let first = window.first;
                    (best.value[p], best.row[p], column[p]) = (down.value[first], down.row[first], first as u32);
                }
                for run in 0..windows.runs() {
                    let (p, window) = windows.run(run);
                    for from in (0..window.count).map(|j| window.first + j * windows.dilation[1]) {
                        let (value, row) = (&down.value[from..], &down.row[from..]);
                        let best = best.value[p.clone()].iter_mut().zip(&mut best.row[p.clone()]);
                        let best = best.zip(&mut column[p.clone()]);
                        if windows.step == 1 {
                            for (i, ((((best, best_row), column), &x), &row)) in best.zip(value).zip(row).enumerate() {
                                let wins = beats(x, row, *best, *best_row);
                                *column = if wins { (from + i) as u32 } else { *column };
                                *best_row = if wins { row } else { *best_row };
                                *best = if wins { x } else { *best };
                            }
                            continue;
                        }
                        // Without a branch, which noise would send the wrong way half of the time.
                        for (i, ((best, best_row), column)) in best.enumerate() {
                            let at = i * windows.step;
                            let wins = beats(value[at], row[at], *best, *best_row);
                            *column = select_unpredictable(wins, (from + at) as u32, *column);
                            *best_row = select_unpredictable(wins, row[at], *best_row);
                            *best = select_unpredictable(wins, value[at], *best);
                        }
                    }
                }
                let first = windows.rows[o].first;
                for ((at, &row), &column) in at.iter_mut().zip(&*best.row).zip(&*column) {
                    *at = ((first + row as usize * windows.dilation[0]) * windows.width + column as usize) as i64;
                }
            }
        }
    }
}
