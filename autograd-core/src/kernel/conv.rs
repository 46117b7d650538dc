//! Loops of conv ops.
