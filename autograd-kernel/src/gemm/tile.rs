//! One tile of a product: rows of `a`, broadcast element by element, meet vectors of columns of `b`; the sums stay in registers.

use super::Bias;
use crate::isa::{Simd, WithSimd};
use crate::lanes::Lanes;
use crate::prefetch::prefetch_at;
use std::hint::black_box;

/// What is added to each element of a product, where it lies.
#[derive(Clone, Copy)]
pub(super) enum BiasAt<T> {
    None,
    /// One value for each row.
    Rows(*const T),
    /// One value for each column.
    Columns(*const T),
}

impl<T> From<Bias<'_, T>> for BiasAt<T> {
    fn from(bias: Bias<'_, T>) -> Self {
        match bias {
            Bias::None => BiasAt::None,
            Bias::Rows(rows) => BiasAt::Rows(rows.as_ptr()),
            Bias::Columns(columns) => BiasAt::Columns(columns.as_ptr()),
        }
    }
}

/// `c ← a b + β c + bias` for a few rows and columns.
pub(super) struct Tile<T> {
    pub k: usize,
    pub columns: usize,
    /// Element `[i, p]` at `a + i·a_row + p·a_column`.
    pub a: *const T,
    pub a_row: isize,
    pub a_column: isize,
    /// Element `[p, j]` at `b + p·b_row + j`.
    pub b: *const T,
    pub b_row: isize,
    /// How far from each row of `b` lies what is asked for when it is read; nothing is if this is zero.
    pub ahead: isize,
    /// Where whole vectors of `b`, row after row, are copied to, if they are.
    pub copy: *mut T,
    /// Element `[i, j]` at `c + i·c_row + j`; with `β = 0` it is not read.
    pub c: *mut T,
    pub c_row: isize,
    pub beta: T,
    pub bias: BiasAt<T>,
}

/// The tile with `ROWS` rows and `VECTORS` vectors of columns, of which only the last may be incomplete; `COPY` says whether `b` is copied.
pub(super) struct Run<'a, T, const ROWS: usize, const VECTORS: usize, const COPY: bool>(pub &'a Tile<T>);

impl<T: Lanes + PartialEq + Default, const ROWS: usize, const VECTORS: usize, const COPY: bool> WithSimd
    for Run<'_, T, ROWS, VECTORS, COPY>
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let &Tile { k, columns, a, a_row, a_column, mut b, b_row, ahead, mut copy, c, c_row, beta, bias } = self.0;
        let lanes = T::count::<S>();
        let zero = T::splat(simd, T::default());
        let mask = T::first(simd, columns - (VECTORS - 1) * lanes);
        // Where masks are no registers of their own, an AMD processor takes some ten times as long for a masked store.
        let whole = S::REGISTER_COUNT < 32 && columns == VECTORS * lanes;
        let load = |from: *const T| {
            let mut to = [zero; VECTORS];
            for (v, to) in to.iter_mut().enumerate() {
                let from = from.wrapping_add(v * lanes);
                // SAFETY: whoever makes a tile promises that its elements are there; the mask leaves out the lanes beyond the last column.
                *to = unsafe { if v + 1 < VECTORS { T::load(simd, from) } else { T::load_masked(simd, mask, from) } };
            }
            to
        };
        // The compiler must not see how the rows follow each other: it would step from one to the next, each address waiting for the last.
        let a_rows: [*const T; ROWS] = std::array::from_fn(|i| black_box(a.wrapping_offset(i as isize * a_row)));
        let mut at = 0;
        let mut sums = [[zero; VECTORS]; ROWS];
        for _ in 0..k {
            let b_vectors = load(b);
            // A single row would make as many requests as products.
            if ROWS > 1 && ahead != 0 {
                prefetch_at(b.wrapping_offset(ahead), VECTORS * lanes * size_of::<T>());
            }
            if COPY {
                for (v, &vector) in b_vectors.iter().enumerate() {
                    // SAFETY: as above.
                    unsafe { T::store(simd, copy.wrapping_add(v * lanes), vector) };
                }
                copy = copy.wrapping_add(VECTORS * lanes);
            }
            for (a, sums) in a_rows.iter().zip(&mut sums) {
                // SAFETY: as above.
                let x = T::splat(simd, unsafe { *a.wrapping_offset(at) });
                for (sum, y) in sums.iter_mut().zip(b_vectors) {
                    *sum = T::mul_add_each(simd, x, y, *sum);
                }
            }
            at += a_column;
            b = b.wrapping_offset(b_row);
        }
        let store = |to: *mut T, sums: [T::Vector<S>; VECTORS]| {
            for (v, sum) in sums.into_iter().enumerate() {
                let to = to.wrapping_add(v * lanes);
                // SAFETY: as above.
                unsafe {
                    if whole || v + 1 < VECTORS {
                        T::store(simd, to, sum);
                    } else {
                        T::store_masked(simd, mask, to, sum);
                    }
                }
            }
        };
        let rows = (0..).map(|i| c.wrapping_offset(i * c_row));
        // Most tiles: without the questions below, which short ones feel.
        if beta == T::default() && matches!(bias, BiasAt::None) {
            return sums.into_iter().zip(rows).for_each(|(sums, to)| store(to, sums));
        }
        let (row_bias, column_bias) = match bias {
            BiasAt::None => (None, None),
            BiasAt::Rows(rows) => (Some(rows), None),
            BiasAt::Columns(columns) => (None, Some(load(columns))),
        };
        let beta = (beta != T::default()).then(|| T::splat(simd, beta));
        for (i, (mut sums, to)) in sums.into_iter().zip(rows).enumerate() {
            if let Some(beta) = beta {
                for (sum, c) in sums.iter_mut().zip(load(to)) {
                    *sum = T::mul_add_each(simd, beta, c, *sum);
                }
            }
            if let Some(rows) = row_bias {
                // SAFETY: as above.
                let bias = T::splat(simd, unsafe { *rows.add(i) });
                sums.iter_mut().for_each(|sum| *sum = T::add_each(simd, *sum, bias));
            }
            if let Some(bias) = column_bias {
                sums.iter_mut().zip(bias).for_each(|(sum, bias)| *sum = T::add_each(simd, *sum, bias));
            }
            store(to, sums);
        }
    }
}
