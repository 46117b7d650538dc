//! Normalisations.

use crate::case::Case;
use crate::support::number;
use autograd::ops::LocalResponseNorm;
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let (weight, bias) = affine(case, x);
    let eps = || number(&case.attrs["eps"]);
    let y = match case.op {
        "batch_norm_train" => {
            let [y, ..] = x[0].batch_norm(weight, bias, eps());
            y
        }
        "batch_norm" => return Some(x[0].batch_norm(weight, bias, eps()).into()),
        "batch_norm_eval" => {
            let (mean, variance) = (case.constant("mean").cast(), case.constant("var").cast());
            x[0].batch_norm_eval(&mean, &variance, weight, bias, eps())
        }
        "layer_norm" => x[0].layer_norm(case.count("axes"), weight, bias, eps()),
        "rms_norm" => x[0].rms_norm(case.count("axes"), weight, eps()),
        "group_norm" => x[0].group_norm(case.count("groups"), weight, bias, eps()),
        "instance_norm" => x[0].instance_norm(weight, bias, eps()),
        "l2_normalize" => x[0].l2_normalize(case.axes("axes"), eps()),
        "local_response_norm" => x[0].local_response_norm(local(case)),
        _ => return None,
    };
    Some(vec![y])
}

/// The weight and the bias behind the first operand; `"bias": "alone"` says that there is no weight.
fn affine<'a, T: Real>(case: &Case<'_>, x: &'a [Var<T>]) -> (Option<&'a Var<T>>, Option<&'a Var<T>>) {
    match case.attrs["bias"] == "alone" {
        true => (None, x.get(1)),
        false => (x.get(1), x.get(2)),
    }
}

fn local(case: &Case<'_>) -> LocalResponseNorm {
    let options = LocalResponseNorm::new(case.count("size"));
    match case.attrs.get("alpha") {
        Some(alpha) => options.alpha(number(alpha)).beta(number(&case.attrs["beta"])).k(number(&case.attrs["k"])),
        None => options,
    }
}
