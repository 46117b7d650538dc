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
        _ => return None,
    };
    Some(vec![y])
}
