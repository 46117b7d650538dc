//! `AdditiveAttention`: keys scored by a small network.

use super::soft::{gather, queries};
use crate::Linear;
use crate::layers::prelude::*;
use std::panic::Location;

/// Attention whose scores come from a network with one hidden layer, as a decoder looks over what an encoder gave.
///
/// `context = Σⱼ p[j] · value[j]` with `p = softmax over j of vᵀ tanh(W query + U key[j])`
///
/// # Shape
/// `[n, q] x [n, s, k] x [n, s, d] -> [n, d], [n, s]`: context and weights of one query of each sequence; of several,
/// `[n, t, q] x .. -> [n, t, d], [n, t, s]`
///
/// # Parameters
/// `query.weight` (`W`), `key.weight` (`U`) and `score.weight` (`v`), without biases.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::AdditiveAttention;
/// let attention = AdditiveAttention::<f64>::new(2, 1, 3, &mut Generator::seed(0));
/// attention.score.weight.set(Tensor::zeros([1, 3])); // all keys alike
/// let (query, keys) = (Var::leaf([[1.0, -1.0]]), Var::leaf([[[1.0], [2.0], [6.0]]]));
/// let (context, weights) = attention.forward(&query, &keys, &keys, None);
/// assert!((context.item() - 3.0).abs() < 1e-12 && (weights.value().at([0, 2]) - 1.0 / 3.0).abs() < 1e-12);
/// let dkeys = context.sum().backward().get(&keys).unwrap().to_vec();
/// assert!(dkeys.iter().all(|dk| (dk - 1.0 / 3.0).abs() < 1e-12));
/// ```
///
/// The next word of a caption looks over the places of an image (Xu et al. 2015, "Show, Attend and Tell", equations 4 to 6 and 13): the features
/// that a convolution gave at each place are keys and values, the state of the decoder is the query. What depends on the image alone is
/// computed once for all words.
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::AdditiveAttention;
/// let generator = &mut Generator::seed(0);
/// let attention = AdditiveAttention::<f32>::new(6, 8, 5, generator);
/// let features = Var::leaf(Tensor::uniform([2, 8, 3, 3], -1.0, 1.0, generator)); // [n, channels, height, width]
/// let places = features.flatten(2, -1).mt(); // [n, height width, channels]
/// let keys = attention.project_keys(&places);
/// let mut state = Var::constant(Tensor::zeros([2, 6]));
/// for _word in 0..2 {
///     let (context, weights) = attention.forward_projected(&state, &keys, &places, None);
///     assert_eq!(*context.shape(), [2, 8]);
///     let seen = weights.reshape([2, 3, 3]); // a map of where this word looks
///     assert!((seen.sum().item() - 2.0).abs() < 1e-5);
///     state = context.slice((.., 0..6)).tanh(); // a recurrent cell, in earnest
/// }
/// assert_eq!(state.sum().backward().get(&features).unwrap().shape(), features.shape());
/// ```
///
/// Bahdanau, Cho, Bengio 2015, "Neural Machine Translation by Jointly Learning to Align and Translate", section 3.1 and appendix A.1.2.
#[derive(Debug, Module)]
#[doc(alias = "BahdanauAttention")]
#[doc(alias = "SoftAttention")]
pub struct AdditiveAttention<T: Real = f32> {
    /// `W`, of a query.
    pub query: Linear<T>,
    /// `U`, of a key.
    pub key: Linear<T>,
    /// `v`, of the hidden layer.
    pub score: Linear<T>,
}

impl<T: Real> AdditiveAttention<T> {
    /// Attention of queries with `query` features to keys with `key` features, through `hidden` units; each weight uniform within
    /// `±1/√inputs`.
    pub fn new(query: usize, key: usize, hidden: usize, generator: &mut Generator) -> Self {
        let mut linear = |inputs, outputs| Linear::new(inputs, outputs, generator).without_bias();
        AdditiveAttention { query: linear(query, hidden), key: linear(key, hidden), score: linear(hidden, 1) }
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
        self.forward_projected(query, &self.project_keys(keys), values, hidden)
    }

    /// `U key` of each key, `[n, s, hidden]`: computed once where many queries come one after the other.
    #[track_caller]
    pub fn project_keys(&self, keys: &Var<T>) -> Var<T> {
        self.key.forward(keys)
    }

    /// Context and weights as of [`forward`](AdditiveAttention::forward), from keys that [`project_keys`](AdditiveAttention::project_keys)
    /// gave.
    #[track_caller]
    pub fn forward_projected(
        &self,
        query: &Var<T>,
        projected: &Var<T>,
        values: &Var<T>,
        hidden: Option<&Tensor<bool>>,
    ) -> (Var<T>, Var<T>) {
        let queries = queries("AdditiveAttention", query, projected);
        let scores = blame(Location::caller(), || {
            let units = self.query.forward(&queries).unsqueeze(2) + projected.unsqueeze(1);
            self.score.forward(&units.tanh()).squeeze(-1)
        });
        let (context, weights) = gather("AdditiveAttention", &scores, values, hidden, query.rank() == 2);
        (report(self, context), weights)
    }
}

#[cfg(test)]
impl Checked for AdditiveAttention<f64> {
    fn cases() -> Cases<Self> {
        let small = |g: &mut Generator| AdditiveAttention::new(3, 2, 4, g);
        let state = ["query.weight [4, 3]", "key.weight [4, 2]", "score.weight [1, 4]"];
        let hidden = Tensor::from([[false, true, false], [true, true, true]]);
        Cases::new(
            Case::new("one query", small, |m, x| {
                let (context, weights) = m.forward(&x[0], &x[1], &x[2], None);
                vec![context, weights]
            })
            .input([2, 3])
            .input([2, 3, 2])
            .input([2, 3, 1])
            .output([2, 1])
            .output([2, 3])
            .state(state),
        )
        .case(
            Case::new("two queries, hidden keys", small, move |m, x| {
                let (context, weights) = m.forward(&x[0], &x[1], &x[1], Some(&hidden));
                vec![context, weights]
            })
            .input([2, 2, 3])
            .input([2, 3, 2])
            .output([2, 2, 2])
            .output([2, 2, 3])
            .state(state),
        )
        .rejects("AdditiveAttention: query and keys have shapes [3] and [1, 2, 4]", move |g| {
            let keys = Var::constant(Tensor::zeros([1, 2, 2]));
            let _ = small(g).forward(&Var::constant([0.0; 3]), &keys, &keys, None);
        })
        .rejects("AdditiveAttention: the mask of keys has shape [3], the keys [1, 2]", move |g| {
            let keys = Var::constant(Tensor::zeros([1, 2, 2]));
            let _ = small(g).forward(&Var::constant([[0.0; 3]]), &keys, &keys, Some(&[false; 3].into()));
        })
        .rejects("linear: x has 2 inputs, the weight has 3", move |g| {
            let keys = Var::constant(Tensor::zeros([1, 2, 2]));
            let _ = small(g).forward(&Var::constant([[0.0; 2]]), &keys, &keys, None);
        })
        .rejects("matmul: ", move |g| {
            let keys = Var::constant(Tensor::zeros([1, 2, 2]));
            let values = Var::constant(Tensor::zeros([1, 3, 2]));
            let _ = small(g).forward(&Var::constant([[0.0; 3]]), &keys, &values, None);
        })
    }
}
