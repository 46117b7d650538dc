//! Transformers: encoder, decoder, and what tells them positions.

mod decoder;
mod encoder;
mod options;
mod positional_encoding;
#[expect(clippy::module_inception, reason = "a layer's file bears its name")]
mod transformer;

pub use options::TransformerOptions;
pub use positional_encoding::sinusoidal_positions;
pub use transformer::TransformerMasks;

super::register! {
    decoder::TransformerDecoder<T>,
    decoder::TransformerDecoderLayer<T>,
    encoder::TransformerEncoder<T>,
    encoder::TransformerEncoderLayer<T>,
    positional_encoding::LearnedPositionalEncoding<T>,
    positional_encoding::PositionalEncoding<T>,
    transformer::Transformer<T>,
}
