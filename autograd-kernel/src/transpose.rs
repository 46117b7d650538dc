//! Squares whose rows become columns: pieces of 128 bits are fetched to where they belong, and change places within.

use crate::element::Real;
use crate::isa;
use pulp::{Simd, WithSimd};
use std::any::TypeId;

/// Rows of a square, at most.
pub(crate) const MOST: usize = 16;

/// Transposes the square at `top` below the beginnings of its columns.
type Square<T> = unsafe fn(columns: &[*const T; MOST], top: usize, to: *mut T, width: usize);

/// `columns ←` the transpose of `rows` rows of `count` elements, `pitch` apart, to rows of `wide`, of which the last are 0.
///
/// # Panics
/// If the rows or the columns are not there.
#[inline(always)]
pub(crate) fn transpose<S: Simd, T: Real>(
    simd: S,
    x: &[T],
    pitch: usize,
    [rows, count]: [usize; 2],
    wide: usize,
    columns: &mut [T],
) {
    let columns = &mut columns[..count * wide];
    assert!(rows <= wide);
    // SAFETY: there are `count` columns, each longer than `rows`.
    unsafe { place(simd, x, pitch, [rows, count], columns.as_mut_ptr(), wide) };
    if rows < wide {
        columns.chunks_exact_mut(wide).for_each(|column| column[rows..].fill(T::zero()));
    }
}

/// Places `rows` rows of `count` elements, `pitch` apart, as columns: element `p` of row `m` at `to[p * wide + m]`.
///
/// # Panics
/// If the rows are not there.
///
/// # Safety
/// These places must be there, and nobody else's.
#[inline(always)]
unsafe fn place<S: Simd, T: Real>(_: S, x: &[T], pitch: usize, [rows, count]: [usize; 2], to: *mut T, wide: usize) {
    if rows == 0 || count == 0 {
        return;
    }
    let x = &x[..(rows - 1) * pitch + count];
    let Some(square) = square::<S, T>(rows.min(count)) else {
        for (p, m) in (0..count).flat_map(|p| (0..rows).map(move |m| (p, m))) {
            // SAFETY: the caller's promise.
            unsafe { to.add(p * wide + m).write(x[m * pitch + p]) };
        }
        return;
    };
    let side = square.0;
    // The last rows cover some of those before again.
    for first in (0..rows).step_by(side).map(|first| first.min(rows - side)) {
        let mut starts = [x.as_ptr(); MOST];
        for (j, start) in starts.iter_mut().enumerate().take(side) {
            *start = x[(first + j) * pitch..].as_ptr();
        }
        // SAFETY: the rows have `count` elements, and the squares' places are among those of the caller's promise; the machine has what `S` stands for.
        unsafe { strip(square, &starts, count, to.add(first), wide) };
    }
}

/// [`place`] with the set of instructions of this thread.
///
/// # Panics
/// If the rows are not there.
///
/// # Safety
/// The places must be there, and nobody else's.
#[inline(never)]
pub(crate) unsafe fn copy<T: Real>(x: &[T], pitch: usize, size: [usize; 2], to: *mut T, wide: usize) {
    isa::dispatch(Copy { x, pitch, size, to, wide });
}

struct Copy<'a, T> {
    x: &'a [T],
    pitch: usize,
    size: [usize; 2],
    to: *mut T,
    wide: usize,
}

impl<T: Real> WithSimd for Copy<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Copy { x, pitch, size, to, wide } = self;
        // SAFETY: the promise of whoever called `copy`.
        unsafe { place(simd, x, pitch, size, to, wide) };
    }
}

/// Transposes as many runs of `count` elements as a square has, which is no more, from `starts` on: square below square, of which the last covers
/// some elements again.
///
/// # Safety
/// The runs must be there, and the room for `count` rows of a square's width, `wide` apart; the machine must have what the square needs.
#[inline(always)]
pub(crate) unsafe fn strip<T>(
    (side, square): Sided<T>,
    starts: &[*const T; MOST],
    count: usize,
    to: *mut T,
    wide: usize,
) {
    for top in (0..count).step_by(side).map(|top| top.min(count - side)) {
        // SAFETY: the caller's promise.
        unsafe { square(starts, top, to.wrapping_add(top * wide), wide) };
    }
}

