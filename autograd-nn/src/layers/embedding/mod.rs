//! Tables of vectors.

super::register! {}
