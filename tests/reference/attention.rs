//! Attention.

use crate::case::Case;
use autograd::ops::Attention;
use autograd::{Real, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let options = Attention::default().causal(case.attrs["causal"] == true);
    match case.op {
        "scaled_dot_product_attention" => Some(vec![x[0].scaled_dot_product_attention(&x[1], &x[2], &options)]),
        _ => None,
    }
}
