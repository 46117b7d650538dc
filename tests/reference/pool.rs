//! Pooling.

use crate::case::Case;
use autograd::ops::{AvgPool2d, MaxPool2d};
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let y = match case.op {
        "max_pool2d" => {
            let options = MaxPool2d::new(case.pair("kernel")).stride(case.pair("stride")).padding(case.pair("padding"));
            x[0].max_pool2d(options)
        }
        "avg_pool2d" => {
            let options = AvgPool2d::new(case.pair("kernel")).stride(case.pair("stride")).padding(case.pair("padding"));
            x[0].avg_pool2d(options)
        }
        _ => return None,
    };
    Some(vec![y])
}
