//! Ops that move elements.

use crate::case::{Case, wholes};
use crate::support::sizes;
use autograd::ops::{PadMode, Repeats};
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let whole = |name| case.whole(name);
    let list = |name: &str| sizes(&case.attrs[name]);
    let parts = match case.op {
        "split" => x[0].split(case.count("size"), case.axis()),
        "split_sizes" => x[0].split_sizes(list("sizes"), case.axis()),
        "chunk" => x[0].chunk(case.count("count"), case.axis()),
        "unbind" => x[0].unbind(case.axis()),
        _ => Vec::new(),
    };
    if !parts.is_empty() {
        return Some(parts);
    }
    let y = match case.op {
        "reshape" => x[0].reshape(list("shape")),
        "permute" => x[0].permute(list("axes")),
        "transpose" => x[0].transpose(whole("a"), whole("b")),
        "movedim" => x[0].movedim(case.axes("from"), case.axes("to")),
        "mt" => x[0].mt(),
        "flatten" => x[0].flatten(whole("first"), whole("last")),
        "squeeze" => x[0].squeeze(case.axes("axes")),
        "unsqueeze" => x[0].unsqueeze(case.axis()),
        "broadcast_to" => x[0].broadcast_to(list("shape")),
        "select" => x[0].select(case.axis(), whole("index")),
        "slice" => x[0].slice(case.ranges()),
        "embed" => x[0].embed(case.ranges(), list("shape")),
        "concat" => Var::concat(x, case.axis()),
        "stack" => Var::stack(x, case.axis()),
        "pad" => x[0].pad(pads(case), case.scalar("value")),
        "pad_with" => {
            let mode = match case.attrs["mode"].as_str() {
                Some("reflect") => PadMode::Reflect,
                Some("replicate") => PadMode::Replicate,
                _ => PadMode::Circular,
            };
            x[0].pad_with(pads(case), mode)
        }
        "flip" => x[0].flip(case.axes("axes")),
        "roll" => x[0].roll(whole("shift"), case.axis()),
        "roll_axes" => {
            let shifts = case.attrs["shifts"].as_array().expect("shifts").iter();
            x[0].roll_axes(shifts.map(wholes).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>())
        }
        "repeat" => x[0].repeat(list("repeats")),
        "repeat_interleave" if case.attrs["each"].is_null() => x[0].repeat_interleave(case.count("times"), case.axis()),
        "repeat_interleave" => x[0].repeat_interleave(Repeats::Each(list("each")), case.axis()),
        "unfold" => x[0].unfold(case.axis(), case.count("size"), case.count("step")),
        "fold" => x[0].fold(case.axis(), case.count("n"), case.count("step")),
        "triu" => x[0].triu(whole("diagonal")),
        "tril" => x[0].tril(whole("diagonal")),
        "diagonal" if case.attrs["axes"].is_null() => x[0].diagonal(0, [0, 1]),
        "diagonal" => x[0].diagonal(whole("offset"), two(case)),
        "diag_embed" => x[0].diag_embed(whole("offset"), two(case)),
        _ => return None,
    };
    Some(vec![y])
}

/// Two axes, which may be negative.
fn two(case: &Case<'_>) -> [isize; 2] {
    wholes(&case.attrs["axes"]).try_into().expect("two axes")
}

fn pads(case: &Case<'_>) -> Vec<(usize, usize)> {
    let pads = case.attrs["pads"].as_array().expect("pads").iter().map(sizes);
    pads.map(|pad| (pad[0], pad[1])).collect()
}
