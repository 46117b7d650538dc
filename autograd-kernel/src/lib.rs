//! Loops over slices: what `autograd-core` computes with. Kernels know strides and threads; they know neither `Tensor` nor `Var`.
//!
//! A crate of its own, so that the compiler holds them to that, and builds and optimises them apart. Its interface follows the needs of `autograd-core`; programs
//! use that.

pub mod attention;
pub mod conv;
pub mod cross_entropy;
pub mod ctc;
pub mod element;
pub mod elementwise;
pub mod extreme;
mod fold;
pub mod fused;
pub mod gemm;
pub mod grid;
pub mod index;
mod instances;
pub mod isa;
pub mod lanes;
pub mod linalg;
pub mod list;
pub mod math;
pub mod normalize;
pub mod order;
pub mod pool;
pub mod prefetch;
pub mod product;
pub mod recurrent;
pub mod reduce;
pub mod resample;
pub mod roi;
pub mod scan;
pub mod scratch;
mod side;
pub mod softmax;
pub mod special;
mod team;
pub mod threads;
mod transpose;
pub mod view;

#[doc(hidden)]
pub use instances::instances;
