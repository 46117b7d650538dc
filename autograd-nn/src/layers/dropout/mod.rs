//! Dropout: noise while training.

super::register! {}