/// A square and its side.
pub(crate) type Sided<T> = (usize, Square<T>);

/// The largest square of the set of instructions `S` whose side is at most `most`.
#[inline(always)]
pub(crate) fn square<S: 'static, T: 'static>(most: usize) -> Option<Sided<T>> {
    squares::<S, T>().into_iter().flatten().find(|square| square.0 <= most)
}

/// The squares of the set of instructions `S`, the largest first.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn squares<S: 'static, T: 'static>() -> [Option<Sided<T>>; 2] {
    let is = |set: TypeId, element: TypeId| TypeId::of::<S>() == set && TypeId::of::<T>() == element;
    let (v3, v4) = (TypeId::of::<pulp::x86::V3>(), TypeId::of::<pulp::x86::V4>());
    let (single, double) = (TypeId::of::<f32>(), TypeId::of::<f64>());
    // SAFETY: a function for the type that `T` is.
    let of = |side: usize, f: *const ()| Some((side, unsafe { std::mem::transmute::<*const (), Square<T>>(f) }));
    let (f32x8, f64x4) = (x86::f32x8 as *const (), x86::f64x4 as *const ());
    match () {
        () if is(v4, single) => [of(16, x86::f32x16 as *const ()), of(8, f32x8)],
        () if is(v4, double) => [of(8, x86::f64x8 as *const ()), of(4, f64x4)],
        () if is(v3, single) => [of(8, f32x8), None],
        () if is(v3, double) => [of(4, f64x4), None],
        () => [None, None],
    }
}
#[cfg(not(target_arch = "x86_64"))]
fn squares<S: 'static, T: 'static>() -> [Option<Sided<T>>; 2] {
    [None, None]
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::MOST;
    use std::arch::x86_64::*;
    use std::array::from_fn;

    #[target_feature(enable = "avx512f,avx512dq")]
    pub unsafe fn f32x16(columns: &[*const f32; MOST], top: usize, to: *mut f32, width: usize) {
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
    pub unsafe fn f64x8(columns: &[*const f64; MOST], top: usize, to: *mut f64, width: usize) {
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
    pub unsafe fn f32x8(columns: &[*const f32; MOST], top: usize, to: *mut f32, width: usize) {
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
    pub unsafe fn f64x4(columns: &[*const f64; MOST], top: usize, to: *mut f64, width: usize) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::Isa;

    struct Check([usize; 2]);

    impl WithSimd for Check {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            of::<S, f32>(simd, self.0);
            of::<S, f64>(simd, self.0);
        }
    }

    #[inline(always)]
    fn of<S: Simd, T: Real>(simd: S, [rows, count]: [usize; 2]) {
        let (pitch, wide) = (count + 3, rows + 2);
        let x: Vec<T> = (0..rows * pitch).map(|i| T::of(i as f64)).collect();
        let mut columns = vec![T::of(-1.0); count * wide + 1];
        transpose(simd, &x, pitch, [rows, count], wide, &mut columns);
        for (p, m) in (0..count).flat_map(|p| (0..wide).map(move |m| (p, m))) {
            let expected = if m < rows { x[m * pitch + p] } else { T::zero() };
            assert_eq!(columns[p * wide + m], expected, "{rows} rows of {count}, row {m}, column {p}");
        }
        assert_eq!(columns[count * wide], T::of(-1.0), "nothing else is written");
    }

    #[test]
    fn rows_become_columns() {
        for isa in Isa::all() {
            for rows in [0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 33] {
                for count in [0, 1, 4, 5, 8, 9, 16, 20, 47] {
                    isa.dispatch(Check([rows, count]));
                }
            }
        }
    }
}
