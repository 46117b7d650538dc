//! Rows of a source copied in vectors, with zeros where they reach beyond it.

use super::vector::{self, lanes};
use crate::element::Real;
use pulp::Simd;
use std::array;
use std::ops::Range;

/// Rows of a source.
pub(super) struct Rows {
    pub count: usize,
    /// Elements between rows.
    pub down: usize,
    /// Elements between neighbours in a row.
    pub step: usize,
    /// The element for the first place of the first row, which may lie outside.
    pub from: isize,
}

/// Places of a row with a step of 2 that are copied together.
const PAIRS: usize = 16;

impl Rows {
    /// Copies rows to rows of `across`, those of its places that are `inside`, and fills the others with zeros. Writes up to a vector
    /// more behind the last row.
    #[inline(always)]
    pub fn copy<S: Simd, T: Real>(&self, simd: S, x: &[T], inside: Range<usize>, across: usize, y: &mut [T]) {
        if self.count == 0 {
            return;
        }
        if inside.is_empty() {
            return y[..self.count * across].fill(T::zero());
        }
        if across == 1 {
            // One row, as long as there were rows.
            let column = Rows { count: 1, down: self.down, step: self.down, from: self.from };
            return column.each(simd, x, 0..self.count, self.count, y);
        }
        self.each(simd, x, inside, across, y);
    }

    #[inline(always)]
    fn each<S: Simd, T: Real>(&self, simd: S, x: &[T], inside: Range<usize>, across: usize, y: &mut [T]) {
        let from = (self.from + (inside.start * self.step) as isize) as usize;
        let width = if self.step == 1 { lanes::<S, T>() } else { PAIRS };
        let whole = inside.len().next_multiple_of(width);
        assert!(
            y.len() >= self.count * across + width.max(lanes::<S, T>()),
            "there is room for a vector behind the rows"
        );
        // Rows that can be read in whole vectors.
        let safe = match (x.len() - from).checked_sub(whole * self.step) {
            Some(rest) if self.step <= 2 => (rest / self.down + 1).min(self.count),
            _ => 0,
        };
        for r in 0..safe {
            // SAFETY: so much can be read from here, and written: what a row writes too much is overwritten by the next.
            unsafe {
                let (x, y) = (x.as_ptr().add(from + r * self.down), y.as_mut_ptr().add(r * across));
                zeros::<S, T>(simd, y, inside.start);
                let to = y.add(inside.start);
                for at in (0..inside.len()).step_by(width) {
                    if self.step == 1 {
                        vector::copy::<S, T>(x.add(at), to.add(at));
                    } else {
                        let x = x.add(2 * at).cast::<[[T; 2]; PAIRS]>().read();
                        to.add(at).cast::<[T; PAIRS]>().write(array::from_fn(|i| x[i][0]));
                    }
                }
                zeros::<S, T>(simd, y.add(inside.end), across - inside.end);
            }
        }
        for r in safe..self.count {
            let (x, y) = (&x[from + r * self.down..], &mut y[r * across..][..across]);
            y[..inside.start].fill(T::zero());
            y[inside.clone()].iter_mut().zip(x.iter().step_by(self.step)).for_each(|(y, &x)| *y = x);
            y[inside.end..].fill(T::zero());
        }
    }
}

/// Writes `count` zeros, and more until a vector is full.
///
/// # Safety
/// So much must be writable.
#[inline(always)]
unsafe fn zeros<S: Simd, T: Real>(simd: S, y: *mut T, count: usize) {
    for at in (0..count).step_by(lanes::<S, T>()) {
        // SAFETY: the caller's promise.
        unsafe { vector::store::<S, T>(y.add(at), T::splat(simd, T::zero())) };
    }
}
