//! Recurrent cells and sequences.

super::register! {}
