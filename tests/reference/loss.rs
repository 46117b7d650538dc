//! Losses.

use crate::case::Case;
use crate::support::{number, sizes};
use autograd::ops::{
    BinaryCrossEntropyOptions, CrossEntropyOptions, CtcLossOptions, GaussianNllLossOptions, MultiMarginLossOptions,
    NllLossOptions, PoissonNllLossOptions, Reduction, SoftCrossEntropyOptions, TripletMarginLossOptions,
};
use autograd::{Real, Tensor, Var};
use serde_json::Value;

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let reduction = reduction(case);
    let target = |name| Var::constant(case.constant(name).cast::<T>());
    let y = match case.op {
        "cross_entropy" if case.attrs.get("reduction").is_none() => x[0].cross_entropy(&case.index("target")),
        "cross_entropy" | "cross_entropy_with" => {
            let options = CrossEntropyOptions {
                weight: weight(case),
                label_smoothing: case.attrs.get("label_smoothing").map_or(0.0, number),
                ignore_index: case.attrs.get("ignore_index").and_then(Value::as_i64),
                reduction,
            };
            x[0].cross_entropy_with(&case.index("target"), options)
        }
        "cross_entropy_soft" => {
            let label_smoothing = number(&case.attrs["label_smoothing"]);
            x[0].cross_entropy_soft(&x[1], SoftCrossEntropyOptions { weight: weight(case), label_smoothing, reduction })
        }
        "nll" | "nll_loss" => {
            let ignore_index = case.attrs.get("ignore_index").and_then(Value::as_i64);
            x[0].nll_loss(&case.index("target"), NllLossOptions { weight: weight(case), ignore_index, reduction })
        }
        "multi_margin" | "multi_margin_loss" => {
            let options = MultiMarginLossOptions {
                p: case.attrs.get("p").map_or(1, |_| case.count("p") as u32),
                margin: number(&case.attrs["margin"]),
                weight: weight(case),
                reduction,
            };
            x[0].multi_margin_loss(&case.index("target"), options)
        }
        "multiclass_hinge_loss" => x[0].multiclass_hinge_loss(&case.index("target"), case.scalar("margin"), reduction),
        "binary_cross_entropy" => x[0].binary_cross_entropy(&x[1], reduction),
        "bce_with_logits" => {
            let options = BinaryCrossEntropyOptions::new().reduction(reduction);
            x[0].binary_cross_entropy_with_logits(&target("target"), options)
        }
        "binary_cross_entropy_with_logits" => {
            let weights = |name| case.consts.get(name).map(|_| case.constant(name));
            let options =
                BinaryCrossEntropyOptions { weight: weights("weight"), pos_weight: weights("pos_weight"), reduction };
            x[0].binary_cross_entropy_with_logits(&x[1], options)
        }
        // The distributions come from scores.
        "kl_div" if x.len() == 1 => {
            x[0].log_softmax(1).kl_div(&target("target_logits").softmax(1), false, Reduction::BatchMean)
        }
        "kl_div" => x[0].kl_div(&x[1], case.attrs["log_target"] == true, reduction),
        "mse" | "mse_loss" => x[0].mse_loss(&x[1], reduction),
        "l1" | "l1_loss" => x[0].l1_loss(&x[1], reduction),
        "smooth_l1" | "smooth_l1_loss" => x[0].smooth_l1_loss(&x[1], case.scalar("beta"), reduction),
        "huber" | "huber_loss" => x[0].huber_loss(&x[1], case.scalar("delta"), reduction),
        "poisson_nll_loss" => {
            let options = PoissonNllLossOptions {
                log_input: case.attrs["log_input"] == true,
                full: case.attrs["full"] == true,
                eps: number(&case.attrs["eps"]),
                reduction,
            };
            x[0].poisson_nll_loss(&x[1], options)
        }
        "gaussian_nll_loss" => {
            let full = case.attrs["full"] == true;
            let options = GaussianNllLossOptions { full, eps: number(&case.attrs["eps"]), reduction };
            x[0].gaussian_nll_loss(&x[1], &x[2], options)
        }
        "cosine_similarity" => x[0].cosine_similarity(&x[1], case.axis(), case.scalar("eps")),
        "cosine_embedding_loss" => x[0].cosine_embedding_loss(&x[1], &signs(case), case.scalar("margin"), reduction),
        "pairwise_distance" => x[0].pairwise_distance(&x[1], number(&case.attrs["p"]), case.scalar("eps")),
        "margin_ranking_loss" => x[0].margin_ranking_loss(&x[1], &signs(case), case.scalar("margin"), reduction),
        "soft_margin_loss" => x[0].soft_margin_loss(&signs(case), reduction),
        "hinge_embedding_loss" => x[0].hinge_embedding_loss(&signs(case), case.scalar("margin"), reduction),
        "triplet_margin_loss" => {
            let options = TripletMarginLossOptions {
                margin: number(&case.attrs["margin"]),
                p: number(&case.attrs["p"]),
                swap: case.attrs["swap"] == true,
                reduction,
                ..Default::default()
            };
            x[0].triplet_margin_loss(&x[1], &x[2], options)
        }
        "ctc_loss" => {
            let zero_infinity = case.attrs["zero_infinity"] == true;
            let options = CtcLossOptions { blank: case.count("blank"), zero_infinity, reduction };
            let (inputs, lengths) = (sizes(&case.attrs["inputs"]), sizes(&case.attrs["lengths"]));
            x[0].log_softmax(2).ctc_loss(&case.index("target"), &inputs, &lengths, options)
        }
        _ => return None,
    };
    Some(vec![y])
}

fn reduction(case: &Case<'_>) -> Reduction {
    match case.attrs["reduction"].as_str() {
        Some("none") => Reduction::None,
        Some("sum") => Reduction::Sum,
        Some("batchmean") => Reduction::BatchMean,
        _ => Reduction::Mean,
    }
}

/// How much each class counts.
fn weight(case: &Case<'_>) -> Option<Vec<f64>> {
    case.consts.get("weight").map(|_| case.constant("weight").to_vec())
}

/// 1 and −1 for the 1 and 0 of the case.
fn signs(case: &Case<'_>) -> Tensor<i64> {
    case.index("target").map(|target| 2 * target - 1)
}
