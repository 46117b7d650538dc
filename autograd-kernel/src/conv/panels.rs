//! A weight in panels, as the product reads it.

use crate::element::Real;
use crate::isa;
use crate::threads;
use crate::transpose::transpose;
use pulp::{Simd, WithSimd};

/// A weight in panels of `rows` filters: `[group][panel][channel, place][rows]`.
pub(super) struct Panels<'a, T> {
    pub weight: &'a [T],
    pub rows: usize,
    pub offsets: &'a [usize],
    /// Channels of a result in a group.
    pub filters: usize,
}

/// How many of so many filters go into a panel: eight, or four if there are no more, or no registers for more.
pub(super) fn rows(filters: usize) -> usize {
    match filters {
        0 | 1 => 1,
        2..=4 => 4,
        _ if many_registers_here() => 8,
        _ => 4,
    }
}

/// [`many_registers`] of the instructions at hand.
pub(super) fn many_registers_here() -> bool {
    struct Many;
    impl WithSimd for Many {
        type Output = bool;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> bool {
            many_registers::<S>()
        }
    }
    isa::dispatch(Many)
}

pub(super) const fn many_registers<S: Simd>() -> bool {
    S::REGISTER_COUNT >= 32
}

/// `panels ←` the weight, in panels of `rows`, of `outs` results and `ins` channels for each group; `at(group, out, in)` is where their first place is, and
/// `numbers` are the places from there on that take part.
pub(super) fn pack<T: Real>(
    weight: &[T],
    [outs, ins]: [usize; 2],
    rows: usize,
    numbers: &[usize],
    at: impl Fn(usize, usize, usize) -> usize + Sync,
    panels: &mut [T],
) {
    let each = ins * numbers.len() * rows;
    let pack = Pack { weight, ins, numbers, rows };
    threads::chunks(panels, each, 1, |start, panel| {
        let number = start / each;
        let (group, first) = (number / outs.div_ceil(rows), number % outs.div_ceil(rows) * rows);
        isa::dispatch(Panel { pack: &pack, filled: rows.min(outs - first), at: |m, c| at(group, first + m, c), panel });
    });
}

struct Pack<'a, T> {
    weight: &'a [T],
    ins: usize,
    numbers: &'a [usize],
    rows: usize,
}

struct Panel<'a, T, F> {
    pack: &'a Pack<'a, T>,
    /// How many rows there are; the others are 0.
    filled: usize,
    at: F,
    panel: &'a mut [T],
}

impl<T: Real, F: Fn(usize, usize) -> usize> WithSimd for Panel<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Pack { weight, ins, numbers, rows } = *self.pack;
        let at = &self.at;
        let pitch = if self.filled > 1 { at(1, 0) - at(0, 0) } else { 0 };
        let all = numbers.iter().enumerate().all(|(i, &number)| i == number);
        let joined = all && (ins == 1 || at(0, 1) - at(0, 0) == numbers.len());
        // Channels that lie side by side are one.
        let (ins, places) = if joined { (1, ins * numbers.len()) } else { (ins, numbers.len()) };
        for (c, panel) in self.panel.chunks_exact_mut(places * rows).enumerate().take(ins) {
            let from = &weight[at(0, c)..];
            if all {
                transpose(simd, from, pitch, [self.filled, places], rows, panel);
                continue;
            }
            for (to, &number) in panel.chunks_exact_mut(rows).zip(numbers) {
                for (m, to) in to.iter_mut().enumerate() {
                    *to = if m < self.filled { from[m * pitch + number] } else { T::zero() };
                }
            }
        }
    }
}
