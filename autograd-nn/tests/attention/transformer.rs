//! Transformers against PyTorch, with normalisation first and last, ReLU and GELU, and masks of each part.

use crate::reference::{Reference, hidden, padding};
use autograd_core::{Generator, Var};
use autograd_nn::{
    Activation, AttentionMask, LayerNorm, Module, Transformer, TransformerDecoder, TransformerDecoderLayer,
    TransformerEncoder, TransformerEncoderLayer, TransformerMasks, TransformerOptions,
};

/// Three hidden units and no dropout.
fn small() -> TransformerOptions {
    TransformerOptions::default().feed_forward(3).dropout(0.0)
}

fn encoder_layer(options: &TransformerOptions) -> TransformerEncoderLayer<f64> {
    TransformerEncoderLayer::new(4, 2, options, &mut Generator::seed(0))
}

fn decoder_layer(options: &TransformerOptions) -> TransformerDecoderLayer<f64> {
    TransformerDecoderLayer::new(4, 2, options, &mut Generator::seed(0))
}

const WORDS: &[usize] = &[4, 2, 4];
const MEMORY: &[usize] = &[3, 2, 4];

#[test]
fn layers_in_training() {
    let reference = Reference::load();
    for (order, norm_first) in [("norm last", false), ("norm first", true)] {
        for (name, activation) in [("relu", Activation::Relu), ("gelu", Activation::Gelu)] {
            let options = small().norm_first(norm_first).activation(activation);
            let mask = AttentionMask::none().hide(hidden(&[4, 4])).hide_keys(padding(2, 4));
            let case = format!("encoder layer, {order}, {name}");
            reference.check(&case, &encoder_layer(&options), &[WORDS], |m, x| vec![m.forward(&x[0], &mask)]);

            let memory_mask = AttentionMask::none().hide(hidden(&[4, 3])).hide_keys(padding(2, 3));
            let case = format!("decoder layer, {order}, {name}");
            reference.check(&case, &decoder_layer(&options), &[WORDS, MEMORY], |m, x| {
                vec![m.forward(&x[0], &x[1], &AttentionMask::causal(), &memory_mask)]
            });
        }
    }
}

#[test]
fn layers_in_evaluation_drop_nothing() {
    let reference = Reference::load();
    let options = TransformerOptions::default().feed_forward(3).without_bias();
    let encoder = encoder_layer(&options.clone().batch_first(true));
    encoder.eval();
    reference.check("encoder layer, evaluation, no biases", &encoder, &[&[2, 4, 4]], |m, x| {
        vec![m.forward(&x[0], &AttentionMask::none())]
    });
    let decoder = decoder_layer(&options.layer_norm_eps(0.1));
    decoder.eval();
    reference.check("decoder layer, evaluation, no biases", &decoder, &[WORDS, MEMORY], |m, x| {
        vec![m.forward(&x[0], &x[1], &AttentionMask::none(), &AttentionMask::none())]
    });
}

#[test]
fn stacks() {
    let (reference, generator) = (Reference::load(), &mut Generator::seed(0));
    let causal = AttentionMask::causal;
    let encoder = TransformerEncoder::new(4, 2, 2, &small(), generator).with_norm(LayerNorm::new(4));
    reference.check("encoder", &encoder, &[WORDS], |m, x| vec![m.forward(&x[0], &causal())]);
    let decoder = TransformerDecoder::new(4, 2, 2, &small(), generator);
    reference.check("decoder", &decoder, &[WORDS, MEMORY], |m, x| {
        vec![m.forward(&x[0], &x[1], &causal(), &AttentionMask::none())]
    });
    let transformer = Transformer::new(4, 2, [1, 1], &small().batch_first(true), generator);
    reference.check("transformer", &transformer, &[&[2, 3, 4], &[2, 4, 4]], |m, x: &[Var<f64>]| {
        vec![m.forward(&x[0], &x[1], &TransformerMasks::causal().hide_source(padding(2, 3)))]
    });
}
