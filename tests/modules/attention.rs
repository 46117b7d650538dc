//! Attention and the layers of transformers.

use crate::case::{compare, whole};
use autograd::Generator;
use autograd::nn::*;

fn generator() -> Generator {
    Generator::seed(0)
}

#[test]
fn multi_head_attention() {
    let layer = MultiHeadAttention::new(6, 2, &mut generator()).batch_first(true);
    compare("attention", layer, |layer, x| {
        let (y, weights) =
            layer.forward_with_weights(&x[0], &x[1], &x[2], &AttentionMask::none(), HeadWeights::Averaged);
        vec![y, weights]
    });
    let layer = MultiHeadAttention::with_dims(6, 5, 4, 3, &mut generator());
    compare("attention_kv_padding", layer, |layer, x| {
        let mask = AttentionMask::none().hide_keys(whole(&x[3]).map(|hidden| hidden != 0));
        let (y, weights) = layer.forward_with_weights(&x[0], &x[1], &x[2], &mask, HeadWeights::PerHead);
        vec![y, weights]
    });
}

fn small() -> TransformerOptions {
    TransformerOptions::default().feed_forward(5).batch_first(true)
}

fn norm_first() -> TransformerOptions {
    small().norm_first(true).activation(Activation::Gelu).dropout(0.0)
}

#[test]
fn encoder_layers() {
    let layer = TransformerEncoderLayer::new(6, 2, &small(), &mut generator());
    compare("transformer_encoder_layer", layer, |layer, x| vec![layer.forward(&x[0], &AttentionMask::none())]);
    let layer = TransformerEncoderLayer::new(6, 2, &norm_first(), &mut generator());
    compare("transformer_encoder_layer_norm_first", layer, |layer, x| {
        vec![layer.forward(&x[0], &AttentionMask::causal())]
    });
    let stack = TransformerEncoder::new(6, 2, 2, &small(), &mut generator()).with_norm(LayerNorm::new(6));
    compare("transformer_encoder", stack, |stack, x| vec![stack.forward(&x[0], &AttentionMask::none())]);
}

#[test]
fn decoder_layers() {
    let none = AttentionMask::none();
    let layer = TransformerDecoderLayer::new(6, 2, &small(), &mut generator());
    compare("transformer_decoder_layer", layer, |layer, x| {
        vec![layer.forward(&x[0], &x[1], &AttentionMask::causal(), &none)]
    });
    let layer = TransformerDecoderLayer::new(6, 2, &norm_first(), &mut generator());
    compare("transformer_decoder_layer_norm_first", layer, |layer, x| vec![layer.forward(&x[0], &x[1], &none, &none)]);
}
