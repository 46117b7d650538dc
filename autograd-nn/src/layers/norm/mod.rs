//! Normalisations.

super::register! {}
