//! Quantisation: weights as whole numbers of few bits (Krishnamoorthi 2018, "Quantizing deep convolutional networks", section 2).

use super::model::Mlp;
use autograd::prelude::*;

/// Rounds each weight to one of `2^bits − 1` values, as far above zero as below it, on a scale of its own for each row:
/// `round(w / s) · s` with `s = max |w| / (2^(bits − 1) − 1)`.
pub fn round_weights(network: &Mlp, bits: u32) {
    for weight in network.weights() {
        weight.set(rounded(&weight.value(), bits));
    }
}

fn rounded(weight: &Tensor, bits: u32) -> Tensor {
    let levels = ((1u32 << (bits - 1)) - 1) as f32;
    let largest = weight.map(f32::abs).amax(1, true);
    // A row of zeros has no scale, and is exact as it is.
    let scale = largest.map(move |largest| if largest > 0.0 { largest / levels } else { 1.0 });
    (weight / &scale).map(f32::round) * scale
}
