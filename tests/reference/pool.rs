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
        "adaptive_avg_pool2d" => x[0].adaptive_avg_pool2d(case.pair("output")),
        "global_avg_pool2d" => x[0].global_avg_pool2d(),
        "max_unpool2d" => {
            let (y, at) = x[0].max_pool2d_with_indices(MaxPool2d::new(case.pair("kernel")));
            y.max_unpool2d(&at, [x[0].shape()[2], x[0].shape()[3]])
        }
        _ => return None,
    };
    Some(vec![y])
}
