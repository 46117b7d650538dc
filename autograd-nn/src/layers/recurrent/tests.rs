//! Cells, sequences and PyTorch against one another.
