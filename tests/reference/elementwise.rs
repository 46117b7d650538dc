//! Elementwise ops.

use crate::case::Case;
use autograd::{AxisSlice, Real, Tensor, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let y = match (case.op, x) {
        ("chain", _) => chain(case, x),
        ("maxout" | "where" | "where_", _) => selection(case, x),
        (op, [x]) => unary(op, x).or_else(|| with_numbers(case, x))?,
        (op, [a, b]) => {
            binary(op, a, b).or_else(|| (op == "lerp_scalar").then(|| a.lerp_scalar(b, case.scalar("weight"))))?
        }
        ("lerp", [start, end, weight]) => start.lerp(end, weight),
        ("clamp_between", [x, low, high]) => x.clamp_between(low, high),
        _ => return None,
    };
    Some(vec![y])
}

/// The functions of one number that have no options.
fn unary<T: Real>(op: &str, x: &Var<T>) -> Option<Var<T>> {
    Some(match op {
        "abs" => x.abs(),
        "acos" => x.acos(),
        "acosh" => x.acosh(),
        "asin" => x.asin(),
        "asinh" => x.asinh(),
        "atan" => x.atan(),
        "atanh" => x.atanh(),
        "ceil" => x.ceil(),
        "cos" => x.cos(),
        "cosh" => x.cosh(),
        "erf" => x.erf(),
        "erfc" => x.erfc(),
        "exp" => x.exp(),
        "exp2" => x.exp2(),
        "expm1" => x.expm1(),
        "floor" => x.floor(),
        "gelu" => x.gelu(),
        "gelu_tanh" => x.gelu_tanh(),
        "hardsigmoid" => x.hardsigmoid(),
        "hardswish" => x.hardswish(),
        "log" => x.log(),
        "log10" => x.log10(),
        "log1p" => x.log1p(),
        "log2" => x.log2(),
        "log_sigmoid" => x.log_sigmoid(),
        "mish" => x.mish(),
        "neg" => x.neg(),
        "reciprocal" => x.reciprocal(),
        "relu" => x.relu(),
        "relu6" => x.relu6(),
        "round" => x.round(),
        "rsqrt" => x.rsqrt(),
        "selu" => x.selu(),
        "sigmoid" => x.sigmoid(),
        "sign" => x.sign(),
        "silu" => x.silu(),
        "sin" => x.sin(),
        "sinh" => x.sinh(),
        "softplus" => x.softplus(),
        "softsign" => x.softsign(),
        "sqrt" => x.sqrt(),
        "square" => x.square(),
        "tan" => x.tan(),
        "tanh" => x.tanh(),
        "trunc" => x.trunc(),
        _ => return None,
    })
}

/// The functions of one number that have options, or another number as an operand.
fn with_numbers<T: Real>(case: &Case<'_>, x: &Var<T>) -> Option<Var<T>> {
    let number = |name| case.scalar::<T>(name);
    let bound = |name| (!case.attrs[name].is_null()).then(|| number(name));
    Some(match case.op {
        "add_scalar" => x.add_scalar(number("c")),
        "sub_scalar" => x - number("c"),
        "mul_scalar" => x.mul_scalar(number("c")),
        "div_scalar" => x.div_scalar(number("c")),
        "rsub_scalar" => x.rsub_scalar(number("c")),
        "rdiv_scalar" => x.rdiv_scalar(number("c")),
        "pow_scalar" => x.pow_scalar(number("exponent")),
        "leaky_relu" => x.leaky_relu(number("slope")),
        "elu" => x.elu(bound("alpha").unwrap_or_else(T::one)),
        "softshrink" => x.softshrink(number("lambda")),
        "hardshrink" => x.hardshrink(number("lambda")),
        "threshold" => x.threshold(number("threshold"), number("value")),
        "clamp" => x.clamp(bound("min"), bound("max")),
        "hardtanh" => x.hardtanh(bound("min").unwrap_or_else(|| -T::one()), bound("max").unwrap_or_else(T::one)),
        "masked_fill" => x.masked_fill(&case.mask(), number("value")),
        _ => return None,
    })
}

fn binary<T: Real>(op: &str, a: &Var<T>, b: &Var<T>) -> Option<Var<T>> {
    Some(match op {
        "add" => a + b,
        "sub" => a - b,
        "mul" => a * b,
        "div" => a / b,
        "pow" => a.pow(b),
        "maximum" => a.maximum(b),
        "minimum" => a.minimum(b),
        "atan2" => a.atan2(b),
        "hypot" => a.hypot(b),
        "xlogy" => a.xlogy(b),
        "logaddexp" => a.logaddexp(b),
        "remainder" => a.remainder(b),
        "copysign" => a.copysign(b),
        "prelu" => a.prelu(b),
        "where_positive" => a.where_positive(b),
        _ => return None,
    })
}

/// Steps after each other: each an op of what the last one gave, or of that and an operand, whose number follows.
fn chain<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Var<T> {
    let steps = case.attrs["steps"].as_array().expect("steps").iter().map(|step| step.as_str().expect("a step"));
    steps.fold(x[0].clone(), |y, step| match (step, step.split_once(' ')) {
        ("transpose", _) => y.transpose(-1, -2),
        ("reverse", _) => y.flip(-1),
        ("every_second", _) => {
            let mut ranges = vec![AxisSlice::from(..); y.shape().rank()];
            ranges[y.shape().rank() - 1] = AxisSlice::from(..).step(2);
            y.slice(ranges)
        }
        (_, Some((op, operand))) => binary(op, &y, &x[operand.parse::<usize>().expect("an operand")]).expect("an op"),
        (op, None) => unary(op, &y).expect("an op"),
    })
}

/// What takes one operand or the other.
fn selection<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Var<T> {
    match (case.op, x) {
        ("maxout", [x]) => x.maxout(case.axis(), case.count("pieces")),
        ("maxout", _) => {
            // Two linear functions of one input, piece by piece beside each other.
            let piece = |w: &Var<T>, b: &Var<T>| x[0].matmul(&w.permute([1, 0])) + b;
            let pieces = Var::stack(&[&piece(&x[1], &x[2]), &piece(&x[3], &x[4])], 2);
            pieces.reshape([pieces.shape()[0], 2 * pieces.shape()[1]]).maxout(1, 2)
        }
        (_, [x]) => Var::where_(&x.value().eq(x.value()), x, &Var::constant(Tensor::zeros(x.shape()))),
        _ => Var::where_(&case.mask(), &x[0], &x[1]),
    }
}
