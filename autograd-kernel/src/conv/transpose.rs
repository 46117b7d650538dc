//! Rows of elements transposed to columns, block by block.

use crate::element::Real;

/// Rows and columns of a block: that many registers.
const SIDE: usize = 8;

/// `columns ←` the transpose of `rows` rows of `count` elements, `pitch` apart, to rows of `wide`, of which the last are 0.
#[inline(always)]
pub(super) fn transpose<T: Real>(x: &[T], pitch: usize, count: usize, rows: usize, wide: usize, columns: &mut [T]) {
    let whole = count / SIDE * SIDE;
    for first in (0..wide).step_by(SIDE) {
        let last = (first + SIDE).min(wide);
        let square = last == first + SIDE && last <= rows;
        if square {
            for p in (0..whole).step_by(SIDE) {
                let block: [&[T; SIDE]; SIDE] =
                    std::array::from_fn(|m| x[(first + m) * pitch + p..].first_chunk().expect("a whole block"));
                let turned: [[T; SIDE]; SIDE] = std::array::from_fn(|i| std::array::from_fn(|m| block[m][i]));
                for (i, column) in turned.iter().enumerate() {
                    columns[(p + i) * wide + first..][..SIDE].copy_from_slice(column);
                }
            }
        }
        for m in first..last {
            for p in if square { whole } else { 0 }..count {
                columns[p * wide + m] = if m < rows { x[m * pitch + p] } else { T::zero() };
            }
        }
    }
}
