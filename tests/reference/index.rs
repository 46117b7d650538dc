//! Ops that pick elements by index.

use crate::case::Case;
use autograd::{Real, Tensor, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let index = || case.index("index");
    let y = match case.op {
        "index_select" => x[0].index_select(case.axis(), &index()),
        "index_add" => x[0].index_add(case.axis(), &index(), case.count("size")),
        "index_copy" => x[0].index_copy(case.axis(), &index(), &x[1]),
        "gather" => x[0].gather(case.axis(), &index()),
        "scatter" => x[0].scatter(case.axis(), &index(), &x[1]),
        "scatter_add" if x.len() == 1 => x[0].scatter_add(case.axis(), &index(), case.count("size")),
        "scatter_add" => &x[0] + x[1].scatter_add(case.axis(), &index(), x[0].shape()[case.axis() as usize]),
        "take_along_axis" => x[0].take_along_axis(case.axis(), &index()),
        "embedding" => x[0].embedding(&index(), case.attrs["padding"].as_u64().map(|row| row as usize)),
        "index" => x[0].index(&refs(&indices(case))),
        "index_put" => x[0].index_put(&refs(&indices(case)), &x[1]),
        "index_put_add" => x[0].index_put_add(&refs(&indices(case)), &x[1]),
        "masked_select" => x[0].masked_select(&case.mask()),
        "masked_scatter" => x[0].masked_scatter(&case.mask(), &x[1]),
        _ => return None,
    };
    Some(vec![y])
}

/// One index for each of the first axes.
fn indices(case: &Case<'_>) -> Vec<Tensor<i64>> {
    let count = case.consts.as_object().expect("constants").len();
    (0..count).map(|i| case.index(&format!("index{i}"))).collect()
}

fn refs(indices: &[Tensor<i64>]) -> Vec<&Tensor<i64>> {
    indices.iter().collect()
}
