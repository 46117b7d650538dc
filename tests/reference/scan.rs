//! Scans.

use crate::case::Case;
use crate::order::with_index;
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let y = match case.op {
        "cumsum" => x[0].cumsum(case.axis()),
        "cumsum_reverse" => x[0].cumsum_reverse(case.axis()),
        "cumprod" => x[0].cumprod(case.axis()),
        "cumprod_reverse" => x[0].cumprod_reverse(case.axis()),
        "cummax" => return Some(with_index(x[0].cummax(case.axis()))),
        "cummin" => return Some(with_index(x[0].cummin(case.axis()))),
        "logcumsumexp" => x[0].logcumsumexp(case.axis()),
        "linear_recurrence" => x[0].linear_recurrence(&x[1], case.axis()),
        "linear_recurrence_reverse" => x[0].linear_recurrence_reverse(&x[1], case.axis()),
        _ => return None,
    };
    Some(vec![y])
}
