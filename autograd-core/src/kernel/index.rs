//! Loops of index ops.
