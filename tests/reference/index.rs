//! Ops that pick elements by index.

use crate::case::Case;
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let y = match case.op {
        "index_select" => x[0].index_select(case.axis(), &case.index("index")),
        "gather" => x[0].gather(case.axis(), &case.index("index")),
        "scatter_add" => {
            &x[0] + x[1].scatter_add(case.axis(), &case.index("index"), x[0].shape()[case.axis() as usize])
        }
        "embedding" => x[0].embedding(&case.index("index"), None),
        _ => return None,
    };
    Some(vec![y])
}
