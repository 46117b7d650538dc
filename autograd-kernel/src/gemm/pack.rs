//! A panel of the right operand: some columns, copied so that each of its rows is a run of whole vectors.

use crate::isa::{Simd, WithSimd};
use crate::lanes::Lanes;
use crate::transpose::{MOST, Sided, strip};

/// What to copy where; incomplete vectors are filled up with anything, up to the width.
pub(super) struct Panel<T> {
    pub rows: usize,
    pub columns: usize,
    /// Element `[i, j]` at `from + i·row + j·column`.
    pub from: *const T,
    pub row: isize,
    pub column: isize,
    /// Element `[i, j]` goes to `to + i·width + j`. The width is at least half of the vectors that hold the columns; of columns that are runs, all of them.
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
        // Row by row: each lies in another page, as a rule.
        let whole = columns / lanes * lanes;
        let mask = T::first(simd, columns - whole);
        let (mut from, mut to) = (from, to);
        // What a vector writes beyond the width lies where the next row begins, and is written over; behind the last row nothing may be.
        let beyond = width < columns.next_multiple_of(lanes);
        debug_assert!(columns.next_multiple_of(lanes) <= 2 * width);
        for i in 0..rows {
            // SAFETY: whoever makes a panel promises that its elements and the room for them are there; the mask leaves out what is
            // beyond the last column.
            unsafe {
                for first in (0..whole).step_by(lanes) {
                    T::store(simd, to.wrapping_add(first), T::load(simd, from.wrapping_add(first)));
                }
                if whole < columns {
                    let rest = T::load_masked(simd, mask, from.wrapping_add(whole));
                    if beyond && i + 1 == rows {
                        T::store_masked(simd, mask, to.wrapping_add(whole), rest);
                    } else {
                        T::store(simd, to.wrapping_add(whole), rest);
                    }
                }
            }
            (from, to) = (from.wrapping_offset(row), to.wrapping_add(width));
        }
    }
}

/// Copies a panel whose columns are runs at least as long as a side of the square.
///
/// # Safety
/// The panel's elements must be there, and the room for whole vectors nobody else's; the machine must have what `square` needs.
pub(super) unsafe fn from_columns<T: Copy + Default>(panel: &Panel<T>, square: Sided<T>) {
    let &Panel { rows, columns, from, column, to, width, .. } = panel;
    debug_assert!(columns.next_multiple_of(square.0) <= width);
    for first in (0..columns).step_by(square.0) {
        // Where columns are missing the last one fills the vectors.
        let starts: [*const T; MOST] =
            std::array::from_fn(|j| from.wrapping_offset((first + j).min(columns - 1) as isize * column));
        // SAFETY: the caller's promise.
        unsafe { strip(square, &starts, rows, to.wrapping_add(first), width) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Real;
    use crate::gemm::{Scalar, kernels};
    use crate::isa::Isa;

    /// Rows of one element after another, packed at each width from their length on.
    fn check<T: Scalar + Real>() {
        let Some(kernels) = kernels::current::<T>() else { return };
        let [rows, row, lanes]: [usize; 3] = [5, 20, kernels.lanes];
        let from: Vec<T> = (0..100).map(|i| T::of(f64::from(i))).collect();
        let all = (1..=row).flat_map(|columns| (columns..columns + 3).map(move |width| (columns, width)));
        for (columns, width) in all.filter(|&(columns, width)| columns.next_multiple_of(lanes) <= 2 * width) {
            let end = rows * width;
            let mut to = vec![T::of(-1.0); end + 16];
            let panel =
                Panel { rows, columns, from: from.as_ptr(), row: row as isize, column: 1, to: to.as_mut_ptr(), width };
            // SAFETY: five rows of twenty are there, and room for as many of a width.
            unsafe { kernels.pack(&panel) };
            for (i, j) in (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))) {
                assert_eq!(to[i * width + j], from[i * row + j], "{columns} columns in {width} at [{i}, {j}]");
            }
            assert!(to[end..].iter().all(|&beyond| beyond == T::of(-1.0)), "{columns} columns in {width}");
        }
    }

    #[test]
    fn a_width_of_no_whole_vectors_is_filled_and_nothing_behind_it() {
        for isa in Isa::all() {
            isa.hold(|| {
                check::<f32>();
                check::<f64>();
            });
        }
    }
}
