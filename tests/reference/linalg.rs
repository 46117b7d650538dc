//! Products of matrices, and linear algebra.

use crate::case::Case;
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let y = match case.op {
        "matmul" => x[0].matmul(&x[1]),
        "solve" => x[0].solve(&x[1]),
        "linear" => x[0].linear(&x[1], x.get(2)),
        "einsum" => Var::einsum(case.attrs["equation"].as_str().expect("an equation"), &x.iter().collect::<Vec<_>>()),
        "outer" => x[0].outer(&x[1]),
        _ => return None,
    };
    Some(vec![y])
}
