//! Folds of a slice in 16 lanes, an order that its length alone decides.

use super::elementwise::max;
use super::isa::{self, NullaryFnOnce};
use super::math;
use super::side::{self, SIDE};
use crate::element::Real;

/// Independent partial sums: the same on each instruction set, so that each gives the same bits.
pub(crate) const LANES: usize = 16;
/// Elements summed in lanes before the next level of the tree begins.
pub const BLOCK: usize = 4096;

/// The sum of a slice: 16 lanes within blocks, pairwise over blocks. The error grows with the logarithm of the length.
#[inline(never)]
pub fn sum_slice<T: Real>(x: &[T]) -> T {
    sum_by(x, |x| x)
}

/// The sum of `f` of each element of a slice, in the order of [`sum_slice`].
#[inline(never)]
pub fn sum_by<T: Real>(x: &[T], f: impl Fn(T) -> T + Copy) -> T {
    sum_steps(x, &Plus(f))
}

/// The sum of `e` to the power of what each element is above `largest`, in the order of [`sum_slice`].
#[inline(never)]
pub(crate) fn sum_exp<T: Real>(x: &[T], largest: T) -> T {
    sum_steps(x, &PlusExp(largest))
}

/// [`sum_slice`] of no more than [`BLOCK`] elements, within what [`isa::dispatch`] runs.
#[inline(always)]
pub(crate) fn sum_in_block<T: Real>(x: &[T]) -> T {
    sum_lanes(Lanes { x, lanes: [T::zero(); LANES], step: &Plus(|x| x) }.call())
}

/// The largest element of a slice likewise.
#[inline(always)]
pub(crate) fn largest_in_block<T: Real>(x: &[T]) -> T {
    join(Lanes { x, lanes: [T::neg_infinity(); LANES], step: &By(&max) }.call(), max)
}

/// [`sum_in_block`] of the first `n` elements, which others may follow: then what is left of the last lanes is read where it lies. What was copied in a few
/// pieces is not there at once.
#[inline(always)]
pub(crate) fn sum_of_first<T: Real>(x: &[T], n: usize) -> T {
    sum_lanes(first(x, n, T::zero(), &Plus(|x| x)))
}

/// [`sum_exp`] likewise.
#[inline(always)]
pub(crate) fn sum_exp_of_first<T: Real>(x: &[T], n: usize, largest: T) -> T {
    sum_lanes(first(x, n, T::zero(), &PlusExp(largest)))
}

/// [`largest_in_block`] likewise.
#[inline(always)]
pub(crate) fn largest_of_first<T: Real>(x: &[T], n: usize) -> T {
    join(first(x, n, T::neg_infinity(), &By(&max)), max)
}

/// The lanes of the first `n` elements, which others may follow.
#[inline(always)]
fn first<T: Real, S: Step<T>>(x: &[T], n: usize, start: T, step: &S) -> [T; LANES] {
    let (whole, rest) = x[..n].as_chunks::<LANES>();
    let (false, Some(part)) = (rest.is_empty(), x[whole.len() * LANES..].first_chunk::<LANES>()) else {
        return Lanes { x: &x[..n], lanes: [start; LANES], step }.call();
    };
    let mut lanes = Lanes { x: whole.as_flattened(), lanes: [start; LANES], step }.call();
    for (i, (lane, &x)) in lanes.iter_mut().zip(part).enumerate() {
        let after = step.take(*lane, x);
        *lane = if (i as u32) < rest.len() as u32 { after } else { *lane };
    }
    lanes
}

/// Takes more elements into the lanes of a block's sum, at most [`BLOCK`] in all, each time but the last a multiple of [`LANES`]; [`sum_lanes`] ends it.
#[inline(never)]
pub(crate) fn add_to_lanes<T: Real>(x: &[T], lanes: &mut [T; LANES]) {
    *lanes = isa::dispatch(Lanes { x, lanes: *lanes, step: &Plus(|x| x) });
}

/// The sum of the lanes, as [`sum_slice`] takes it.
#[inline(always)]
pub(crate) fn sum_lanes<T: Real>(lanes: [T; LANES]) -> T {
    join(lanes, |a, b| a + b)
}

fn sum_steps<T: Real, S: Step<T>>(x: &[T], step: &S) -> T {
    if x.len() <= S::SHORT {
        return short(x, T::zero(), step, |a, b| a + b);
    }
    if x.len() > BLOCK {
        let half = x.len().div_ceil(2).next_multiple_of(BLOCK);
        return sum_steps(&x[..half], step) + sum_steps(&x[half..], step);
    }
    sum_lanes(isa::dispatch(Lanes { x, lanes: [T::zero(); LANES], step }))
}

