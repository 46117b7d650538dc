//! Sequences as images of height 1, for what ops do on images only.

use crate::refuse::require;
use autograd_core::{Real, Tensor, Var};

/// A batch of sequences `[n, c, l]` as images `[n, c, 1, l]`.
#[track_caller]
pub(super) fn as_images<T: Real>(layer: &str, x: &Var<T>) -> Var<T> {
    require!(x.rank() == 3, "{layer}: x has {} axes instead of 3, its shape is {}", x.rank(), x.shape());
    x.unsqueeze(2)
}

/// A batch of images of height 1, and what belongs to each pixel, as sequences.
#[track_caller]
pub(super) fn as_sequences<T: Real>((y, indices): (Var<T>, Tensor<i64>)) -> (Var<T>, Tensor<i64>) {
    let y = y.squeeze(2);
    let indices = indices.reshape(y.shape());
    (y, indices)
}

/// The size along the one axis of sequences.
pub(super) fn single([size]: [usize; 1]) -> usize {
    size
}
