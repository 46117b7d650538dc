//! What reaches each factor of a product: the product of the others, from those before it and those behind it.

use super::{CHUNK, SIDE, STRIPE, stripes};
use crate::element::Real;
use crate::isa::{self, NullaryFnOnce};
use crate::reduce::Fold;
use crate::threads::{self, Parted};
use std::ops::Range;

/// `out[o, j, i] ← dy[o, i] · Π x[o, k, i]` over `k ≠ j`, multiplied in double precision before `j` and behind it; nothing is divided.
#[inline(never)]
pub fn product_adjoint<T: Real>(x: &[T], dy: &[T], fold: Fold, out: &mut [T]) {
    let Fold { outer, n, inner } = fold;
    assert!(x.len() == outer * n * inner && out.len() == x.len() && dy.len() == outer * inner);
    if inner == 1 {
        return threads::chunks(out, (CHUNK / n.max(1)).max(SIDE) * n, 8, |start, out| {
            isa::dispatch(Rows { x: &x[start..][..out.len()], dy: &dy[start / n..], n, out });
        });
    }
    let out = Parted::new(out);
    stripes(fold, |block, columns| {
        isa::dispatch(Stripe { x, dy, fold, out: &out, block, columns });
    });
}

/// Rows whose elements are neighbours.
struct Rows<'a, T> {
    x: &'a [T],
    dy: &'a [T],
    n: usize,
    out: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for Rows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Rows { x, dy, n, out } = self;
        let groups = x.chunks(SIDE * n).zip(out.chunks_mut(SIDE * n)).zip(dy.chunks(SIDE));
        for ((x, out), dy) in groups {
            if let Ok(dy) = <[T; SIDE]>::try_from(dy)
                && x.len() == SIDE * n
            {
                rows(x, dy, n, out);
                continue;
            }
            for ((x, out), &dy) in x.chunks(n).zip(out.chunks_mut(n)).zip(dy) {
                rows(x, [dy], n, out);
            }
        }
    }
}

#[inline(always)]
fn rows<const R: usize, T: Real>(x: &[T], dy: [T; R], n: usize, out: &mut [T]) {
    let mut products = [1.0f64; R];
    for j in 0..n {
        for r in 0..R {
            out[r * n + j] = T::of(products[r]);
            products[r] *= x[r * n + j].as_f64();
        }
    }
    products = [1.0; R];
    for j in (0..n).rev() {
        for r in 0..R {
            out[r * n + j] = out[r * n + j] * T::of(products[r]) * dy[r];
            products[r] *= x[r * n + j].as_f64();
        }
    }
}

/// Some neighbouring columns of a block, at most [`STRIPE`], whose results are nobody else's.
struct Stripe<'a, T> {
    x: &'a [T],
    dy: &'a [T],
    fold: Fold,
    out: &'a Parted<'a, T>,
    block: usize,
    columns: Range<usize>,
}

impl<T: Real> NullaryFnOnce for Stripe<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Stripe { x, dy, fold: Fold { n, inner, .. }, out, block, columns: Range { start, end } } = self;
        let width = end - start;
        let dy = &dy[block * inner + start..][..width];
        let mut products = [1.0f64; STRIPE];
        let products = &mut products[..width];
        for step in 0..2 * n {
            let back = step >= n;
            if step == n {
                products.fill(1.0);
            }
            let at = (block * n + if back { 2 * n - 1 - step } else { step }) * inner + start;
            let x = &x[at..at + width];
            // SAFETY: the stripes of different pieces do not overlap.
            let out = unsafe { out.part(at, width) };
            if back {
                for ((out, product), &dy) in out.iter_mut().zip(&*products).zip(dy) {
                    *out = *out * T::of(*product) * dy;
                }
            } else {
                out.iter_mut().zip(&*products).for_each(|(out, &product)| *out = T::of(product));
            }
            products.iter_mut().zip(x).for_each(|(product, &x)| *product *= x.as_f64());
        }
    }
}
