//! Depthwise convolution: one filter for each channel is too little for a matrix product, and is added row by row.

use super::Sizes;
use super::columns::{Tile, every};
use crate::element::Real;

impl Sizes {
    /// Whether each channel has one filter of its own, and all of `factor`, what the padding would be multiplied by, is finite.
    ///
    /// The loops below leave the padding out. The columns multiply it: zero times infinity is NaN, and is left to them.
    pub(super) fn depthwise<T: Real>(&self, factor: &[T]) -> bool {
        // Without a branch on each element.
        let finite = || factor.iter().fold(true, |finite, x| finite & x.is_finite());
        self.channels == self.groups && self.filters == self.groups && finite()
    }

    fn whole(&self) -> Tile {
        self.out.map(|n| 0..n)
    }

    pub(super) fn depthwise_forward<T: Real>(&self, x: &[T], weight: &[T], y: &mut [T]) {
        y.fill(T::zero());
        self.each_row(&self.whole(), |place, at, from| {
            let (row, weight) = (y[at].iter_mut(), weight[place]);
            match self.stride[2] {
                1 => row.zip(&x[from..]).for_each(|(y, &x)| *y += weight * x),
                step => row.zip(every(step, from)).for_each(|(y, i)| *y += weight * x[i]),
            }
        });
    }

    // Inlined, it would not be known that its operands do not overlap.
    #[inline(never)]
    pub(super) fn depthwise_input<T: Real>(&self, dy: &[T], weight: &[T], dx: &mut [T]) {
        dx.fill(T::zero());
        self.each_row(&self.whole(), |place, at, from| {
            let (row, weight) = (&dy[at], weight[place]);
            match self.stride[2] {
                1 => dx[from..].iter_mut().zip(row).for_each(|(dx, &dy)| *dx += weight * dy),
                step => every(step, from).zip(row).for_each(|(i, &dy)| dx[i] += weight * dy),
            }
        });
    }

    /// `dw ← dw +` the gradient of the filter.
    pub(super) fn depthwise_weight<T: Real>(&self, x: &[T], dy: &[T], dw: &mut [T]) {
        self.each_row(&self.whole(), |place, at, from| {
            let row = &dy[at];
            dw[place] += match self.stride[2] {
                1 => dot(row, &x[from..from + row.len()]),
                step => row.iter().zip(every(step, from)).fold(T::zero(), |sum, (&dy, i)| sum + dy * x[i]),
            };
        });
    }
}

/// `Σ a b`, in eight sums.
#[inline]
fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    let mut lanes = [T::zero(); 8];
    let ((a_blocks, a_rest), (b_blocks, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        (0..8).for_each(|i| lanes[i] += a[i] * b[i]);
    }
    a_rest.iter().zip(b_rest).zip(&mut lanes).for_each(|((&a, &b), lane)| *lane += a * b);
    lanes.into_iter().sum()
}
