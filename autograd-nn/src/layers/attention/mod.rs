//! Attention: of several heads, and of a decoder to what an encoder gave.

mod in_projection;
mod mask;
mod multi_head_attention;
mod scores;

pub use in_projection::InProjection;
pub use mask::{AttentionMask, causal_mask};
pub use multi_head_attention::HeadWeights;

super::register! {
    multi_head_attention::MultiHeadAttention<T>,
}
