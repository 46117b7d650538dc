//! Convolutions.

use crate::case::Case;
use crate::support::sizes;
use autograd::ops::{Conv, ConvTranspose};
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let y = match case.op {
        "conv1d" => x[0].conv1d(&x[1], conv(case)),
        "conv2d" => x[0].conv2d(&x[1], conv(case)),
        "conv_transpose2d" => {
            let options = ConvTranspose {
                stride: axes(case, "stride"),
                padding: axes(case, "padding").into(),
                output_padding: axes(case, "output_padding"),
                groups: case.count("groups"),
                ..ConvTranspose::default()
            };
            x[0].conv_transpose2d(&x[1], options)
        }
        _ => return None,
    };
    Some(vec![y.add_bias(&x[2])])
}

fn conv<const D: usize>(case: &Case<'_>) -> Conv<D> {
    Conv {
        stride: axes(case, "stride"),
        padding: axes(case, "padding").into(),
        dilation: axes(case, "dilation"),
        groups: case.count("groups"),
    }
}

/// One number for each axis.
fn axes<const D: usize>(case: &Case<'_>, name: &str) -> [usize; D] {
    sizes(&case.attrs[name]).try_into().expect("a number for each axis")
}
