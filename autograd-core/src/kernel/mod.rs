//! Loops over slices. Kernels know strides and threads; they know neither `Tensor` nor `Var`.

pub mod conv;
pub mod cross_entropy;
pub mod elementwise;
pub mod gemm;
pub mod grid;
pub mod index;
pub mod normalize;
pub mod pool;
pub mod reduce;
pub mod resample;
pub mod roi;
pub mod threads;
pub mod view;
