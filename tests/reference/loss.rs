//! Losses.

use crate::case::Case;
use crate::support::{number, numbers};
use autograd::ops::{
    BinaryCrossEntropyOptions, CrossEntropyOptions, MultiMarginLossOptions, NllLossOptions, Reduction,
};
use autograd::{Real, Var};
use serde_json::Value;

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let reduction = if case.attrs["reduction"] == "sum" { Reduction::Sum } else { Reduction::Mean };
    let target = |name| Var::constant(case.constant(name).cast::<T>());
    let y = match case.op {
        "cross_entropy" => {
            let options = CrossEntropyOptions {
                weight: case.consts.get("weight").map(|weight| numbers(&weight["data"])),
                label_smoothing: case.attrs.get("label_smoothing").map_or(0.0, number),
                ignore_index: case.attrs.get("ignore_index").and_then(Value::as_i64),
                reduction,
            };
            x[0].cross_entropy_with(&case.index("target"), options)
        }
        "nll" => x[0].nll_loss(&case.index("target"), NllLossOptions::new().reduction(reduction)),
        "multi_margin" => {
            let options = MultiMarginLossOptions::new().margin(number(&case.attrs["margin"])).reduction(reduction);
            x[0].multi_margin_loss(&case.index("target"), options)
        }
        "bce_with_logits" => {
            let options = BinaryCrossEntropyOptions::new().reduction(reduction);
            x[0].binary_cross_entropy_with_logits(&target("target"), options)
        }
        // The distributions come from scores.
        "kl_div" => x[0].log_softmax(1).kl_div(&target("target_logits").softmax(1), false, Reduction::BatchMean),
        "mse" => x[0].mse_loss(&x[1], reduction),
        "l1" => x[0].l1_loss(&x[1], reduction),
        "smooth_l1" => x[0].smooth_l1_loss(&x[1], case.scalar("beta"), reduction),
        "huber" => x[0].huber_loss(&x[1], case.scalar("delta"), reduction),
        _ => return None,
    };
    Some(vec![y])
}
