//! Convolutions.

use crate::case::Case;
use autograd::ops::{Conv2d, ConvTranspose2d};
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let channels = |b: &Var<T>| b.reshape([b.numel(), 1, 1]);
    let y = match case.op {
        "conv2d" => {
            let options = Conv2d {
                stride: case.pair("stride"),
                padding: case.pair("padding"),
                dilation: case.pair("dilation"),
                groups: case.count("groups"),
            };
            x[0].conv2d(&x[1], options) + channels(&x[2])
        }
        "conv_transpose2d" => {
            let options = ConvTranspose2d {
                stride: case.pair("stride"),
                padding: case.pair("padding"),
                output_padding: case.pair("output_padding"),
                groups: case.count("groups"),
                ..ConvTranspose2d::default()
            };
            x[0].conv_transpose2d(&x[1], options) + channels(&x[2])
        }
        _ => return None,
    };
    Some(vec![y])
}
