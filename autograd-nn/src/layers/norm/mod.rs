//! Normalisations, of activations and of weights.

mod batch_norm;
mod channels;
mod group_norm;
mod instance_norm;
mod layer_norm;
mod local_response_norm;
mod rms_norm;
mod spectral_norm;
mod weight_norm;
mod weighted;

pub use weighted::Weighted;

use crate::layers::prelude::*;
use autograd_core::Shape;

super::register! {
    batch_norm::BatchNorm1d<T>,
    batch_norm::BatchNorm2d<T>,
    batch_norm::BatchNorm3d<T>,
    instance_norm::InstanceNorm1d<T>,
    instance_norm::InstanceNorm2d<T>,
    instance_norm::InstanceNorm3d<T>,
    group_norm::GroupNorm<T>,
    layer_norm::LayerNorm<T>,
    rms_norm::RmsNorm<T>,
    local_response_norm::LocalResponseNorm,
    weight_norm::WeightNorm<T>,
    spectral_norm::SpectralNorm<T>,
}

/// Refuses what cannot be added to a variance.
#[track_caller]
fn epsilon(layer: &str, eps: f64) -> f64 {
    require!(eps >= 0.0 && eps.is_finite(), "{layer}: eps is {eps}, it must be a number of at least 0");
    eps
}

/// Refuses an operand whose last axes have other sizes.
#[track_caller]
fn ends_with<T: Real>(layer: &str, x: &Var<T>, last: &Shape) {
    let shape = x.shape();
    require!(shape.ends_with(last), "{layer}: x has shape {shape}, the layer normalises over {last}");
}

/// Whether numbers are those of PyTorch, which were computed in double precision too, in another order.
#[cfg(test)]
#[track_caller]
fn close(found: &[f64], expected: &[f64]) {
    let near = |(found, expected): (&f64, &f64)| (found - expected).abs() < 1e-13;
    require!(found.len() == expected.len() && found.iter().zip(expected).all(near), "{found:?}, not {expected:?}");
}
