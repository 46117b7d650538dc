//! Scans: each element is replaced by what the elements up to it come to.

mod product_adjoint;

use super::isa::{self, NullaryFnOnce};
use super::reduce::Fold;
use super::threads::{self, Parted};
use crate::element::Real;
pub use product_adjoint::product_adjoint;
use std::ops::Range;

/// Elements per chunk.
const CHUNK: usize = 1 << 13;
/// Neighbouring columns that are scanned together.
const STRIPE: usize = 256;
/// Rows that are scanned side by side, since each step of one waits for the step before.
const SIDE: usize = 4;

/// The sums of the elements up to each along the middle axis, or of those from it on if `reverse`, added up in double precision.
#[inline(never)]
pub fn sums<T: Real>(x: &[T], fold: Fold, reverse: bool, out: &mut [T]) {
    Scan { x, a: None, fold, reverse, step: Running(0.0, |sum, x| sum + x) }.run(out);
}

/// The products of the elements up to each along the middle axis, or of those from it on if `reverse`, multiplied in double precision.
#[inline(never)]
pub fn products<T: Real>(x: &[T], fold: Fold, reverse: bool, out: &mut [T]) {
    Scan { x, a: None, fold, reverse, step: Running(1.0, |product, x| product * x) }.run(out);
}

/// `out[o, j, i] ← x[o, j, i] + a[o, j - 1, i] · out[o, j - 1, i]`, or with `reverse` `x[o, j, i] + a[o, j, i] · out[o, j + 1, i]`, where `a` is
/// `[outer, n - 1, inner]`: one factor between neighbours.
#[inline(never)]
pub fn recurrence<T: Real>(x: &[T], a: &[T], fold: Fold, reverse: bool, out: &mut [T]) {
    assert_eq!(a.len(), fold.outer * fold.n.saturating_sub(1) * fold.inner, "one factor between neighbours");
    Scan { x, a: Some(a), fold, reverse, step: Linear }.run(out);
}

/// Replaces each element by the logarithm of the sum of the exponentials up to it.
#[inline(never)]
pub fn running_logsumexp<T: Real>(row: &mut [T]) {
    // The sum is kept relative to the largest element so far: nothing overflows. In double precision it takes in small terms, too.
    let (mut largest, mut sum) = (T::neg_infinity(), 0.0f64);
    for x in row {
        if *x > largest {
            sum = sum * (largest - *x).exp().as_f64() + 1.0;
            largest = *x;
        } else if *x == largest {
            // An infinity cannot be subtracted from itself.
            sum += 1.0;
        } else {
            sum += (*x - largest).exp().as_f64();
        }
        *x = largest + T::of(sum.ln());
    }
}

/// What a scan does with an element. Its methods must be `#[inline(always)]`.
trait Step<T>: Copy + Sync {
    /// What is kept from element to element.
    type State: Copy + Default;
    /// The state at the first element.
    fn first(self, x: T) -> Self::State;
    /// The state at element `x`, which is a factor `a` away from the state before.
    fn next(self, x: T, a: T, before: Self::State) -> Self::State;
    /// The result at a state.
    fn result(state: Self::State) -> T;
}

/// A fold in double precision from a start.
#[derive(Clone, Copy)]
struct Running<F>(f64, F);

impl<T: Real, F: Fn(f64, f64) -> f64 + Copy + Sync> Step<T> for Running<F> {
    type State = f64;
    #[inline(always)]
    fn first(self, x: T) -> f64 {
        self.1(self.0, x.as_f64())
    }
    #[inline(always)]
    fn next(self, x: T, _: T, before: f64) -> f64 {
        self.1(before, x.as_f64())
    }
    #[inline(always)]
    fn result(state: f64) -> T {
        T::of(state)
    }
}

/// A linear recurrence.
#[derive(Clone, Copy)]
struct Linear;

impl<T: Real> Step<T> for Linear {
    type State = T;
    #[inline(always)]
    fn first(self, x: T) -> T {
        x
    }
    #[inline(always)]
    fn next(self, x: T, a: T, before: T) -> T {
        x + a * before
    }
    #[inline(always)]
    fn result(state: T) -> T {
        state
    }
}

/// A scan of `[outer, n, inner]` elements along the middle axis, with factors between neighbours if it has any.
#[derive(Clone, Copy)]
struct Scan<'a, T, S> {
    x: &'a [T],
    a: Option<&'a [T]>,
    fold: Fold,
    reverse: bool,
    step: S,
}

