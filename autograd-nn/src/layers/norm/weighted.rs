//! `Weighted`: a layer that can compute with another weight than its own.

use crate::layers::prelude::*;

/// A layer of a weight and at most a bias, which can compute with another value in place of the weight: what [`WeightNorm`] and
/// [`SpectralNorm`] go around.
///
/// ```
/// use autograd_core::{Generator, Var};
/// use autograd_nn::{Linear, Weighted};
/// let layer = Linear::new(2, 1, &mut Generator::seed(0)).without_bias();
/// let (w, x) = (Var::leaf([[3.0, 4.0]]), Var::constant([1.0, 2.0]));
/// let y = layer.forward_with(&w, &x);
/// assert_eq!(y.to_vec(), [11.0]);
/// assert_eq!(y.sum().backward().get(&w).unwrap().to_vec(), [1.0, 2.0]);
/// ```
///
/// [`WeightNorm`]: crate::WeightNorm
/// [`SpectralNorm`]: crate::SpectralNorm
pub trait Weighted<T: Real = f32>: Forward<T> {
    /// The weight, of shape `[out, ..]`.
    fn weight(&self) -> &Parameter<T>;

    /// The bias.
    fn bias(&self) -> Option<&Parameter<T>>;

    /// Computes the result with this weight.
    fn forward_with(&self, weight: &Var<T>, x: &Var<T>) -> Var<T>;
}

/// Shows what a layer within consists of, its weight under another name: PyTorch's names and order.
pub(super) fn visit<T: Real>(
    layer: &dyn Weighted<T>,
    visitor: &mut Visitor<'_, T>,
    parameters: &[(&str, &Parameter<T>)],
) {
    if let Some(bias) = layer.bias() {
        visitor.field("bias", bias);
    }
    for &(name, parameter) in parameters {
        visitor.field(name, parameter);
    }
}
