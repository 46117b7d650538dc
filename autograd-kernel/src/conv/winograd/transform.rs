//! The matrices of F(2×2, 3×3), applied to many channels at once.

use crate::conv::vector::{lanes, load, store};
use crate::element::Real;
use pulp::Simd;

/// Points at which the polynomials of a tile are multiplied, along each axis, and of both together.
pub(super) const SIDE: usize = 4;
pub(super) const POINTS: usize = SIDE * SIDE;
/// Places of a kernel along each axis, and all of them.
pub(super) const TAPS: usize = 3;
pub(super) const KERNEL: usize = TAPS * TAPS;
/// Results of a tile along each axis.
pub(super) const TILE: usize = 2;

/// Vectors of neighbouring channels.
type Vectors<S, T, const N: usize> = [<T as crate::lanes::Lanes>::Vector<S>; N];

/// `Bᵀ`: what a tile reads.
#[inline(always)]
pub(super) fn read<S: Simd, T: Real>(simd: S, [a, b, c, d]: Vectors<S, T, SIDE>) -> Vectors<S, T, SIDE> {
    [T::sub_each(simd, a, c), T::add_each(simd, b, c), T::sub_each(simd, c, b), T::sub_each(simd, b, d)]
}

/// `G`: a kernel.
#[inline(always)]
pub(super) fn kernel<S: Simd, T: Real>(simd: S, [a, b, c]: Vectors<S, T, TAPS>) -> Vectors<S, T, SIDE> {
    let (half, ends) = (T::splat(simd, T::of(0.5)), T::add_each(simd, a, c));
    let (sum, difference) = (T::add_each(simd, ends, b), T::sub_each(simd, ends, b));
    [a, T::mul_each(simd, half, sum), T::mul_each(simd, half, difference), c]
}

/// `Aᵀ`: the results of a tile.
#[inline(always)]
pub(super) fn results<S: Simd, T: Real>(simd: S, [a, b, c, d]: Vectors<S, T, SIDE>) -> Vectors<S, T, TILE> {
    let (sum, difference) = (T::add_each(simd, b, c), T::sub_each(simd, b, c));
    [T::add_each(simd, a, sum), T::sub_each(simd, difference, d)]
}

/// `A`, the adjoint of [`results`]: their gradient at each point.
#[inline(always)]
pub(super) fn results_adjoint<S: Simd, T: Real>(simd: S, [a, b]: Vectors<S, T, TILE>) -> Vectors<S, T, SIDE> {
    let zero = T::splat(simd, T::zero());
    [a, T::add_each(simd, a, b), T::sub_each(simd, a, b), T::sub_each(simd, zero, b)]
}

/// `Gᵀ`, the adjoint of [`kernel`]: the gradient of a kernel.
#[inline(always)]
pub(super) fn kernel_adjoint<S: Simd, T: Real>(simd: S, [a, b, c, d]: Vectors<S, T, SIDE>) -> Vectors<S, T, TAPS> {
    let half = T::splat(simd, T::of(0.5));
    let sum = T::mul_each(simd, half, T::add_each(simd, b, c));
    let difference = T::mul_each(simd, half, T::sub_each(simd, b, c));
    [T::add_each(simd, a, sum), difference, T::add_each(simd, sum, d)]
}

/// `to ← R x Rᵀ` with the matrix `R` that `rule` stands for, for so many channels: a square `x` of runs of channels, and one of results.
///
/// # Safety
/// The runs must be there, in whole vectors, those to be written apart from those of `x`, which are only read. Where two of the former are the same,
/// it holds the values of either.
#[inline(always)]
pub(super) unsafe fn apply<S: Simd, T: Real, const N: usize, const M: usize>(
    simd: S,
    channels: usize,
    x: [[*mut T; N]; N],
    to: [[*mut T; M]; M],
    rule: impl Fn(S, Vectors<S, T, N>) -> Vectors<S, T, M>,
) {
    // Loops, since what closures do is not always compiled for the set of instructions.
    let zero = T::splat(simd, T::zero());
    for k in (0..channels).step_by(lanes::<S, T>()) {
        let mut columns = [[zero; M]; N];
        for j in 0..N {
            let mut column = [zero; N];
            for i in 0..N {
                // SAFETY: the caller's promise.
                column[i] = unsafe { load::<S, T>(x[i][j].add(k)) };
            }
            columns[j] = rule(simd, column);
        }
        for i in 0..M {
            let mut row = [zero; N];
            for j in 0..N {
                row[j] = columns[j][i];
            }
            let row = rule(simd, row);
            for j in 0..M {
                // SAFETY: as above.
                unsafe { store::<S, T>(to[i][j].add(k), row[j]) };
            }
        }
    }
}
