//! `AttentionMask`: which keys a query may not look at, and what is added to its scores.

use super::scores::{Scores, ahead, either};
use crate::layers::prelude::*;
use autograd_core::Shape;

/// Which keys a query may not look at, and what is added to its scores.
///
/// In every mask of this crate's attention **true hides**, as in PyTorch's `MultiheadAttention`, and the methods say so. The op underneath,
/// [`scaled_dot_product_attention`](Var::scaled_dot_product_attention), has it the other way round, as PyTorch's function of that name: there true
/// lets a query look.
///
/// | PyTorch | here |
/// |---|---|
/// | `attn_mask` of `bool` | [`hide`](AttentionMask::hide) |
/// | `attn_mask` of numbers | [`bias`](AttentionMask::bias) |
/// | `key_padding_mask` | [`hide_keys`](AttentionMask::hide_keys) |
/// | `is_causal` | [`causal`](AttentionMask::causal()), of which no mask need be given besides |
///
/// A query that may look nowhere gathers nothing: its weights are zeros, and no gradient passes through them. (PyTorch gives NaN.)
///
/// # Example
/// Four queries that do not look ahead, in a batch of two sequences of which the second ends after three keys:
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{AttentionMask, HeadWeights, MultiHeadAttention};
/// let attention = MultiHeadAttention::<f64>::new(6, 2, &mut Generator::seed(0)).batch_first(true);
/// let padding = Tensor::from([[false, false, false, false], [false, false, false, true]]);
/// let mask = AttentionMask::causal().hide_keys(padding);
/// let x = Var::leaf(Tensor::ones([2, 4, 6]));
/// let (_, weights) = attention.forward_with_weights(&x, &x, &x, &mask, HeadWeights::Averaged);
/// let rows: Vec<Vec<bool>> = weights.to_vec().chunks(4).map(|row| row.iter().map(|&p| p > 0.0).collect()).collect();
/// assert_eq!(rows[1], [true, true, false, false]); // the second query of the first sequence
/// assert_eq!(rows[7], [true, true, true, false]); // the last query of the second
/// ```
#[derive(Clone, Debug)]
pub struct AttentionMask<T: Real = f32> {
    /// Whether a query looks at no key behind its own place.
    pub causal: bool,
    /// Keys hidden from a query.
    pub hidden: Option<Tensor<bool>>,
    /// Keys hidden from all queries of a sequence.
    pub hidden_keys: Option<Tensor<bool>>,
    /// What is added to the scores.
    pub bias: Option<Var<T>>,
}

impl<T: Real> AttentionMask<T> {
    /// Every query looks at every key.
    pub fn none() -> Self {
        AttentionMask { causal: false, hidden: None, hidden_keys: None, bias: None }
    }

    /// Query `i` looks at the keys up to `i`, both counted from the first: a model of sequences does not see what it is to foretell.
    ///
    /// The same as hiding [`causal_mask`], but the hidden half is not computed.
    #[doc(alias = "is_causal")]
    pub fn causal() -> Self {
        AttentionMask { causal: true, ..AttentionMask::none() }
    }

    /// Hides key `j` from query `i` wherever `mask[.., i, j]` is true.
    ///
    /// `[t, s]` for all alike, `[n heads, t, s]` as in PyTorch, or whatever broadcasts to `[n, heads, t, s]`.
    #[must_use]
    #[doc(alias = "attn_mask")]
    pub fn hide(self, mask: impl Into<Tensor<bool>>) -> Self {
        AttentionMask { hidden: Some(mask.into()), ..self }
    }

    /// Hides the keys that are true from each query of their sequence, as the padding behind a short one: `[n, s]`, or `[s]` without a batch.
    #[must_use]
    #[doc(alias = "key_padding_mask")]
    pub fn hide_keys(self, keys: impl Into<Tensor<bool>>) -> Self {
        AttentionMask { hidden_keys: Some(keys.into()), ..self }
    }

    /// Adds to the scores, before their softmax, as for relative positions (a gradient reaches it); minus infinity hides.
    ///
    /// Shapes as for [`hide`](AttentionMask::hide).
    #[must_use]
    #[doc(alias = "attn_mask")]
    pub fn bias(self, bias: impl Into<Var<T>>) -> Self {
        AttentionMask { bias: Some(bias.into()), ..self }
    }

    /// What this says of scores of the shape `[n, heads, t, s]`.
    #[track_caller]
    pub(super) fn on(&self, scores: [usize; 4]) -> Scores<T> {
        let [n, _, _, s] = scores;
        if let Some(mask) = &self.hidden {
            fit("mask", mask.shape(), scores);
        }
        if let Some(bias) = &self.bias {
            fit("bias", bias.shape(), scores);
        }
        let mut hidden = self.hidden.as_ref().map(|mask| mask.reshape(four_axes(mask.shape(), scores)));
        if let Some(keys) = &self.hidden_keys {
            let shape = keys.shape();
            require!(
                *shape == [n, s] || n == 1 && *shape == [s],
                "AttentionMask: the mask of keys has shape {shape}, the keys [{n}, {s}]"
            );
            hidden = either(hidden, keys.reshape([n, 1, 1, s]));
        }
        let bias = self.bias.as_ref().map(|bias| bias.reshape(four_axes(bias.shape(), scores)));
        let nowhere = bias.as_ref().map(|bias| bias.value().eq(T::neg_infinity())).filter(Tensor::any);
        if let Some(nowhere) = nowhere {
            hidden = either(hidden, nowhere);
        }
        Scores::new(scores, self.causal, hidden, bias)
    }
}

/// The four axes of a mask or bias for scores of the shape `[n, heads, t, s]`.
fn four_axes(shape: &Shape, [n, heads, ..]: [usize; 4]) -> Shape {
    match **shape {
        [all, t, s] if all == n * heads => Shape::from([n, heads, t, s]),
        _ => std::iter::repeat_n(1, 4usize.saturating_sub(shape.rank())).chain(shape.iter().copied()).collect(),
    }
}

/// Refuses a mask or bias that does not broadcast to the scores.
#[track_caller]
fn fit(name: &str, shape: &Shape, scores: [usize; 4]) {
    let axes = four_axes(shape, scores);
    let fits = axes.rank() == 4 && axes.iter().zip(scores).all(|(&size, all)| size == 1 || size == all);
    require!(fits, "AttentionMask: the {name} has shape {shape}, the scores {scores:?}");
}

/// True above the diagonal: query `i` of `n` may not look at a key behind its own place.
///
/// [`AttentionMask::causal`] says the same without a mask.
///
/// ```
/// use autograd_nn::causal_mask;
/// assert_eq!(causal_mask(2).to_vec(), [false, true, false, false]);
/// ```
#[doc(alias = "generate_square_subsequent_mask")]
pub fn causal_mask(n: usize) -> Tensor<bool> {
    ahead(n, n)
}
