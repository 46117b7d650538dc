//! Normalisations.

use crate::case::Case;
use crate::support::number;
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let affine = || (Some(&x[1]), Some(&x[2]));
    let eps = || number(&case.attrs["eps"]);
    let y = match case.op {
        "batch_norm_train" => {
            let [y, ..] = x[0].batch_norm(affine().0, affine().1, eps());
            y
        }
        "batch_norm_eval" => {
            let (mean, variance) = (case.constant("mean").cast(), case.constant("var").cast());
            x[0].batch_norm_eval(&mean, &variance, affine().0, affine().1, eps())
        }
        "layer_norm" => x[0].layer_norm(case.count("axes"), affine().0, affine().1, eps()),
        "group_norm" => x[0].group_norm(case.count("groups"), affine().0, affine().1, eps()),
        _ => return None,
    };
    Some(vec![y])
}
