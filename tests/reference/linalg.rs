//! Products of matrices, and linear algebra.

use crate::case::{Case, wholes};
use autograd::ops::{DotAxes, SolveTriangular};
use autograd::{Real, Var};
use serde_json::Value;

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let y = match case.op {
        "matmul" => x[0].matmul(&x[1]),
        "solve" => x[0].solve(&x[1]),
        "solve_triangular" => x[0].solve_triangular(&x[1], triangle(case)),
        "inverse" => x[0].inverse(),
        "cholesky" => x[0].cholesky(),
        "det" => x[0].det(),
        "logdet" => x[0].logdet(),
        "slogdet" => {
            let (sign, log) = x[0].slogdet();
            return Some(vec![log, Var::constant(sign)]);
        }
        "trace" => x[0].trace(),
        "linear" => x[0].linear(&x[1], x.get(2)),
        "bilinear" => x[0].bilinear(&x[1], &x[2], x.get(3)),
        "cross" => x[0].cross(&x[1], case.axis()),
        "einsum" => Var::einsum(case.attrs["equation"].as_str().expect("an equation"), x),
        "outer" => x[0].outer(&x[1]),
        "kron" => x[0].kron(&x[1]),
        "tensordot" => x[0].tensordot(&x[1], dot_axes(&case.attrs["axes"])),
        _ => return None,
    };
    Some(vec![y])
}

fn triangle(case: &Case<'_>) -> SolveTriangular {
    let options = if case.attrs["upper"] == true { SolveTriangular::upper() } else { SolveTriangular::lower() };
    if case.attrs["unit"] == true { options.unit() } else { options }
}

/// A count, or a list for each operand.
fn dot_axes(value: &Value) -> DotAxes {
    let pairs = || DotAxes::Pairs(wholes(&value[0]), wholes(&value[1]));
    value.as_u64().map_or_else(pairs, |count| DotAxes::Count(count as usize))
}
