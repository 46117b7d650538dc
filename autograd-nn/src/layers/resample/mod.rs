//! Images and sequences of another size.

super::register! {}