/// The fold of a slice from `start`: for folds whose order changes the result by roundings at most and that `start` does not change, as max
/// and products.
#[inline(never)]
pub fn fold_slice<T: Real>(x: &[T], start: T, f: &impl Fn(T, T) -> T) -> T {
    if x.len() <= LANES {
        return short(x, start, &By(f), f);
    }
    join(isa::dispatch(Lanes { x, lanes: [start; LANES], step: &By(f) }), f)
}

/// The fold of a slice of no more than [`LANES`] elements, to the bits of all lanes: the others hold `start`, which changes nothing.
#[inline(always)]
fn short<T: Real>(x: &[T], start: T, step: &impl Step<T>, f: impl Fn(T, T) -> T) -> T {
    let mut lanes = [start; LANES];
    for (lane, &x) in lanes.iter_mut().zip(x) {
        *lane = step.take(start, x);
    }
    join_first(&mut lanes, x.len(), f)
}

/// `out[row] ←` the sum of each row of `n` elements, to the bits of [`sum_slice`], with one way through the door to the vector instructions for all;
/// rows have from 1 to [`BLOCK`] elements.
#[inline(never)]
pub(crate) fn sum_rows<T: Real>(x: &[T], n: usize, out: &mut [T]) {
    isa::dispatch(Rows { x, n, start: T::zero(), step: &Plus(|x| x), join: &|a, b| a + b, out });
}

/// As [`sum_rows`], of [`fold_slice`].
#[inline(never)]
pub(crate) fn fold_rows<T: Real>(x: &[T], n: usize, start: T, f: &impl Fn(T, T) -> T, out: &mut [T]) {
    isa::dispatch(Rows { x, n, start, step: &By(f), join: f, out });
}

/// Folds of rows.
struct Rows<'a, T, S, F> {
    x: &'a [T],
    n: usize,
    start: T,
    step: &'a S,
    join: &'a F,
    out: &'a mut [T],
}

impl<T: Real, S: Step<T>, F: Fn(T, T) -> T> NullaryFnOnce for Rows<'_, T, S, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Rows { x, n, start, step, join: f, out } = self;
        if side::pays(n, out.len()) {
            return side_by_side(x, n, start, step, f, out);
        }
        for (y, x) in out.iter_mut().zip(x.chunks_exact(n)) {
            *y = join(Lanes { x, lanes: [start; LANES], step }.call(), f);
        }
    }
}

/// Folds of short rows, many rows at a time, in as many lanes: a row has too few elements to fill a vector.
#[inline(always)]
fn side_by_side<T: Real, F: Fn(T, T) -> T>(x: &[T], n: usize, start: T, step: &impl Step<T>, join: &F, out: &mut [T]) {
    let mut tile = [[T::zero(); SIDE]; LANES];
    let tile = &mut tile[..n];
    for (out, x) in out.chunks_mut(SIDE).zip(x.chunks(SIDE * n)) {
        side::read(x, tile);
        for x in tile.as_flattened_mut() {
            *x = step.take(start, *x);
        }
        side::join(tile, join);
        out.copy_from_slice(&tile[0][..out.len()]);
    }
}

/// What takes in one element. The method must be `#[inline(always)]`.
trait Step<T> {
    /// Elements up to which a slice is folded where it is: the way through the door to the vector instructions takes longer.
    const SHORT: usize = LANES;
    fn take(&self, so_far: T, x: T) -> T;
}

/// Adds a short function of the element.
struct Plus<F>(F);

impl<T: Real, F: Fn(T) -> T> Step<T> for Plus<F> {
    #[inline(always)]
    fn take(&self, so_far: T, x: T) -> T {
        so_far + self.0(x)
    }
}

/// Adds the exponential of what the element is above a number.
struct PlusExp<T>(T);

impl<T: Real> Step<T> for PlusExp<T> {
    // Exponentials gain from vectors earlier.
    const SHORT: usize = 4;
    #[inline(always)]
    fn take(&self, so_far: T, x: T) -> T {
        so_far + math::exp(x - self.0)
    }
}

/// A short function of what came so far and the element.
struct By<'a, F>(&'a F);

impl<T, F: Fn(T, T) -> T> Step<T> for By<'_, F> {
    #[inline(always)]
    fn take(&self, so_far: T, x: T) -> T {
        self.0(so_far, x)
    }
}

/// Folds a slice in 16 lanes, from what they hold.
struct Lanes<'a, T, S> {
    x: &'a [T],
    lanes: [T; LANES],
    step: &'a S,
}

