//! Between the backward pass and the step of an optimiser: norms and bounds of gradients, noise, and a report on what is wrong with them.
//!
//! All sums are taken in double precision and in one fixed order, so that their bits depend on the gradients alone.

mod clip_adaptive;
mod clip_norm;
mod clip_value;
mod error;
mod noise;
mod norm;
mod report;
mod scope;

pub use clip_adaptive::clip_grad_adaptive;
pub use clip_norm::{ClipNorm, clip_grad_norm, clip_grad_norm_of};
pub use clip_value::{clip_grad_value, clip_grad_value_of};
pub use error::ClipError;
pub use noise::GradientNoise;
pub use norm::{grad_norm, grad_norm_of};
pub use report::{GradientReport, GradientRow, GradientState};

#[cfg(test)]
mod test_support {
    use crate::Parameter;
    use autograd_core::Gradients;

    /// Parameters of zeros with these gradients.
    pub(super) fn with_gradients<const N: usize>(of: [&[f64]; N]) -> ([Parameter<f64>; N], Gradients<f64>) {
        let parameters = of.map(|of| Parameter::new(vec![0.0; of.len()]));
        let mut gradients = parameters[0].var().reshape([of[0].len()]).backward_with(&of[0].to_vec().into());
        for (parameter, of) in parameters.iter().zip(of).skip(1) {
            gradients.accumulate(parameter.var().reshape([of.len()]).backward_with(&of.to_vec().into()));
        }
        (parameters, gradients)
    }
}
