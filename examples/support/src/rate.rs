//! Learning rates over a training.

use std::f64::consts::PI;

/// The rate that begins as `lr` and falls to zero along half a cosine, after this share of the training (Loshchilov and Hutter 2017, equation 5).
pub fn half_cosine(lr: f64, progress: f64) -> f64 {
    lr * 0.5 * (1.0 + (PI * progress).cos())
}
