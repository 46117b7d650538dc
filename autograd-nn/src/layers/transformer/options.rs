//! `TransformerOptions`: what the layers of a transformer have in common.

use crate::layers::prelude::*;
use crate::{Activation, LayerNorm, Linear, MultiHeadAttention};

/// What the layers of a transformer have in common; the default is PyTorch's.
///
/// ```
/// use autograd_core::Generator;
/// use autograd_nn::{Activation, TransformerEncoderLayer, TransformerOptions};
/// let options = TransformerOptions::default().feed_forward(16).norm_first(true).activation(Activation::Gelu);
/// let layer = TransformerEncoderLayer::<f32>::new(8, 2, &options, &mut Generator::seed(0));
/// assert_eq!(*layer.linear1.weight.shape(), [16, 8]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TransformerOptions {
    /// The number of hidden units of the network at each position; 2048.
    #[doc(alias = "dim_feedforward")]
    pub feed_forward: usize,
    /// The probability of dropout, of weights of attention, of hidden units and of what each part adds; 0.1.
    pub dropout: f64,
    /// The activation of the hidden units; ReLU.
    pub activation: Activation,
    /// What normalisations add to the variance; 1e-5.
    pub layer_norm_eps: f64,
    /// Whether operands are `[n, t, d]` instead of `[t, n, d]`; not.
    pub batch_first: bool,
    /// Whether each part is given the normalised operand, rather than its sum with the operand normalised; not.
    pub norm_first: bool,
    /// Whether linear maps and normalisations have biases; they do.
    pub bias: bool,
}

impl Default for TransformerOptions {
    fn default() -> Self {
        TransformerOptions {
            feed_forward: 2048,
            dropout: 0.1,
            activation: Activation::Relu,
            layer_norm_eps: 1e-5,
            batch_first: false,
            norm_first: false,
            bias: true,
        }
    }
}

impl TransformerOptions {
    /// With so many hidden units.
    #[must_use]
    pub fn feed_forward(self, feed_forward: usize) -> Self {
        TransformerOptions { feed_forward, ..self }
    }

    /// With this probability of dropout.
    #[must_use]
    pub fn dropout(self, dropout: f64) -> Self {
        TransformerOptions { dropout, ..self }
    }

    /// With this activation.
    #[must_use]
    pub fn activation(self, activation: Activation) -> Self {
        TransformerOptions { activation, ..self }
    }

    /// With normalisations that add this to the variance.
    #[must_use]
    pub fn layer_norm_eps(self, layer_norm_eps: f64) -> Self {
        TransformerOptions { layer_norm_eps, ..self }
    }

    /// With operands `[n, t, d]`, or `[t, n, d]`.
    #[must_use]
    pub fn batch_first(self, batch_first: bool) -> Self {
        TransformerOptions { batch_first, ..self }
    }

    /// With normalisation before each part, which trains deep stacks without warm-up (Xiong et al. 2020), or behind it.
    #[must_use]
    pub fn norm_first(self, norm_first: bool) -> Self {
        TransformerOptions { norm_first, ..self }
    }

    /// Without biases of linear maps and normalisations.
    #[must_use]
    pub fn without_bias(self) -> Self {
        TransformerOptions { bias: false, ..self }
    }

    #[track_caller]
    pub(super) fn attention<T: Real>(
        &self,
        d: usize,
        heads: usize,
        generator: &mut Generator,
    ) -> MultiHeadAttention<T> {
        let attention =
            MultiHeadAttention::new(d, heads, generator).dropout(self.dropout).batch_first(self.batch_first);
        if self.bias { attention } else { attention.without_bias() }
    }

    pub(super) fn linear<T: Real>(&self, inputs: usize, outputs: usize, generator: &mut Generator) -> Linear<T> {
        let linear = Linear::new(inputs, outputs, generator);
        if self.bias { linear } else { linear.without_bias() }
    }

    #[track_caller]
    pub(super) fn norm<T: Real>(&self, d: usize) -> LayerNorm<T> {
        let norm = LayerNorm::new(d).eps(self.layer_norm_eps);
        if self.bias { norm } else { norm.without_bias() }
    }
}

/// The normalised operand, or the operand itself: of the two places of a normalisation, one is taken.
#[track_caller]
pub(super) fn normed_if<T: Real>(here: bool, norm: &LayerNorm<T>, x: &Var<T>) -> Var<T> {
    if here { norm.forward(x) } else { x.clone() }
}
