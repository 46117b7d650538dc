//! `Scores`: attention under a mask, by the fused op or by its formula, and a softmax that bears a query without keys.

use crate::layers::prelude::*;
use autograd_core::Shape;

/// What is hidden of scores `[n, heads, t, s]`, and what is added to them.
pub(super) struct Scores<T: Real> {
    sizes: [usize; 4],
    causal: bool,
    /// With four axes, of which the last is whole.
    hidden: Option<Tensor<bool>>,
    bias: Option<Var<T>>,
}

impl<T: Real> Scores<T> {
    /// From a mask and a bias that broadcast to these sizes.
    pub(super) fn new(sizes: [usize; 4], causal: bool, hidden: Option<Tensor<bool>>, bias: Option<Var<T>>) -> Self {
        let hidden = hidden.map(|hidden| hidden.broadcast_to(last(hidden.shape(), sizes[3])));
        Scores { sizes, causal, hidden, bias }
    }

    /// The same with so many more keys behind the others, which each query sees.
    #[track_caller]
    pub(super) fn with_open_keys(self, more: usize) -> Self {
        let [n, heads, t, s] = self.sizes;
        // For `causal` they would lie ahead.
        let hidden = self.all_hidden().map(|hidden| {
            let (old, all) = (hidden.to_vec(), s + more);
            let at = |i: usize| i % all < s && old[i / all * s + i % all];
            Tensor::from_fn(last(hidden.shape(), all), at)
        });
        let bias = self.bias.map(|bias| {
            let bias = bias.broadcast_to(last(bias.shape(), s));
            let zeros = Tensor::zeros(last(bias.shape(), more));
            Var::concat(&[&bias, &Var::constant(zeros)], -1)
        });
        Scores { sizes: [n, heads, t, s + more], causal: false, hidden, bias }
    }

    /// The values gathered, by the fused op, which never holds all weights.
    #[track_caller]
    pub(super) fn gather(&self, query: &Var<T>, key: &Var<T>, value: &Var<T>) -> Var<T> {
        let mut options = ops::Attention::default().causal(self.causal);
        // There, true lets a query look.
        options.mask = self.hidden.as_ref().map(Tensor::not);
        match &self.bias {
            Some(bias) => query.attention_with_bias(key, value, bias, &options),
            None => query.scaled_dot_product_attention(key, value, &options),
        }
    }

    /// The weights that [`gather`](Scores::gather) gives the values, `[n, heads, t, s]`.
    #[track_caller]
    pub(super) fn weights(&self, query: &Var<T>, key: &Var<T>) -> Var<T> {
        let scale = T::of((query.shape()[3] as f64).sqrt().recip());
        let scores = query.mul_scalar(scale).matmul(&key.mt());
        let scores = match &self.bias {
            Some(bias) => scores + bias,
            None => scores,
        };
        masked_softmax(&scores, self.all_hidden().as_ref())
    }

    /// What is hidden, be it by a mask or as lying ahead.
    fn all_hidden(&self) -> Option<Tensor<bool>> {
        let [.., t, s] = self.sizes;
        let hidden = self.hidden.clone();
        if self.causal { either(hidden, ahead(t, s).reshape([1, 1, t, s])) } else { hidden }
    }
}

/// The softmax of scores along their last axis over those that are not hidden; zeros where all are.
///
/// The last axis of the mask is that of the scores, the others broadcast.
#[track_caller]
pub(super) fn masked_softmax<T: Real>(scores: &Var<T>, hidden: Option<&Tensor<bool>>) -> Var<T> {
    let Some(hidden) = hidden else { return scores.softmax(-1) };
    let keys = hidden.shape().last().copied().unwrap_or(1);
    let rows: Vec<bool> = hidden.to_vec().chunks(keys.max(1)).map(|row| !row.contains(&false)).collect();
    if !rows.contains(&true) {
        return scores.masked_fill(hidden, T::neg_infinity()).softmax(-1);
    }
    // A softmax of nothing would be NaN, in the gradient too: such a row is computed with zeros, and its result dropped.
    let nowhere = Tensor::from_vec(rows, last(hidden.shape(), 1));
    let others = hidden.zip(&nowhere.broadcast_to(hidden.shape()), |hidden, nowhere| hidden && !nowhere);
    let scores = scores.masked_fill(&nowhere, T::zero()).masked_fill(&others, T::neg_infinity());
    scores.softmax(-1).masked_fill(&nowhere, T::zero())
}

/// Keys behind a query's own place, `[t, s]`.
pub(super) fn ahead(t: usize, s: usize) -> Tensor<bool> {
    Tensor::from_fn([t, s], |at| at % s > at / s)
}

/// Where one mask hides or the other.
pub(super) fn either(a: Option<Tensor<bool>>, b: Tensor<bool>) -> Option<Tensor<bool>> {
    let Some(a) = a else { return Some(b) };
    let shape = a.shape().broadcast(b.shape()).expect("both masks fit the scores");
    Some(a.broadcast_to(&shape).zip(&b.broadcast_to(&shape), |a, b| a || b))
}

/// The shape with another size of the last axis.
fn last(shape: &Shape, size: usize) -> Shape {
    let (_, leading) = shape.split_last().expect("an axis of keys");
    leading.iter().copied().chain([size]).collect()
}
