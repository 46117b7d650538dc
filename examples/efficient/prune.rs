//! Pruning: the smallest weights are taken away (Han, Pool, Tran and Dally 2015, "Learning both Weights and Connections").

use super::model::Mlp;
use autograd::prelude::*;

/// Which weights of each layer are left.
pub struct Mask {
    layers: Vec<Tensor>,
}

impl Mask {
    /// Takes away this share of all weights, those nearest to zero: the small last layer, whose weights are large, keeps most of its own.
    pub fn smallest(network: &Mlp, share: f64) -> Self {
        let weights: Vec<Tensor> = network.weights().into_iter().map(Parameter::value).collect();
        let mut sizes: Vec<f32> = weights.iter().flat_map(Tensor::to_vec).map(f32::abs).collect();
        let gone = (sizes.len() as f64 * share).round() as usize;
        sizes.sort_by(f32::total_cmp);
        let least = sizes.get(gone).copied().unwrap_or(f32::INFINITY);
        Mask {
            layers: weights.iter().map(|weight| weight.map(move |w| if w.abs() < least { 0.0 } else { 1.0 })).collect(),
        }
    }

    /// Sets to zero what is taken away. Each step of an optimiser moves it, so it is called after each.
    pub fn apply(&self, network: &Mlp) {
        for (weight, mask) in network.weights().into_iter().zip(&self.layers) {
            weight.set(weight.value() * mask);
        }
    }
}
