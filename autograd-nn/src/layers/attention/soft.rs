//! What attentions with a score of their own share: one query or several, and what their scores gather.

use super::scores::masked_softmax;
use crate::layers::prelude::*;

/// Queries `[n, t, q]` of `[n, t, q]` or of `[n, q]`, which is one of each sequence.
#[track_caller]
pub(super) fn queries<T: Real>(layer: &str, query: &Var<T>, keys: &Var<T>) -> Var<T> {
    match (query.rank(), keys.rank()) {
        (2, 3) => query.unsqueeze(1),
        (3, 3) => query.clone(),
        _ => refuse!(
            "{layer}: query and keys have shapes {} and {}, not [n, q] or [n, t, q] and [n, s, k]",
            query.shape(),
            keys.shape()
        ),
    }
}

/// Context `[n, t, d]` and weights `[n, t, s]` by scores `[n, t, s]`; without `t` where the query had none.
#[track_caller]
pub(super) fn gather<T: Real>(
    layer: &str,
    scores: &Var<T>,
    values: &Var<T>,
    hidden: Option<&Tensor<bool>>,
    one: bool,
) -> (Var<T>, Var<T>) {
    let (n, s) = (scores.shape()[0], scores.shape()[2]);
    if let Some(hidden) = hidden {
        let shape = hidden.shape();
        require!(*shape == [n, s], "{layer}: the mask of keys has shape {shape}, the keys [{n}, {s}]");
    }
    let hidden = hidden.map(|hidden| hidden.reshape([n, 1, s]));
    let weights = masked_softmax(scores, hidden.as_ref());
    let context = weights.matmul(values);
    if one { (context.squeeze(1), weights.squeeze(1)) } else { (context, weights) }
}
