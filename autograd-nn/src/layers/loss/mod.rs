//! Losses as modules.

super::register! {}
