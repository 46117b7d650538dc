//! Reductions.

use crate::case::Case;
use crate::support::number;
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let keepdim = case.attrs["keepdim"] == true;
    let axes = || case.axes("axes");
    let y = match case.op {
        "sum" if case.attrs.get("axes").is_none() => x[0].sum(),
        "sum" | "sum_axes" => x[0].sum_axes(axes(), keepdim),
        "sum_to" => x[0].sum_to(crate::support::sizes(&case.attrs["shape"])),
        "mean" if case.attrs.get("axes").is_none() => x[0].mean(),
        "mean" | "mean_axes" => x[0].mean_axes(axes(), keepdim),
        "amax" => x[0].amax(axes(), keepdim),
        "amin" => x[0].amin(axes(), keepdim),
        "logsumexp" => x[0].logsumexp(axes(), keepdim),
        "prod" if case.attrs.get("axis").is_none() => x[0].prod(),
        "prod" => x[0].prod_axes(case.axis(), false),
        "prod_axes" => x[0].prod_axes(axes(), keepdim),
        "prod_adjoint" => x[0].prod_adjoint(&x[1]),
        "var" => x[0].var(axes(), case.count("correction"), keepdim),
        "std" => x[0].std(axes(), case.count("correction"), keepdim),
        "norm" => x[0].norm(number(&case.attrs["p"]), axes(), keepdim),
        "norm1" => x[0].norm(1.0, axes(), keepdim),
        "norm2" => x[0].norm(2.0, axes(), keepdim),
        "softmax" => x[0].softmax(case.axis()),
        "softmax_adjoint" => x[0].softmax_adjoint(&x[1], case.axis()),
        "log_softmax" => x[0].log_softmax(case.axis()),
        "log_softmax_adjoint" => x[0].log_softmax_adjoint(&x[1], case.axis()),
        _ => return None,
    };
    Some(vec![y])
}
