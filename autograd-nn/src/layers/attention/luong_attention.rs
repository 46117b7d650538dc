//! `LuongAttention`: keys scored by a product with the query, or by a small network.

use super::soft::{gather, queries};
use crate::layers::prelude::*;
use std::panic::Location;

/// Attention whose scores are products of query and key, with one of three formulas.
///
/// `context = Σⱼ p[j] · value[j]` with `p = softmax over j of score(query, key[j])`, where the score is `queryᵀ key`,
/// `queryᵀ W key`, or `vᵀ tanh(W [query; key])`.
///
/// # Shape
/// `[n, q] x [n, s, k] x [n, s, d] -> [n, d], [n, s]`: context and weights of one query of each sequence; of several,
/// `[n, t, q] x .. -> [n, t, d], [n, t, s]`
///
/// # Parameters
/// None; or `weight` `[q, k]`; or `weight` `[hidden, q + k]` and `score` `[1, hidden]`.
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::LuongAttention;
/// let attention = LuongAttention::Dot;
/// let (query, keys) = (Var::leaf([[3f64.ln()]]), Var::leaf([[[0.0], [1.0]]]));
/// let values = Var::leaf([[[0.0], [4.0]]]);
/// let (context, weights) = attention.forward(&query, &keys, &values, None);
/// assert!((context.item() - 3.0).abs() < 1e-12 && (weights.value().at([0, 1]) - 0.75).abs() < 1e-12);
/// let gradients = context.sum().backward();
/// assert!((gradients.get(&query).unwrap().item() - 0.75).abs() < 1e-12); // Σ p · (value - context) · key
/// assert!((gradients.get(&values).unwrap().at([0, 0, 0]) - 0.25).abs() < 1e-12);
/// ```
///
/// Luong, Pham, Manning 2015, "Effective Approaches to Attention-based Neural Machine Translation", section 3.1.
#[derive(Debug)]
#[doc(alias = "DotAttention")]
#[doc(alias = "DotProductAttention")]
#[doc(alias = "MultiplicativeAttention")]
pub enum LuongAttention<T: Real = f32> {
    /// `queryᵀ key`, of as many features.
    Dot,
    /// `queryᵀ W key`.
    General {
        /// `W`, of shape `[q, k]`.
        weight: Parameter<T>,
    },
    /// `vᵀ tanh(W [query; key])`.
    Concat {
        /// `W`, of shape `[hidden, q + k]`, the columns of the query first.
        weight: Parameter<T>,
        /// `v`, of shape `[1, hidden]`.
        score: Parameter<T>,
    },
}

impl<T: Real> LuongAttention<T> {
    /// The score `queryᵀ W key`, with weights uniform within `±1/√key`.
    pub fn general(query: usize, key: usize, generator: &mut Generator) -> Self {
        LuongAttention::General { weight: Parameter::new(init::fan_in_uniform([query, key], key, generator)) }
    }

    /// The score `vᵀ tanh(W [query; key])` with `hidden` units, each weight uniform within `±1/√inputs`.
    pub fn concat(query: usize, key: usize, hidden: usize, generator: &mut Generator) -> Self {
        let inputs = query + key;
        let weight = Parameter::new(init::fan_in_uniform([hidden, inputs], inputs, generator));
        let score = Parameter::new(init::fan_in_uniform([1, hidden], hidden, generator));
        LuongAttention::Concat { weight, score }
    }

    /// Context and weights; keys that are true in `hidden`, `[n, s]`, are not looked at.
    #[track_caller]
    pub fn forward(
        &self,
        query: &Var<T>,
        keys: &Var<T>,
        values: &Var<T>,
        hidden: Option<&Tensor<bool>>,
    ) -> (Var<T>, Var<T>) {
        let queries = queries("LuongAttention", query, keys);
        if let LuongAttention::Concat { weight, .. } = self {
            let (q, k, columns) = (queries.shape()[2], keys.shape()[2], weight.shape()[1]);
            require!(
                q + k == columns,
                "LuongAttention: query and key have {q} and {k} features, the weight is for {columns}"
            );
        }
        let scores = blame(Location::caller(), || self.scores(&queries, keys));
        let (context, weights) = gather("LuongAttention", &scores, values, hidden, query.rank() == 2);
        (report(self, context), weights)
    }

