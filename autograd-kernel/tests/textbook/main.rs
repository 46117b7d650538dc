//! Kernels against loops that a textbook would write, through the interface that `autograd-core` has, on each set of instructions and any number of threads.
//!
//! Not beside the kernels: there the compiler would optimise all of them a second time, for nothing but their tests.

mod conv;
mod extreme;
mod gemm;
mod grid;
mod index;
mod linalg;
mod normalize;
mod pool;
mod recurrent;
mod scan;
mod softmax;
mod view;
