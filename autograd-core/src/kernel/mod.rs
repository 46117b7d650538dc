//! Loops over slices. Kernels know strides and threads; they know neither `Tensor` nor `Var`.

pub mod attention;
pub mod conv;
pub mod cross_entropy;
pub mod ctc;
pub mod elementwise;
pub mod gemm;
pub mod grid;
pub mod index;
pub mod linalg;
pub mod normalize;
pub mod order;
pub mod pool;
pub mod recurrent;
pub mod recurrent_cells;
pub mod recurrent_plan;
pub mod reduce;
pub mod resample;
pub mod roi;
pub mod scan;
pub mod special;
pub mod threads;
pub mod view;
