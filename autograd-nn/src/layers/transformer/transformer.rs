//! `Transformer`: an encoder, and a decoder that attends to what it gave.

use super::options::TransformerOptions;
#[cfg(test)]
use crate::Activation;
use crate::layers::prelude::*;
use crate::{AttentionMask, TransformerDecoder, TransformerEncoder};

/// An encoder of a source, and a decoder of a target that attends to what the encoder gave.
///
/// `y = decoder(target, encoder(source))`; embeddings, positions and the last linear map are yours.
///
/// # Shape
/// `[s, n, d] x [t, n, d] -> [t, n, d]`; with `batch_first` `[n, s, d] x [n, t, d]`; without a batch `[s, d] x [t, d]`
///
/// # Parameters
/// Those of `encoder` and `decoder`, each with a last `norm`.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{Transformer, TransformerMasks, TransformerOptions, unreached};
/// let options = TransformerOptions::default().feed_forward(8).dropout(0.0);
/// let transformer = Transformer::<f64>::new(4, 2, [1, 2], &options, &mut Generator::seed(0));
/// let (source, target) = (Var::leaf(Tensor::eye(4)), Var::leaf(Tensor::arange(12).reshape([3, 4])));
/// let y = transformer.forward(&source, &target, &TransformerMasks::causal());
/// assert_eq!(*y.shape(), [3, 4]);
/// assert!(y.sum().item().abs() < 1e-12); // normalised
/// let gradients = y.square().sum().backward();
/// assert!(unreached(&transformer, &gradients).is_empty());
/// assert!(gradients.get(&source).unwrap().is_finite());
/// ```
///
/// Vaswani et al. 2017, "Attention Is All You Need", section 3.
#[derive(Debug, Module)]
pub struct Transformer<T: Real = f32> {
    /// From the source to the memory.
    pub encoder: TransformerEncoder<T>,
    /// From the target and the memory to the result.
    pub decoder: TransformerDecoder<T>,
}

/// Where the attentions of a [`Transformer`] may not look.
#[derive(Clone, Debug)]
pub struct TransformerMasks<T: Real = f32> {
    /// Positions of the source in the source.
    pub source: AttentionMask<T>,
    /// Positions of the target in the target.
    pub target: AttentionMask<T>,
    /// Positions of the target in the memory.
    pub memory: AttentionMask<T>,
}

impl<T: Real> TransformerMasks<T> {
    /// Every position looks everywhere.
    pub fn none() -> Self {
        TransformerMasks { source: AttentionMask::none(), target: AttentionMask::none(), memory: AttentionMask::none() }
    }

    /// No position of the target looks ahead in the target.
    pub fn causal() -> Self {
        TransformerMasks { target: AttentionMask::causal(), ..TransformerMasks::none() }
    }

    /// Hides the padding of the source, `[n, s]` and true there, from encoder and decoder.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// use autograd_nn::TransformerMasks;
    /// let masks = TransformerMasks::<f32>::causal().hide_source(Tensor::from([[false, false, true]]));
    /// assert!(masks.target.causal && masks.memory.hidden_keys.is_some());
    /// ```
    #[must_use]
    #[doc(alias = "src_key_padding_mask")]
    #[doc(alias = "memory_key_padding_mask")]
    pub fn hide_source(self, padding: impl Into<Tensor<bool>>) -> Self {
        let padding = padding.into();
        TransformerMasks { source: self.source.hide_keys(&padding), memory: self.memory.hide_keys(&padding), ..self }
    }
}

impl<T: Real> Transformer<T> {
    /// An encoder and a decoder over `d` features, with so many heads and so many layers each, and a last normalisation of both.
    ///
    /// First values as in PyTorch: each matrix Xavier uniform.
    ///
    /// # Panics
    /// As [`TransformerEncoderLayer::new`](crate::TransformerEncoderLayer::new).
    #[track_caller]
    pub fn new(
        d: usize,
        heads: usize,
        [encoder_layers, decoder_layers]: [usize; 2],
        options: &TransformerOptions,
        generator: &mut Generator,
    ) -> Self {
        let encoder = TransformerEncoder::new(d, heads, encoder_layers, options, generator);
        let decoder = TransformerDecoder::new(d, heads, decoder_layers, options, generator);
        let transformer =
            Transformer { encoder: encoder.with_norm(options.norm(d)), decoder: decoder.with_norm(options.norm(d)) };
        for parameter in transformer.parameters().iter().filter(|parameter| parameter.shape().rank() > 1) {
            parameter.set(init::xavier_uniform(parameter.shape(), init::Gain::Linear, generator));
        }
        transformer
    }

