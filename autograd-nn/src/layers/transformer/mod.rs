//! Transformer layers.

super::register! {}
