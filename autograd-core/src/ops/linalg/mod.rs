//! Products of matrices.

mod matmul;

register! {
    linalg:
        matmul::MatMul;
}
