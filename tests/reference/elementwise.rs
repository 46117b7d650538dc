//! Elementwise ops.

use crate::case::Case;
use autograd::{Real, Tensor, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let y = match case.op {
        "exp" => x[0].exp(),
        "log" => x[0].log(),
        "sqrt" => x[0].sqrt(),
        "sin" => x[0].sin(),
        "cos" => x[0].cos(),
        "tanh" => x[0].tanh(),
        "sigmoid" => x[0].sigmoid(),
        "relu" => x[0].relu(),
        "neg" => -&x[0],
        "abs" => x[0].abs(),
        "square" => x[0].square(),
        "leaky_relu" => x[0].leaky_relu(case.scalar("slope")),
        "clamp" => x[0].clamp(Some(case.scalar("min")), Some(case.scalar("max"))),
        "add" => &x[0] + &x[1],
        "sub" => &x[0] - &x[1],
        "mul" => &x[0] * &x[1],
        "div" => &x[0] / &x[1],
        "pow" => x[0].pow(&x[1]),
        "pow_scalar" => x[0].pow_scalar(case.scalar("exponent")),
        "maximum" => x[0].maximum(&x[1]),
        "minimum" => x[0].minimum(&x[1]),
        "where" if x.len() == 1 => {
            Var::where_(&x[0].value().eq(x[0].value()), &x[0], &Var::constant(Tensor::zeros(x[0].shape())))
        }
        "where" => Var::where_(&case.mask(), &x[0], &x[1]),
        "masked_fill" => x[0].masked_fill(&case.mask(), case.scalar("value")),
        _ => return None,
    };
    Some(vec![y])
}