impl<T: Real, S: Step<T>> NullaryFnOnce for Lanes<'_, T, S> {
    type Output = [T; LANES];

    #[inline(always)]
    fn call(self) -> [T; LANES] {
        let mut lanes = self.lanes;
        let (whole, rest) = self.x.as_chunks::<LANES>();
        for part in whole {
            for (lane, &x) in lanes.iter_mut().zip(part) {
                *lane = self.step.take(*lane, x);
            }
        }
        if !rest.is_empty() {
            // As many lanes as ever, so that the rest is no loop over single numbers; what is beyond it is dropped.
            let (mut part, mut after) = ([T::zero(); LANES], lanes);
            part[..rest.len()].copy_from_slice(rest);
            for (lane, &x) in after.iter_mut().zip(&part) {
                *lane = self.step.take(*lane, x);
            }
            lanes[..rest.len()].copy_from_slice(&after[..rest.len()]);
        }
        lanes
    }
}

/// Folds the lanes in pairs.
#[inline(always)]
fn join<T: Real>(mut lanes: [T; LANES], f: impl Fn(T, T) -> T) -> T {
    join_first(&mut lanes, LANES, f)
}

/// Folds the lanes in pairs, where those from the `n`-th on change nothing. They stay where they are: what was just written in parts waits to be copied.
#[inline(always)]
fn join_first<T: Real>(lanes: &mut [T; LANES], n: usize, f: impl Fn(T, T) -> T) -> T {
    let mut width = n.next_power_of_two() / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] = f(lanes[i], lanes[i + width]);
        }
        width /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::Isa;

    #[test]
    fn each_set_gives_the_same_bits() {
        let x: Vec<f32> = (0..9001).map(|i| (i * 7919 % 1009) as f32 / 100.0 - 5.0).collect();
        for n in [0, 1, 2, 3, 5, 15, 16, 33, 9000] {
            let x = &x[1..=n];
            let mut results = Isa::all().into_iter().map(|isa| {
                isa.hold(|| [sum_slice(x), sum_exp(x, 1.0), fold_slice(x, f32::NEG_INFINITY, &max)].map(f32::to_bits))
            });
            let first = results.next().expect("the portable set");
            assert!(results.all(|other| other == first), "{n}");
        }
    }

    #[test]
    fn short_slices_give_the_bits_of_all_lanes() {
        let x: Vec<f32> = (0..LANES).map(|i| (i * 7919 % 1009) as f32 / 100.0 - 5.0).chain([-0.0]).collect();
        for x in (0..LANES).flat_map(|n| [&x[..n], &x[LANES - n + 1..]]) {
            let sum = sum_lanes(isa::dispatch(Lanes { x, lanes: [0.0; LANES], step: &Plus(|x| x) }));
            let largest = join(isa::dispatch(Lanes { x, lanes: [f32::NEG_INFINITY; LANES], step: &By(&max) }), max);
            assert_eq!(sum_slice(x).to_bits(), sum.to_bits(), "{x:?}");
            assert_eq!(fold_slice(x, f32::NEG_INFINITY, &max).to_bits(), largest.to_bits(), "{x:?}");
        }
    }

    #[test]
    fn rows_side_by_side_have_the_bits_of_single_ones() {
        let x: Vec<f32> = (0..150 * LANES).map(|i| (i * 7919 % 1009) as f32 / 100.0 - 5.0).collect();
        for (n, isa) in (1..=LANES).flat_map(|n| Isa::all().into_iter().map(move |isa| (n, isa))) {
            let (x, mut sums, mut largest) = (&x[..150 * n], [f32::NAN; 150], [f32::NAN; 150]);
            // So many that they are taken side by side, and so few that they are not.
            for rows in [150, SIDE / 4 - 1] {
                isa.hold(|| {
                    let out = sums.chunks_mut(rows).zip(largest.chunks_mut(rows));
                    for (x, (sums, largest)) in x.chunks(rows * n).zip(out) {
                        sum_rows(x, n, sums);
                        fold_rows(x, n, f32::NEG_INFINITY, &max, largest);
                    }
                });
                for ((row, sum), found) in x.chunks(n).zip(sums).zip(largest) {
                    let best = fold_slice(row, f32::NEG_INFINITY, &max);
                    assert_eq!(sum.to_bits(), sum_slice(row).to_bits(), "{n} {}", isa.name);
                    assert_eq!(found.to_bits(), best.to_bits(), "{n} {}", isa.name);
                }
            }
        }
    }
}
