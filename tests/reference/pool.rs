//! Pooling.

use crate::case::Case;
use crate::order::with_index;
use crate::support::number;
use autograd::ops::{AvgPool1d, AvgPool2d, AvgPool3d, LpPool1d, LpPool2d, MaxPool1d, MaxPool2d, MaxPool3d};
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let x = x.first()?;
    let y = match case.op {
        "max_pool1d" => {
            let ([kernel], [stride], [padding], [dilation]) =
                (case.sizes("kernel"), case.sizes("stride"), case.sizes("padding"), case.sizes("dilation"));
            x.max_pool1d(MaxPool1d { kernel, stride, padding, dilation, ceil_mode: ceil_mode(case) })
        }
        "max_pool2d" => x.max_pool2d(max_pool2d(case)),
        "max_pool2d_with_indices" => return Some(with_index(x.max_pool2d_with_indices(max_pool2d(case)))),
        "max_pool3d" => {
            let (kernel, stride, padding, dilation) =
                (case.sizes("kernel"), case.sizes("stride"), case.sizes("padding"), case.sizes("dilation"));
            x.max_pool3d(MaxPool3d { kernel, stride, padding, dilation, ceil_mode: ceil_mode(case) })
        }
        "avg_pool1d" => {
            let ([kernel], [stride], [padding]) = (case.sizes("kernel"), case.sizes("stride"), case.sizes("padding"));
            let options = AvgPool1d::new(kernel).stride(stride).padding(padding).ceil_mode(ceil_mode(case));
            x.avg_pool1d(options.count_include_pad(case.attrs["count_include_pad"] == true))
        }
        "avg_pool2d" => x.avg_pool2d(avg_pool2d(case)),
        "avg_unpool2d" => x.avg_unpool2d(case.sizes("size"), avg_pool2d(case)),
        "avg_pool3d" => {
            let (kernel, stride, padding) = (case.sizes("kernel"), case.sizes("stride"), case.sizes("padding"));
            let options = AvgPool3d::new(kernel).stride(stride).padding(padding).ceil_mode(ceil_mode(case));
            let options = options.count_include_pad(case.attrs["count_include_pad"] == true);
            x.avg_pool3d(match case.attrs["divisor"].as_u64() {
                Some(divisor) => options.divisor_override(divisor as usize),
                None => options,
            })
        }
        "lp_pool1d" => {
            let ([kernel], [stride]) = (case.sizes("kernel"), case.sizes("stride"));
            x.lp_pool1d(LpPool1d::new(number(&case.attrs["p"]), kernel).stride(stride).ceil_mode(ceil_mode(case)))
        }
        "lp_pool2d" => {
            let options = LpPool2d::new(number(&case.attrs["p"]), case.sizes("kernel")).stride(case.sizes("stride"));
            x.lp_pool2d(options.ceil_mode(ceil_mode(case)))
        }
        "adaptive_avg_pool1d" => x.adaptive_avg_pool1d(case.count("size")),
        "adaptive_avg_pool2d" if case.attrs["size"].is_null() => x.adaptive_avg_pool2d(case.sizes("output")),
        "adaptive_avg_pool2d" => x.adaptive_avg_pool2d(case.sizes("size")),
        "adaptive_avg_pool3d" => x.adaptive_avg_pool3d(case.sizes("size")),
        "adaptive_avg_unpool2d" => x.adaptive_avg_unpool2d(case.sizes("size")),
        "adaptive_max_pool1d" => x.adaptive_max_pool1d(case.count("size")),
        "adaptive_max_pool2d" => x.adaptive_max_pool2d(case.sizes("size")),
        "adaptive_max_pool2d_with_indices" => {
            return Some(with_index(x.adaptive_max_pool2d_with_indices(case.sizes("size"))));
        }
        "global_avg_pool1d" => x.global_avg_pool1d(),
        "global_max_pool1d" => x.global_max_pool1d(),
        "global_avg_pool2d" => x.global_avg_pool2d(),
        "global_max_pool2d" => x.global_max_pool2d(),
        "nearest_unpool2d" => x.nearest_unpool2d(case.sizes("block")),
        "bed_of_nails_unpool2d" => x.bed_of_nails_unpool2d(case.sizes("block")),
        "max_unpool2d" => {
            let (y, at) = x.max_pool2d_with_indices(MaxPool2d::new(case.sizes("kernel")));
            y.max_unpool2d(&at, [x.shape()[2], x.shape()[3]])
        }
        _ => return None,
    };
    Some(vec![y])
}

fn ceil_mode(case: &Case<'_>) -> bool {
    case.attrs["ceil_mode"] == true
}

fn max_pool2d(case: &Case<'_>) -> MaxPool2d {
    let dilation = if case.attrs["dilation"].is_null() { [1, 1] } else { case.sizes("dilation") };
    let options = MaxPool2d::new(case.sizes("kernel")).stride(case.sizes("stride")).padding(case.sizes("padding"));
    options.dilation(dilation).ceil_mode(ceil_mode(case))
}

fn avg_pool2d(case: &Case<'_>) -> AvgPool2d {
    let options = AvgPool2d::new(case.sizes("kernel")).stride(case.sizes("stride")).padding(case.sizes("padding"));
    let options = options.ceil_mode(ceil_mode(case)).count_include_pad(case.attrs["count_include_pad"] != false);
    match case.attrs["divisor"].as_u64() {
        Some(divisor) => options.divisor_override(divisor as usize),
        None => options,
    }
}
