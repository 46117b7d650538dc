//! Rows added up by index.

use super::{CHUNK, zero_alone};
use crate::element::Real;
use crate::isa::{self, NullaryFnOnce};
use crate::list::List;
use crate::threads;

/// Pieces into which a single large block is cut.
const PIECES: usize = 8;
/// Elements from which on a row is worth a look at whether it is its place's first.
const LONG: usize = 2 * PIECES;

/// `out[o, m, i] ← Σ x[o, j, i]` over the `j` with `index[j] = m`, in rising order; `out` is `[outer, size, inner]`.
#[inline(never)]
pub fn add_rows<T: Real>(x: &[T], index: &[i64], size: usize, inner: usize, out: &mut [T]) {
    let (block, long) = (size * inner, inner >= LONG);
    // A single block is cut into rows, of which each piece looks for its own: worth it where rows are longer than the search.
    let chunk = match out.len() == block && long {
        true => size.div_ceil(PIECES) * inner,
        false => (CHUNK / block.max(1)).max(1) * block,
    };
    let zero = !long && !zero_alone(out, chunk);
    threads::chunks(out, chunk, 1 + index.len().div_ceil(size.max(1)), |start, out| {
        if zero {
            out.fill(T::zero());
        }
        let first = start % block / inner;
        for (o, out) in (start / block..).zip(out.chunks_mut(block)) {
            let x = &x[o * index.len() * inner..(o + 1) * index.len() * inner];
            if inner == 1 {
                x.iter().zip(index).for_each(|(&x, &at)| out[at as usize] += x);
            } else if long {
                isa::dispatch(LongRows { x, index, inner, first, out });
            } else {
                for (x, &at) in x.chunks_exact(inner).zip(index) {
                    let at = at as usize * inner;
                    out[at..at + inner].iter_mut().zip(x).for_each(|(y, &x)| *y += x);
                }
            }
        }
    });
}

/// Adds up the rows that go to some places, which lie one behind the other from the `first` on. What is there before is not read: the first row that
/// goes to a place is written there, and in the end places without one become 0, which saves a pass over all of them.
struct LongRows<'a, T> {
    x: &'a [T],
    index: &'a [i64],
    inner: usize,
    first: usize,
    out: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for LongRows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let LongRows { x, index, inner, first, out } = self;
        let mut begun = List::filled(false, out.len() / inner);
        for (x, &at) in x.chunks_exact(inner).zip(index) {
            let at = (at as usize).wrapping_sub(first);
            if at >= begun.len() {
                continue;
            }
            let sums = out[at * inner..(at + 1) * inner].iter_mut().zip(x);
            if std::mem::replace(&mut begun[at], true) {
                for (y, &x) in sums {
                    *y += x;
                }
            } else {
                for (y, &x) in sums {
                    // Not `x`, since the sum of nothing and -0 is 0.
                    *y = T::zero() + x;
                }
            }
        }
        for (y, &begun) in out.chunks_exact_mut(inner).zip(begun.iter()) {
            if !begun {
                y.fill(T::zero());
            }
        }
    }
}
