//! Convolutions.

use crate::case::Case;
use autograd::ops::{Conv, ConvTranspose};
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let y = match case.op {
        "add_bias" => x[0].add_bias(&x[1]),
        "conv1d" => x[0].conv1d(&x[1], conv(case)),
        "conv2d" => x[0].conv2d(&x[1], conv(case)),
        "conv3d" => x[0].conv3d(&x[1], conv(case)),
        "conv1d_weight" => x[0].conv1d_weight(&x[1], case.sizes("kernel"), conv(case)),
        "conv2d_weight" => x[0].conv2d_weight(&x[1], case.sizes("kernel"), conv(case)),
        "conv3d_weight" => x[0].conv3d_weight(&x[1], case.sizes("kernel"), conv(case)),
        "conv_transpose1d" => x[0].conv_transpose1d(&x[1], transposed(case)),
        "conv_transpose2d" => x[0].conv_transpose2d(&x[1], transposed(case)),
        "conv_transpose3d" => x[0].conv_transpose3d(&x[1], transposed(case)),
        _ => return None,
    };
    Some(vec![if let Some(bias) = x.get(2) { y.add_bias(bias) } else { y }])
}

fn conv<const D: usize>(case: &Case<'_>) -> Conv<D> {
    Conv {
        stride: case.sizes("stride"),
        padding: case.sizes("padding").into(),
        dilation: case.sizes("dilation"),
        groups: case.count("groups"),
    }
}

fn transposed<const D: usize>(case: &Case<'_>) -> ConvTranspose<D> {
    ConvTranspose {
        stride: case.sizes("stride"),
        padding: case.sizes("padding").into(),
        output_padding: case.sizes("output_padding"),
        dilation: if case.attrs["dilation"].is_null() { [1; D] } else { case.sizes("dilation") },
        groups: case.count("groups"),
    }
}
