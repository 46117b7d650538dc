//! Ops that move elements.

use crate::case::Case;
use crate::support::sizes;
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let y = match case.op {
        "reshape" => x[0].reshape(sizes(&case.attrs["shape"])),
        "permute" => x[0].permute(sizes(&case.attrs["axes"])),
        "broadcast_to" => x[0].broadcast_to(sizes(&case.attrs["shape"])),
        "slice" => x[0].slice(case.ranges()),
        "concat" => Var::concat(&x.iter().collect::<Vec<_>>(), case.axis()),
        "stack" => Var::stack(&x.iter().collect::<Vec<_>>(), case.axis()),
        "pad" => {
            let pads = case.attrs["pads"].as_array().expect("pads").iter().map(sizes);
            x[0].pad(pads.map(|p| (p[0], p[1])).collect::<Vec<_>>(), case.scalar("value"))
        }
        "flip" => x[0].flip(case.axes().0),
        "roll" => x[0].roll(case.attrs["shift"].as_i64().expect("a shift") as isize, case.axis()),
        "repeat" => x[0].repeat(sizes(&case.attrs["repeats"])),
        "triu" => x[0].triu(diagonal(case)),
        "tril" => x[0].tril(diagonal(case)),
        "diagonal" => x[0].diagonal(0, [0, 1]),
        _ => return None,
    };
    Some(vec![y])
}

fn diagonal(case: &Case<'_>) -> isize {
    case.attrs["diagonal"].as_i64().expect("an offset") as isize
}
