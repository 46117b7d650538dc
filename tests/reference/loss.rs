//! Losses.

use crate::case::Case;
use crate::support::{number, numbers};
use autograd::ops::{CrossEntropyOptions, Reduction};
use autograd::{Real, Var};
use serde_json::Value;

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let y = match case.op {
        "cross_entropy" => {
            let options = CrossEntropyOptions {
                weight: case.consts.get("weight").map(|weight| numbers(&weight["data"])),
                label_smoothing: case.attrs.get("label_smoothing").map_or(0.0, number),
                ignore_index: case.attrs.get("ignore_index").and_then(Value::as_i64),
                reduction: reduction(case),
            };
            x[0].cross_entropy_with(&case.index("target"), options)
        }
        _ => return None,
    };
    Some(vec![y])
}

fn reduction(case: &Case<'_>) -> Reduction {
    if case.attrs["reduction"] == "sum" { Reduction::Sum } else { Reduction::Mean }
}
