//! A panel of the right operand: some columns, copied so that each of its rows is a run of whole vectors.

use crate::isa::{Simd, WithSimd};
use crate::lanes::Lanes;

/// What to copy where; vectors are filled up with zeros.
pub(super) struct Panel<T> {
    pub rows: usize,
    pub columns: usize,
    /// Element `[i, j]` at `from + i·row + j·column`.
    pub from: *const T,
    pub row: isize,
    pub column: isize,
    /// Element `[i, j]` goes to `to + i·width + j`.
    pub to: *mut T,
    pub width: usize,
}

impl<T: Copy + Default> Panel<T> {
    /// The copy whatever the strides are.
    ///
    /// # Safety
    /// The panel's elements must be there, and the room for them nobody else's.
    pub unsafe fn one_by_one(&self) {
        for i in 0..self.rows {
            for j in 0..self.width {
                let from = self.from.wrapping_offset(i as isize * self.row + j as isize * self.column);
                // SAFETY: the caller's promise.
                unsafe {
                    let x = if j < self.columns { *from } else { T::default() };
                    *self.to.add(i * self.width + j) = x;
                }
            }
        }
    }
}

/// The copy when the elements of a row are neighbours.
pub(super) struct FromRows<'a, T>(pub &'a Panel<T>);

impl<T: Lanes> WithSimd for FromRows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let &Panel { rows, columns, from, row, to, width, .. } = self.0;
        let lanes = T::count::<S>();
        for first in (0..columns).step_by(lanes) {
            let mask = T::first(simd, columns - first);
            let (mut from, mut to) = (from.wrapping_add(first), to.wrapping_add(first));
            for _ in 0..rows {
                // SAFETY: whoever makes a panel promises that its elements and the room for them are there; the mask leaves out what is
                // beyond the last column.
                unsafe { T::store(simd, to, T::load_masked(simd, mask, from)) };
                (from, to) = (from.wrapping_offset(row), to.wrapping_add(width));
            }
        }
    }
}

/// The copy when the elements of a column are neighbours: squares are transposed in registers.
pub(super) struct FromColumns<'a, T>(pub &'a Panel<T>);

impl<T: Lanes + Default> WithSimd for FromColumns<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match T::count::<S>() {
            16 => transpose::<S, T, 16>(simd, self.0),
            8 => transpose::<S, T, 8>(simd, self.0),
            4 => transpose::<S, T, 4>(simd, self.0),
            2 => transpose::<S, T, 2>(simd, self.0),
            _ => unreachable!("vectors have 2 to 16 lanes"),
        }
    }
}

#[inline(always)]
fn transpose<S: Simd, T: Lanes + Default, const LANES: usize>(simd: S, panel: &Panel<T>) {
    let &Panel { rows, columns, from, column, to, width, .. } = panel;
    for first in (0..columns).step_by(LANES) {
        let count = LANES.min(columns - first);
        for top in (0..rows).step_by(LANES) {
            let height = LANES.min(rows - top);
            let mask = T::first(simd, height);
            let mut square = [T::splat(simd, T::default()); LANES];
            for (j, line) in square.iter_mut().enumerate() {
                if j < count {
                    let from = from.wrapping_offset((first + j) as isize * column).wrapping_add(top);
                    // SAFETY: whoever makes a panel promises that its elements are there; the mask leaves out what is below the last row.
                    *line = unsafe { T::load_masked(simd, mask, from) };
                }
            }
            square = transposed::<S, T, LANES>(simd, square);
            for (i, line) in square.into_iter().enumerate() {
                if i < height {
                    // SAFETY: as above, there is room for whole vectors.
                    unsafe { T::store(simd, to.wrapping_add((top + i) * width + first), line) };
                }
            }
        }
    }
}

/// Rows become columns: blocks of 1, 2, 4, … change places across the diagonal.
#[inline(always)]
fn transposed<S: Simd, T: Lanes, const LANES: usize>(
    simd: S,
    mut square: [T::Vector<S>; LANES],
) -> [T::Vector<S>; LANES] {
    let mut size = 1;
    while size < LANES {
        for i in 0..LANES {
            if i & size == 0 {
                let (a, b) = (square[i], square[i | size]);
                square[i] = T::choose(simd, size, a, T::rotate(simd, b, size));
                square[i | size] = T::choose(simd, size, T::rotate(simd, a, LANES - size), b);
            }
        }
        size *= 2;
    }
    square
}
