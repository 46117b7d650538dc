//! Loops of pool ops.
