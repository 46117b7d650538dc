//! Attention: heads, and the additive and dot forms of captioning.

super::register! {}
