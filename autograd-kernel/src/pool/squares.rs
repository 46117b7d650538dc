//! Squares of four elements, side by side: the commonest windows.

use super::{Kind, Pool, Sliding};
use crate::element::Real;
use crate::isa;
use pulp::{Simd, WithSimd};

impl Pool {
    /// Whether the windows are whole squares of four elements, side by side.
    pub(super) fn quarters(&self) -> bool {
        let squares = Sliding { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1] };
        self.kind == Kind::Sliding(squares) && (0..2).all(|d| self.out[d] <= self.size[d] / 2)
    }

    /// `out ← f` of the four elements of each square, and of the place of the first in its plane.
    pub(super) fn each_square<T: Real, Y: Send>(
        &self,
        x: &[T],
        out: &mut [Y],
        f: impl Fn([T; 4], usize) -> Y + Copy + Sync,
    ) {
        self.planes(out, self.pixels(), |number, _, out| {
            for (i, out) in out.chunks_exact_mut(self.pixels()).enumerate() {
                let x = self.from(x, number + i);
                isa::dispatch(Squares { x, width: self.size[1], across: self.out[1], out, f });
            }
        });
    }
}

/// A plane in squares of four elements.
struct Squares<'a, T, Y, F> {
    x: &'a [T],
    /// Width of the plane.
    width: usize,
    /// Squares in a row.
    across: usize,
    out: &'a mut [Y],
    f: F,
}

impl<T: Real, Y, F: Fn([T; 4], usize) -> Y> WithSimd for Squares<'_, T, Y, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (o, out) in self.out.chunks_exact_mut(self.across).enumerate() {
            let first = 2 * o * self.width;
            let (above, below) =
                (&self.x[first..][..2 * self.across], &self.x[first + self.width..][..2 * self.across]);
            let pairs = above.as_chunks::<2>().0.iter().zip(below.as_chunks::<2>().0);
            for (p, (out, (&[a, b], &[c, d]))) in out.iter_mut().zip(pairs).enumerate() {
                *out = (self.f)([a, b, c, d], first + 2 * p);
            }
        }
    }
}