    /// The result for a source and the target so far.
    #[track_caller]
    pub fn forward(&self, source: &Var<T>, target: &Var<T>, masks: &TransformerMasks<T>) -> Var<T> {
        let memory = self.encoder.forward(source, &masks.source);
        report(self, self.decoder.forward(target, &memory, &masks.target, &masks.memory))
    }
}

#[cfg(test)]
impl Checked for Transformer<f64> {
    fn cases() -> Cases<Self> {
        let small = |g: &mut Generator| {
            let options = TransformerOptions::default().feed_forward(2).activation(Activation::Gelu).dropout(0.0);
            let options = options.batch_first(true).without_bias();
            Transformer::new(3, 1, [1, 1], &options, g)
        };
        let call = |m: &Transformer<f64>, x: &[Var<f64>]| {
            let masks = TransformerMasks::causal().hide_source([[false, false], [false, true]]);
            vec![m.forward(&x[0], &x[1], &masks)]
        };
        Cases::new(
            Case::new("small", small, call).input([2, 2, 3]).input([2, 3, 3]).output([2, 3, 3]).first_order().state([
                "encoder.layers.0.self_attn.in_proj_weight [9, 3]",
                "encoder.layers.0.self_attn.out_proj.weight [3, 3]",
                "encoder.layers.0.linear1.weight [2, 3]",
                "encoder.layers.0.linear2.weight [3, 2]",
                "encoder.layers.0.norm1.weight [3]",
                "encoder.layers.0.norm2.weight [3]",
                "encoder.norm.weight [3]",
                "decoder.layers.0.self_attn.in_proj_weight [9, 3]",
                "decoder.layers.0.self_attn.out_proj.weight [3, 3]",
                "decoder.layers.0.multihead_attn.in_proj_weight [9, 3]",
                "decoder.layers.0.multihead_attn.out_proj.weight [3, 3]",
                "decoder.layers.0.linear1.weight [2, 3]",
                "decoder.layers.0.linear2.weight [3, 2]",
                "decoder.layers.0.norm1.weight [3]",
                "decoder.layers.0.norm2.weight [3]",
                "decoder.layers.0.norm3.weight [3]",
                "decoder.norm.weight [3]",
            ]),
        )
        .rejects("MultiHeadAttention: 3 heads cannot share 4 features equally", |g| {
            let _ = Transformer::<f64>::new(4, 3, [1, 1], &TransformerOptions::default(), g);
        })
        .rejects("AttentionMask: the mask of keys has shape [1, 2], the keys [1, 3]", move |g| {
            let x = Var::constant(Tensor::zeros([1, 3, 3]));
            let _ = small(g).forward(&x, &x, &TransformerMasks::none().hide_source([[false, true]]));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_matrix_begins_xavier_uniform_and_the_layers_differ() {
        let options = TransformerOptions::default().feed_forward(24);
        let transformer = Transformer::<f64>::new(12, 3, [2, 2], &options, &mut Generator::seed(1));
        for (name, parameter) in transformer.named_parameters() {
            let largest = parameter.value().to_vec().into_iter().fold(0.0, |a: f64, x| a.max(x.abs()));
            if let [outputs, inputs] = *parameter.shape() {
                let bound = (6.0 / (outputs + inputs) as f64).sqrt();
                assert!(largest <= bound && largest > 0.9 * bound, "{name}: {largest} of {bound}");
            }
        }
        let [first, second] = [0, 1].map(|i| transformer.decoder.layers[i].linear1.weight.value());
        assert_ne!(first, second);
    }

    #[test]
    fn a_pass_in_training_draws_once_from_each_dropout_and_one_in_evaluation_from_none() {
        let options = TransformerOptions::default().feed_forward(5).dropout(0.5);
        let transformer = Transformer::<f64>::new(4, 2, [1, 1], &options, &mut Generator::seed(1));
        let drawn = || {
            let mut drawn = Vec::new();
            transformer.visit(&mut Visitor::new(&mut |_, part| {
                if let crate::Part::KeyStream(stream) = part {
                    drawn.push(stream.state()[1]);
                }
            }));
            drawn
        };
        let x = Var::constant(Tensor::ones([3, 4]));
        let pass = || drop(transformer.forward(&x, &x, &TransformerMasks::causal()));
        pass();
        assert_eq!(drawn(), [1; 4 + 6]);
        transformer.eval();
        pass();
        assert_eq!(drawn(), [1; 4 + 6]);
    }
}