    /// `[n, t, s]` of queries `[n, t, q]` and keys `[n, s, k]`.
    fn scores(&self, queries: &Var<T>, keys: &Var<T>) -> Var<T> {
        match self {
            LuongAttention::Dot => queries.matmul(&keys.mt()),
            LuongAttention::General { weight } => queries.matmul(&keys.linear(&weight.var(), None).mt()),
            LuongAttention::Concat { weight, score } => {
                // Each half by itself: the pairs of a query and a key need not be made.
                let (weight, q) = (weight.var(), queries.shape()[2]);
                let [of_query, of_key] = [weight.slice((.., ..q)), weight.slice((.., q..))];
                let units = queries.linear(&of_query, None).unsqueeze(2) + keys.linear(&of_key, None).unsqueeze(1);
                units.tanh().linear(&score.var(), None).squeeze(-1)
            }
        }
    }
}

impl<T: Real> Module<T> for LuongAttention<T> {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.module(self);
        match self {
            LuongAttention::Dot => {}
            LuongAttention::General { weight } => visitor.field("weight", weight),
            LuongAttention::Concat { weight, score } => {
                visitor.field("weight", weight);
                visitor.field("score", score);
            }
        }
    }
}

#[cfg(test)]
impl Checked for LuongAttention<f64> {
    fn cases() -> Cases<Self> {
        let call = |m: &LuongAttention<f64>, x: &[Var<f64>]| {
            let (context, weights) = m.forward(&x[0], &x[1], &x[1], Some(&[[false, true, false], [true; 3]].into()));
            vec![context, weights]
        };
        Cases::new(
            Case::new("dot", |_| LuongAttention::Dot, call)
                .input([2, 2])
                .input([2, 3, 2])
                .output([2, 2])
                .output([2, 3]),
        )
        .case(
            Case::new("general, two queries", |g| LuongAttention::general(3, 2, g), call)
                .input([2, 2, 3])
                .input([2, 3, 2])
                .output([2, 2, 2])
                .output([2, 2, 3])
                .state(["weight [3, 2]"]),
        )
        .case(
            Case::new("concat", |g| LuongAttention::concat(3, 2, 4, g), call)
                .input([2, 2, 3])
                .input([2, 3, 2])
                .output([2, 2, 2])
                .output([2, 2, 3])
                .state(["weight [4, 5]", "score [1, 4]"]),
        )
        .rejects("LuongAttention: query and keys have shapes [1, 2] and [2, 2]", |_| {
            let x = Var::<f64>::constant([[0.0; 2]; 2]);
            let _ = LuongAttention::Dot.forward(&Var::constant([[0.0; 2]]), &x, &x, None);
        })
        .rejects("LuongAttention: the mask of keys has shape [1, 3], the keys [1, 2]", |_| {
            let x = Var::<f64>::constant([[[0.0; 2]; 2]]);
            let _ = LuongAttention::Dot.forward(&Var::constant([[0.0; 2]]), &x, &x, Some(&[[true; 3]].into()));
        })
        .rejects("matmul: ", |_| {
            let x = Var::<f64>::constant([[[0.0; 2]; 2]]);
            let _ = LuongAttention::Dot.forward(&Var::constant([[0.0; 3]]), &x, &x, None);
        })
        .rejects("linear: x has 2 inputs, the weight has 3", |g| {
            let x = Var::<f64>::constant([[[0.0; 2]; 2]]);
            let _ = LuongAttention::general(2, 3, g).forward(&Var::constant([[0.0; 2]]), &x, &x, None);
        })
        .rejects("LuongAttention: query and key have 7 and 2 features, the weight is for 5", |g| {
            let [query, keys] = [[1, 1, 7], [1, 3, 2]].map(|shape| Var::constant(Tensor::zeros(shape)));
            let _ = LuongAttention::<f64>::concat(3, 2, 4, g).forward(&query, &keys, &keys, None);
        })
    }
}
