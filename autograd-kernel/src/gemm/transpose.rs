//! Squares whose rows become columns: pieces of 128 bits are fetched to where they belong, and change places within.

use super::pack::Panel;
use std::any::TypeId;

/// Transposes the square at `top` below the beginnings of its columns.
type Square<T> = unsafe fn(columns: &[*const T], top: usize, to: *mut T, width: usize);

/// Copies a panel whose columns are runs, in squares of `side`.
///
/// # Safety
/// The panel's elements must be there, and the room for whole vectors nobody else's; the machine must have what `square` needs.
pub(super) unsafe fn copy<T: Copy + Default>(panel: &Panel<T>, side: usize, square: Square<T>) {
    let &Panel { rows, columns, from, column, to, width, .. } = panel;
    if rows < side {
        // SAFETY: the caller's promise.
        return unsafe { panel.one_by_one() };
    }
    for first in (0..columns).step_by(side) {
        // Where columns are missing the last one fills the vectors.
        let starts: [*const T; 16] =
            std::array::from_fn(|j| from.wrapping_offset((first + j).min(columns - 1) as isize * column));
        for top in (0..rows).step_by(side) {
            // The last square covers some rows again.
            let top = top.min(rows - side);
            // SAFETY: the caller's promise.
            unsafe { square(&starts, top, to.wrapping_add(top * width + first), width) };
        }
    }
}

/// The square of the set of instructions `S`, if there is one, and its side.
#[cfg(target_arch = "x86_64")]
pub(super) fn square<S: 'static, T: 'static>() -> Option<(usize, Square<T>)> {
    let is = |set: TypeId, element: TypeId| TypeId::of::<S>() == set && TypeId::of::<T>() == element;
    let (v3, v4) = (TypeId::of::<pulp::x86::V3>(), TypeId::of::<pulp::x86::V4>());
    let (single, double) = (TypeId::of::<f32>(), TypeId::of::<f64>());
    // SAFETY: a function for the type that `T` is.
    let of = |side: usize, f: *const ()| Some((side, unsafe { std::mem::transmute::<*const (), Square<T>>(f) }));
    match () {
        () if is(v4, single) => of(16, x86::f32x16 as *const ()),
        () if is(v4, double) => of(8, x86::f64x8 as *const ()),
        () if is(v3, single) => of(8, x86::f32x8 as *const ()),
        () if is(v3, double) => of(4, x86::f64x4 as *const ()),
        () => None,
    }
}
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn square<S: 'static, T: 'static>() -> Option<(usize, Square<T>)> {
    None
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;
    use std::array::from_fn;

    #[target_feature(enable = "avx512f,avx512dq")]
    pub unsafe fn f32x16(columns: &[*const f32], top: usize, to: *mut f32, width: usize) {
        for part in (0..16).step_by(4) {
            // SAFETY: the caller's promise: each column has 16 elements below `top`.
            let piece = |j: usize| unsafe { _mm_loadu_ps(columns[j].add(top + part)) };
            let rows: [__m512; 4] = from_fn(|i| {
                let row = _mm512_castps128_ps512(piece(i));
                let row = _mm512_insertf32x4::<1>(row, piece(i + 4));
                let row = _mm512_insertf32x4::<2>(row, piece(i + 8));
                _mm512_insertf32x4::<3>(row, piece(i + 12))
            });
            let pairs = [
                _mm512_castps_pd(_mm512_unpacklo_ps(rows[0], rows[1])),
                _mm512_castps_pd(_mm512_unpacklo_ps(rows[2], rows[3])),
                _mm512_castps_pd(_mm512_unpackhi_ps(rows[0], rows[1])),
                _mm512_castps_pd(_mm512_unpackhi_ps(rows[2], rows[3])),
            ];
            let done = [
                _mm512_unpacklo_pd(pairs[0], pairs[1]),
                _mm512_unpackhi_pd(pairs[0], pairs[1]),
                _mm512_unpacklo_pd(pairs[2], pairs[3]),
                _mm512_unpackhi_pd(pairs[2], pairs[3]),
            ];
            for (i, row) in done.into_iter().enumerate() {
                // SAFETY: the caller's promise: there is room for 16 rows of 16.
                unsafe { _mm512_storeu_ps(to.add((part + i) * width), _mm512_castpd_ps(row)) };
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512dq")]
    pub unsafe fn f64x8(columns: &[*const f64], top: usize, to: *mut f64, width: usize) {
        for part in (0..8).step_by(2) {
            // SAFETY: the caller's promise: each column has 8 elements below `top`.
            let piece = |j: usize| unsafe { _mm_loadu_pd(columns[j].add(top + part)) };
            let rows: [__m512d; 2] = from_fn(|i| {
                let row = _mm512_castpd128_pd512(piece(i));
                let row = _mm512_insertf64x2::<1>(row, piece(i + 2));
                let row = _mm512_insertf64x2::<2>(row, piece(i + 4));
                _mm512_insertf64x2::<3>(row, piece(i + 6))
            });
            // SAFETY: the caller's promise: there is room for 8 rows of 8.
            unsafe {
                _mm512_storeu_pd(to.add(part * width), _mm512_unpacklo_pd(rows[0], rows[1]));
                _mm512_storeu_pd(to.add((part + 1) * width), _mm512_unpackhi_pd(rows[0], rows[1]));
            }
        }
    }

    #[target_feature(enable = "avx2")]
    pub unsafe fn f32x8(columns: &[*const f32], top: usize, to: *mut f32, width: usize) {
        for part in (0..8).step_by(4) {
            // SAFETY: the caller's promise: each column has 8 elements below `top`.
            let piece = |j: usize| unsafe { _mm_loadu_ps(columns[j].add(top + part)) };
            let rows: [__m256; 4] = from_fn(|i| _mm256_set_m128(piece(i + 4), piece(i)));
            let pairs = [
                _mm256_castps_pd(_mm256_unpacklo_ps(rows[0], rows[1])),
                _mm256_castps_pd(_mm256_unpacklo_ps(rows[2], rows[3])),
                _mm256_castps_pd(_mm256_unpackhi_ps(rows[0], rows[1])),
                _mm256_castps_pd(_mm256_unpackhi_ps(rows[2], rows[3])),
            ];
            let done = [
                _mm256_unpacklo_pd(pairs[0], pairs[1]),
                _mm256_unpackhi_pd(pairs[0], pairs[1]),
                _mm256_unpacklo_pd(pairs[2], pairs[3]),
                _mm256_unpackhi_pd(pairs[2], pairs[3]),
            ];
            for (i, row) in done.into_iter().enumerate() {
                // SAFETY: the caller's promise: there is room for 8 rows of 8.
                unsafe { _mm256_storeu_ps(to.add((part + i) * width), _mm256_castpd_ps(row)) };
            }
        }
    }

    #[target_feature(enable = "avx2")]
    pub unsafe fn f64x4(columns: &[*const f64], top: usize, to: *mut f64, width: usize) {
        for part in (0..4).step_by(2) {
            // SAFETY: the caller's promise: each column has 4 elements below `top`.
            let piece = |j: usize| unsafe { _mm_loadu_pd(columns[j].add(top + part)) };
            let rows: [__m256d; 2] = from_fn(|i| _mm256_set_m128d(piece(i + 2), piece(i)));
            // SAFETY: the caller's promise: there is room for 4 rows of 4.
            unsafe {
                _mm256_storeu_pd(to.add(part * width), _mm256_unpacklo_pd(rows[0], rows[1]));
                _mm256_storeu_pd(to.add((part + 1) * width), _mm256_unpackhi_pd(rows[0], rows[1]));
            }
        }
    }
}
