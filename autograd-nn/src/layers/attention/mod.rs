//! Attention: of several heads, and of a decoder to what an encoder gave.

mod additive_attention;
mod in_projection;
mod luong_attention;
mod mask;
mod multi_head_attention;
mod scores;
mod soft;
#[cfg(test)]
mod tests;

pub use in_projection::InProjection;
pub use mask::{AttentionMask, causal_mask};
pub use multi_head_attention::HeadWeights;

super::register! {
    additive_attention::AdditiveAttention<T>,
    luong_attention::LuongAttention<T>,
    multi_head_attention::MultiHeadAttention<T>,
}
