//! What happens to a block of scores between two matrix products, on vectors.

use crate::element::Real;
use crate::elementwise::max;
use crate::isa::NullaryFnOnce;
use crate::math;

/// Independent partial results, the same on each instruction set.
const LANES: usize = 32;

/// The fold of `f` over the lanes of some elements, in an order that their number alone decides.
#[inline(always)]
fn lanes<T: Real>(x: &[T], start: T, f: impl Fn(T, T) -> T) -> T {
    let mut lanes = [start; LANES];
    let (whole, rest) = x.as_chunks::<LANES>();
    for x in whole {
        for i in 0..LANES {
            lanes[i] = f(lanes[i], x[i]);
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane = f(*lane, x);
    }
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] = f(lanes[i], lanes[i + width]);
        }
        width /= 2;
    }
    lanes[0]
}

/// Rows of scores become their exponentials, of which the sums are kept: what was summed before shrinks, when a row brings a larger
/// score.
pub(super) struct Exponentials<'a, T> {
    pub scores: &'a mut [T],
    /// Keys of the block.
    pub n: usize,
    /// What scores are multiplied by first.
    pub scale: T,
    /// For each query, the largest score so far and the sum of the exponentials so far.
    pub largest: &'a mut [T],
    pub sums: &'a mut [T],
    /// For each query, the sum of the values so far.
    pub y: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for Exponentials<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Exponentials { scores, n, scale, largest, sums, y } = self;
        let e = y.len() / largest.len().max(1);
        for (r, row) in scores.chunks_exact_mut(n).enumerate() {
            for x in row.iter_mut() {
                *x *= scale;
            }
            let top = max(largest[r], lanes(row, T::neg_infinity(), max));
            if top == T::neg_infinity() {
                row.fill(T::zero());
                continue;
            }
            for x in row.iter_mut() {
                *x = math::exp(*x - top);
            }
            let shrink = math::exp(largest[r] - top);
            largest[r] = top;
            sums[r] = sums[r] * shrink + lanes(row, T::zero(), |a, b| a + b);
            if shrink != T::one() {
                for y in &mut y[r * e..(r + 1) * e] {
                    *y *= shrink;
                }
            }
        }
    }
}

/// Rows of scores become probabilities again, from the logarithms of the sums of their exponentials.
pub(super) struct Probabilities<'a, T> {
    pub scores: &'a mut [T],
    pub n: usize,
    pub scale: T,
    pub logsums: &'a [T],
}

impl<T: Real> NullaryFnOnce for Probabilities<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Probabilities { scores, n, scale, logsums } = self;
        for (row, &logsum) in scores.chunks_exact_mut(n).zip(logsums) {
            for x in row {
                *x = math::exp(*x * scale - logsum);
            }
        }
    }
}

/// The gradients of probabilities become those of scores: `ds ← p · (ds − Σ p ds)`.
pub(super) struct Slopes<'a, T> {
    pub ds: &'a mut [T],
    pub p: &'a [T],
    pub n: usize,
    /// `Σ p ds` for each query.
    pub inner: &'a [T],
}

impl<T: Real> NullaryFnOnce for Slopes<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Slopes { ds, p, n, inner } = self;
        for ((ds, p), &inner) in ds.chunks_exact_mut(n).zip(p.chunks_exact(n)).zip(inner) {
            for (ds, &p) in ds.iter_mut().zip(p) {
                let slope = p * (*ds - inner);
                // Selected, not multiplied: where a query does not look, whatever the value there is leaks nowhere.
                *ds = if p == T::zero() { p } else { slope };
            }
        }
    }
}

/// `Σ y · dy` of each row.
pub(super) struct Inner<'a, T> {
    pub y: &'a [T],
    pub dy: &'a [T],
    pub inner: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for Inner<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let e = self.y.len() / self.inner.len().max(1);
        for (r, inner) in self.inner.iter_mut().enumerate() {
            let mut sums = [T::zero(); LANES];
            let (y, dy) = (&self.y[r * e..(r + 1) * e], &self.dy[r * e..(r + 1) * e]);
            for (y, dy) in y.chunks(LANES).zip(dy.chunks(LANES)) {
                for ((sum, &y), &dy) in sums.iter_mut().zip(y).zip(dy) {
                    *sum += y * dy;
                }
            }
            *inner = lanes(&sums, T::zero(), |a, b| a + b);
        }
    }
}
