//! Elements of windows that are joined in pairs, as sums and maxima are: the rows of all windows in a row first, then the columns of each.

use super::{Pool, Window, Windows};
use crate::element::Real;
use crate::fold;
use crate::isa::{self, NullaryFnOnce};
use crate::list::List;

/// Columns of a window from which on lanes pay.
const LONG: usize = 16;

/// How elements are joined. The methods must be `#[inline(always)]`.
// A trait and no closures: the compiler would not inline those that call something long.
pub(super) trait Joining<T: Real>: Sync {
    /// What changes nothing, and what a window without elements has.
    fn none() -> T;
    fn join(a: T, b: T) -> T;
    /// All of some neighbours, no more than [`fold::BLOCK`], in lanes.
    fn all(x: &[T]) -> T;
    /// Makes results of what the windows in row `o` have.
    fn end(&self, windows: &Windows, o: usize, y: &mut [T]);
}

impl Pool {
    /// `y ←` what the elements of each window make together.
    pub(super) fn joined<T: Real, J: Joining<T>>(&self, x: &[T], joining: &J, y: &mut [T]) {
        self.planes(y, self.pixels(), |number, windows, y| {
            let row = &mut *List::filled(T::zero(), windows.width);
            isa::dispatch(Joined { pool: self, windows, x: self.from(x, number), joining, row, y });
        });
    }
}

/// The windows of some planes.
struct Joined<'a, T, J> {
    pool: &'a Pool,
    windows: &'a Windows,
    x: &'a [T],
    joining: &'a J,
    /// Room for a row of the plane.
    row: &'a mut [T],
    y: &'a mut [T],
}

impl<T: Real, J: Joining<T>> NullaryFnOnce for Joined<'_, T, J> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Joined { pool, windows, x, joining, row, y } = self;
        for (i, y) in y.chunks_exact_mut(pool.pixels()).enumerate() {
            let x = &x[i * pool.plane()..][..pool.plane()];
            for (o, y) in y.chunks_exact_mut(windows.columns.len()).enumerate() {
                down::<T, J>(windows, x, o, row);
                across::<T, J>(windows, row, y);
                joining.end(windows, o, y);
            }
        }
    }
}

/// Joins the rows of the plane `x` that the windows in row `o` have, element by element.
#[inline(always)]
fn down<T: Real, J: Joining<T>>(windows: &Windows, x: &[T], o: usize, to: &mut [T]) {
    let Window { first, count, .. } = windows.rows[o];
    let row = |i: usize| &x[(first + i * windows.dilation[0]) * windows.width..][..windows.width];
    match count {
        0 => to.fill(J::none()),
        _ => to.copy_from_slice(row(0)),
    }
    for i in 1..count {
        for (to, &x) in to.iter_mut().zip(row(i)) {
            *to = J::join(*to, x);
        }
    }
}

/// Joins the columns that each window has in the row `x`.
#[inline(always)]
fn across<T: Real, J: Joining<T>>(windows: &Windows, x: &[T], y: &mut [T]) {
    y.fill(J::none());
    if windows.dilation[1] == 1 && windows.columns.iter().any(|window| window.count >= LONG) {
        for (y, window) in y.iter_mut().zip(&windows.columns) {
            for x in x[window.first..window.first + window.count].chunks(fold::BLOCK) {
                *y = J::join(*y, J::all(x));
            }
        }
        return;
    }
    for run in 0..windows.runs() {
        let (p, window) = windows.run(run);
        for j in 0..window.count {
            let (y, x) = (&mut y[p.clone()], &x[window.first + j * windows.dilation[1]..]);
            // Where the compiler knows the step it makes vector code.
            match windows.step {
                1 => y.iter_mut().zip(x).for_each(|(y, &x)| *y = J::join(*y, x)),
                2 => y.iter_mut().zip(x.chunks(2)).for_each(|(y, x)| *y = J::join(*y, x[0])),
                step => y.iter_mut().zip(x.chunks(step)).for_each(|(y, x)| *y = J::join(*y, x[0])),
            }
        }
    }
}
