//! Normalisations.

mod affine;
mod batch_norm;
mod batch_norm_eval;
mod group_norm;
mod l2_normalize;
mod layer_norm;
mod local_response_norm;
mod rms_norm;

pub use local_response_norm::LocalResponseNorm;

register! {
    norm: ;
    composites: batch_norm::BatchNorm, group_norm::GroupNorm, layer_norm::LayerNorm, rms_norm::RmsNorm;
}