impl<T: Real, S: Step<T>> Scan<'_, T, S> {
    fn run(self, out: &mut [T]) {
        let Fold { outer, n, inner } = self.fold;
        assert!(self.x.len() == outer * n * inner && out.len() == self.x.len());
        if inner == 1 {
            return threads::chunks(out, (CHUNK / n.max(1)).max(1) * n, 4, |start, out| {
                for (group, out) in out.chunks_mut(SIDE * n).enumerate() {
                    let row = start / n + group * SIDE;
                    match out.len() == SIDE * n {
                        true => self.rows::<SIDE>(row, out),
                        false => (row..).zip(out.chunks_mut(n)).for_each(|(row, out)| self.rows::<1>(row, out)),
                    }
                }
            });
        }
        let out = Parted::new(out);
        stripes(self.fold, |block, columns| {
            isa::dispatch(Stripe { scan: self, out: &out, block, columns });
        });
    }

    /// The places along the way, each with that of the factor before it.
    #[inline(always)]
    fn way(&self) -> impl Iterator<Item = (usize, Option<usize>)> {
        let (n, reverse) = (self.fold.n, self.reverse);
        (0..n).map(move |step| match reverse {
            true => (n - 1 - step, (step > 0).then(|| n - 1 - step)),
            false => (step, step.checked_sub(1)),
        })
    }

    /// `R` rows from the `row`-th on, whose elements are neighbours.
    #[inline(always)]
    fn rows<const R: usize>(&self, row: usize, out: &mut [T]) {
        let n = self.fold.n;
        let x: [&[T]; R] = std::array::from_fn(|r| &self.x[(row + r) * n..][..n]);
        let a: [&[T]; R] = std::array::from_fn(|r| match self.a {
            Some(a) => &a[(row + r) * (n - 1)..][..n - 1],
            None => x[r],
        });
        let mut states = [S::State::default(); R];
        for (j, before) in self.way() {
            for r in 0..R {
                states[r] = match before {
                    None => self.step.first(x[r][j]),
                    Some(before) => self.step.next(x[r][j], a[r][before], states[r]),
                };
                out[r * n + j] = S::result(states[r]);
            }
        }
    }
}

/// Runs `f(block, columns)` on all columns of all blocks, at most [`STRIPE`] at once: a single large block feeds several threads; small ones go together.
fn stripes(Fold { outer, n, inner }: Fold, f: impl Fn(usize, Range<usize>) + Sync) {
    let (width, across) = (inner.min(STRIPE), inner.div_ceil(STRIPE));
    let (stripes, together) = (outer * across, (CHUNK / (n * width).max(1)).max(1));
    threads::pieces(stripes.div_ceil(together), outer * n * inner, |piece| {
        for stripe in piece * together..((piece + 1) * together).min(stripes) {
            let first = stripe % across * STRIPE;
            f(stripe / across, first..(first + STRIPE).min(inner));
        }
    });
}

/// Some neighbouring columns of a block, at most [`STRIPE`], whose results are nobody else's.
struct Stripe<'a, T, S> {
    scan: Scan<'a, T, S>,
    out: &'a Parted<'a, T>,
    block: usize,
    columns: Range<usize>,
}

impl<T: Real, S: Step<T>> NullaryFnOnce for Stripe<'_, T, S> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Stripe { scan, out, block, columns: Range { start, end } } = self;
        let (Fold { n, inner, .. }, width) = (scan.fold, end - start);
        let mut states = [S::State::default(); STRIPE];
        let states = &mut states[..width];
        for (j, before) in scan.way() {
            let at = (block * n + j) * inner + start;
            let x = &scan.x[at..at + width];
            // SAFETY: the stripes of different pieces do not overlap.
            let out = unsafe { out.part(at, width) };
            match before {
                None => states.iter_mut().zip(x).for_each(|(state, &x)| *state = scan.step.first(x)),
                Some(before) => {
                    let a = scan.a.map_or(x, |a| &a[(block * (n - 1) + before) * inner + start..][..width]);
                    for ((state, &x), &a) in states.iter_mut().zip(x).zip(a) {
                        *state = scan.step.next(x, a, *state);
                    }
                }
            }
            out.iter_mut().zip(&*states).for_each(|(out, &state)| *out = S::result(state));
        }
    }
}
