//! Resampling.

use crate::case::Case;
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let y = match case.op {
        "upsample_nearest" => x[0].upsample_nearest(case.count("scale")),
        "upsample_bilinear" => x[0].upsample_bilinear(case.pair("size"), case.attrs["align_corners"] == true),
        _ => return None,
    };
    Some(vec![y])
}
