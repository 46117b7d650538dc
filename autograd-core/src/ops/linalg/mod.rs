//! Products of matrices, sums of products, and dense linear algebra.

mod bilinear;
mod cholesky;
mod contraction;
mod cross;
mod dense;
mod det;
mod einsum;
mod equation;
mod inverse;
mod linear;
mod matmul;
mod matrices;
mod outer;
mod slogdet;
mod solve;
mod solve_triangular;
mod tensordot;
mod trace;

pub use tensordot::DotAxes;

register! {
    linalg:
        linear::Linear,
        matmul::MatMul,
        solve::Solve,
        solve_triangular::SolveTriangular,
        inverse::Inverse,
        det::Det,
        slogdet::SLogDet,
        cholesky::Cholesky;
}
