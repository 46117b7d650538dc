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
        "erf" => x[0].erf(),
        "expm1" => x[0].expm1(),
        "log1p" => x[0].log1p(),
        "rsqrt" => x[0].rsqrt(),
        "reciprocal" => x[0].reciprocal(),
        "atan" => x[0].atan(),
        "elu" => x[0].elu(if case.attrs["alpha"].is_null() { T::one() } else { case.scalar("alpha") }),
        "selu" => x[0].selu(),
        "gelu" => x[0].gelu(),
        "gelu_tanh" => x[0].gelu_tanh(),
        "silu" => x[0].silu(),
        "softplus" => x[0].softplus(),
        "log_sigmoid" => x[0].log_sigmoid(),
        "hardtanh" => x[0].hardtanh(-T::one(), T::one()),
        "prelu" => x[0].prelu(&x[1]),
        "maxout" => {
            // Two linear functions of one input, piece by piece beside each other.
            let piece = |w: &Var<T>, b: &Var<T>| x[0].matmul(&w.permute([1, 0])) + b;
            let pieces = Var::stack(&[&piece(&x[1], &x[2]), &piece(&x[3], &x[4])], 2);
            pieces.reshape([pieces.shape()[0], 2 * pieces.shape()[1]]).maxout(1, 2)
        }
        "atan2" => x[0].atan2(&x[1]),
        "hypot" => x[0].hypot(&x[1]),
        "xlogy" => x[0].xlogy(&x[1]),
        "where" if x.len() == 1 => {
            Var::where_(&x[0].value().eq(x[0].value()), &x[0], &Var::constant(Tensor::zeros(x[0].shape())))
        }
        "where" => Var::where_(&case.mask(), &x[0], &x[1]),
        "masked_fill" => x[0].masked_fill(&case.mask(), case.scalar("value")),
        _ => return None,
    };
    Some(vec![y])
}
