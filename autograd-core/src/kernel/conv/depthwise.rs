//! Depthwise convolution: one filter for each channel is too little for a matrix product, and is added row by row.

use super::Sizes;
use super::columns::{Tile, add_row};
use crate::tensor::Real;

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
            add_row(&mut y[at], 1, &x[from..], self.stride[2], weight[place]);
        });
    }

    pub(super) fn depthwise_input<T: Real>(&self, dy: &[T], weight: &[T], dx: &mut [T]) {
        dx.fill(T::zero());
        self.each_row(&self.whole(), |place, at, from| {
            add_row(&mut dx[from..], self.stride[2], &dy[at], 1, weight[place]);
        });
    }

    /// `dw ← dw +` the gradient of the filter.
    pub(super) fn depthwise_weight<T: Real>(&self, x: &[T], dy: &[T], dw: &mut [T]) {
        self.each_row(&self.whole(), |place, at, from| {
            dw[place] += dot(&dy[at], &x[from..], self.stride[2]);
        });
    }
}

/// `Σ a b`, taking each `b_step`-th element of `b`.
#[inline]
fn dot<T: Real>(a: &[T], b: &[T], b_step: usize) -> T {
    let mut lanes = [T::zero(); 8];
    let (blocks, rest) = a.as_chunks::<8>();
    if b_step == 1 {
        let (b_blocks, _) = b.as_chunks::<8>();
        for (a, b) in blocks.iter().zip(b_blocks) {
            (0..8).for_each(|i| lanes[i] += a[i] * b[i]);
        }
        rest.iter().zip(&b[a.len() - rest.len()..]).zip(&mut lanes).for_each(|((&a, &b), lane)| *lane += a * b);
    } else {
        a.iter().zip(b.iter().step_by(b_step)).for_each(|(&a, &b)| lanes[0] += a * b);
    }
    lanes.into_iter().sum()
}
