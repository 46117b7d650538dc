//! Reductions.

use crate::case::Case;
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let (axes, keepdim) = (|| case.axes().0, || case.axes().1);
    let y = match case.op {
        "sum" => x[0].sum_axes(axes(), keepdim()),
        "mean" => x[0].mean_axes(axes(), keepdim()),
        "amax" => x[0].amax(axes(), keepdim()),
        "amin" => x[0].amin(axes(), keepdim()),
        "logsumexp" => x[0].logsumexp(axes(), keepdim()),
        "prod" => x[0].prod_axes(case.axis(), false),
        "var" => x[0].var(axes(), case.count("correction"), keepdim()),
        "std" => x[0].std(axes(), case.count("correction"), keepdim()),
        "norm1" => x[0].norm(1.0, axes(), keepdim()),
        "norm2" => x[0].norm(2.0, axes(), keepdim()),
        "softmax" => x[0].softmax(case.axis()),
        "log_softmax" => x[0].log_softmax(case.axis()),
        _ => return None,
    };
    Some(vec![y])
}
