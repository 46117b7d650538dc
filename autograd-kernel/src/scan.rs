//! Scans: each element is replaced by what the elements up to it come to.

use super::reduce::Fold;
use super::threads;
use crate::element::Real;

/// Elements per chunk.
const CHUNK: usize = 1 << 13;

/// Replaces each element by the fold of those up to it, or of those from it on if `reverse`. What has come together so far is kept in double
/// precision.
#[inline(never)]
pub fn running<T: Real>(row: &mut [T], reverse: bool, start: f64, f: impl Fn(f64, f64) -> f64) {
    let mut so_far = start;
    let step = |x: &mut T| {
        so_far = f(so_far, x.as_f64());
        *x = T::of(so_far);
    };
    match reverse {
        true => row.iter_mut().rev().for_each(step),
        false => row.iter_mut().for_each(step),
    }
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

/// `out[o, j, i] ← x[o, j, i] + a[o, j - 1, i] · out[o, j - 1, i]`, or with `reverse` `x[o, j, i] + a[o, j, i] · out[o, j + 1, i]`, where `a` is
/// `[outer, n - 1, inner]`: one factor between neighbours.
#[inline(never)]
pub fn recurrence<T: Real>(x: &[T], a: &[T], Fold { n, inner, .. }: Fold, reverse: bool, out: &mut [T]) {
    debug_assert_eq!(x.len(), out.len());
    let (block, between) = (n * inner, n.saturating_sub(1) * inner);
    threads::chunks(out, (CHUNK / block.max(1)).max(1) * block, 4, |start, out| {
        out.copy_from_slice(&x[start..start + out.len()]);
        for (o, out) in (start / block..).zip(out.chunks_exact_mut(block)) {
            let a = &a[o * between..(o + 1) * between];
            match reverse {
                true => (0..between).rev().for_each(|i| out[i] += a[i] * out[i + inner]),
                false => (0..between).for_each(|i| out[i + inner] += a[i] * out[i]),
            }
        }
    });
}
