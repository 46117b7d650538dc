//! Order along an axis.

use crate::case::Case;
use crate::support::number;
use autograd::{Real, Tensor, Var};

/// Elements, and where they stood.
pub fn with_index<T: Real>((y, index): (Var<T>, Tensor<i64>)) -> Vec<Var<T>> {
    vec![y, Var::constant(index.map(|i| T::of(i as f64)))]
}

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let is = |name: &str| case.attrs[name] == true;
    let (axis, keepdim) = (|| case.axis(), is("keepdim"));
    let both = match case.op {
        "sort" => x[0].sort(axis(), is("descending")),
        "topk" => x[0].topk(case.count("k"), axis(), case.attrs["largest"] != false),
        "max_index" | "max_with_index" => x[0].max_with_index(axis(), keepdim),
        "min_with_index" => x[0].min_with_index(axis(), keepdim),
        "median" => x[0].median(axis(), keepdim),
        "quantile" => return Some(vec![x[0].quantile(number(&case.attrs["q"]), axis(), keepdim)]),
        _ => return None,
    };
    let mut results = with_index(both);
    if case.attrs["index"] != true {
        results.truncate(1);
    }
    Some(results)
}
