//! Attention.

use crate::case::Case;
use autograd::ops::Attention;
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let options = Attention {
        causal: case.attrs["causal"] == true,
        mask: case.consts.get("mask").map(|_| case.mask()),
        scale: case.optional("scale"),
    };
    let y = match case.op {
        "scaled_dot_product_attention" => x[0].scaled_dot_product_attention(&x[1], &x[2], &options),
        "attention_with_bias" => x[0].attention_with_bias(&x[1], &x[2], &x[3], &options),
        _ => return None,
    };
    Some(vec![y])
}
