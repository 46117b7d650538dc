//! `MultiHeadAttention`: several attentions side by side, each in a projection of its own.

use super::AttentionMask;
use super::in_projection::{InProjection, thirds};
use crate::Linear;
use crate::layers::prelude::*;
use std::panic::Location;

/// Attention with several heads: each looks for other keys, in a projection of its own, and what all gathered is joined.
///
/// `y = concat(headₕ) W_oᵀ + b_o` with `headₕ = softmax(qₕ kₕᵀ / √d) vₕ`, where `q = query W_qᵀ + b_q` has `heads · d` features of which
/// `qₕ` are those of head `h`, and likewise `k` and `v`.
///
/// The sequence comes before the batch unless [`batch_first`](MultiHeadAttention::batch_first) says otherwise, as in PyTorch. An
/// [`AttentionMask`] says where queries may not look. While neither weights are asked for nor dropped, the op
/// [`scaled_dot_product_attention`](Var::scaled_dot_product_attention) does the work, whose memory does not grow with `t · s`.
///
/// # Shape
/// `[t, n, embed] x [s, n, kdim] x [s, n, vdim] -> [t, n, embed]`; with `batch_first` `[n, t, embed] x ..`; without a batch `[t, embed] x ..`
///
/// # Parameters
/// `in_proj_weight` `[3 embed, embed]`, or `q_proj_weight`, `k_proj_weight`, `v_proj_weight` where keys or values have other features;
/// `in_proj_bias` `[3 embed]`; `bias_k` and `bias_v` `[1, 1, embed]` if asked for; `out_proj.weight`, `out_proj.bias`.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{AttentionMask, Module, MultiHeadAttention, unreached};
/// let attention = MultiHeadAttention::new(4, 2, &mut Generator::seed(0)).batch_first(true);
/// let (query, memory) = (Var::leaf(Tensor::<f64>::ones([2, 3, 4])), Var::leaf(Tensor::<f64>::ones([2, 5, 4])));
/// let y = attention.forward(&query, &memory, &memory, &AttentionMask::none());
/// assert_eq!(*y.shape(), [2, 3, 4]);
///
/// // Of equal values it matters not which are gathered: the query gets no gradient, and each value a fifth of each query's.
/// let gradients = y.sum().backward();
/// assert!(unreached(&attention, &gradients).is_empty());
/// assert!(gradients.get(&query).unwrap().to_vec().iter().all(|dx| dx.abs() < 1e-12));
/// let dmemory = gradients.get(&memory).unwrap();
/// assert!((dmemory.at([0, 0, 1]) - dmemory.at([1, 4, 1])).abs() < 1e-12);
/// ```
///
/// Vaswani et al. 2017, "Attention Is All You Need", section 3.2.2.
#[derive(Debug)]
#[doc(alias = "MultiheadAttention")]
#[doc(alias = "MHA")]
pub struct MultiHeadAttention<T: Real = f32> {
    /// The weights that queries, keys and values are made with.
    pub in_proj: InProjection<T>,
    /// The biases of queries, keys and values, of shape `[3 embed]`.
    pub in_proj_bias: Option<Parameter<T>>,
    /// A key that every query sees, behind the others, and its value; `[1, 1, embed]` each.
    pub bias_kv: Option<[Parameter<T>; 2]>,
    /// The map of what all heads gathered.
    pub out_proj: Linear<T>,
    /// The number of heads.
    pub heads: usize,
    /// The probability that a weight is dropped in training.
    pub dropout: f64,
    /// Whether operands are `[n, t, features]` instead of `[t, n, features]`.
    pub batch_first: bool,
    /// Whether every query sees, behind the others, a key and value of zeros.
    pub add_zero_attn: bool,
    /// Whether weights are dropped.
    pub training: Training,
    /// Where it is drawn from which weights are dropped.
    pub dropout_keys: KeyStream,
}

/// Which weights [`forward_with_weights`](MultiHeadAttention::forward_with_weights) gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[doc(alias = "average_attn_weights")]
pub enum HeadWeights {
    /// The mean over the heads.
    #[default]
    Averaged,
    /// Those of each head.
    PerHead,
}

impl<T: Real> MultiHeadAttention<T> {
    /// Attention over `embed` features, of which each head gets `embed / heads`.
    ///
    /// First values as in PyTorch: projections Xavier uniform, that of the result uniform within `±1/√embed`, biases zero.
    ///
    /// # Panics
    /// If there are no features or no heads, or these do not divide those.
    #[track_caller]
    pub fn new(embed: usize, heads: usize, generator: &mut Generator) -> Self {
        MultiHeadAttention::around(InProjection::joint(embed, generator), heads, generator)
    }

    /// Attention of queries with `embed` features to keys with `kdim` and values with `vdim` features.
    ///
    /// # Panics
    /// If there are no features or no heads, or these do not divide those.
    #[track_caller]
    pub fn with_dims(embed: usize, kdim: usize, vdim: usize, heads: usize, generator: &mut Generator) -> Self {
        // As in PyTorch, whose names a state bears: equal features, one weight.
        if (kdim, vdim) == (embed, embed) {
            return MultiHeadAttention::new(embed, heads, generator);
        }
        MultiHeadAttention::around(InProjection::separate(embed, kdim, vdim, generator), heads, generator)
    }

    #[track_caller]
    fn around(in_proj: InProjection<T>, heads: usize, generator: &mut Generator) -> Self {
        let embed = in_proj.embed();
        require!(
            heads > 0 && embed > 0 && embed.is_multiple_of(heads),
            "MultiHeadAttention: {heads} heads cannot share {embed} features equally"
        );
        let out_proj = Linear::new(embed, embed, generator);
        out_proj.bias.as_ref().expect("a new layer has a bias").set(Tensor::zeros([embed]));
        MultiHeadAttention {
            in_proj,
            in_proj_bias: Some(Parameter::new(Tensor::zeros([3 * embed]))),
            bias_kv: None,
            out_proj,
            heads,
            dropout: 0.0,
            batch_first: false,
            add_zero_attn: false,
            training: Training::default(),
            dropout_keys: KeyStream::draw(generator),
        }
    }

    /// The same without the biases of the four projections.
    #[must_use]
    pub fn without_bias(self) -> Self {
        MultiHeadAttention { in_proj_bias: None, out_proj: self.out_proj.without_bias(), ..self }
    }

    /// Drops weights with probability `p` in training.
    ///
    /// # Panics
    /// If `p` is not a probability.
    #[must_use]
    #[track_caller]
    pub fn dropout(self, p: f64) -> Self {
        require!((0.0..=1.0).contains(&p), "MultiHeadAttention: p is {p}, a probability lies from 0 to 1");
        MultiHeadAttention { dropout: p, ..self }
    }

    /// Whether operands and result are `[n, t, features]` instead of `[t, n, features]`.
    #[must_use]
    pub fn batch_first(self, batch_first: bool) -> Self {
        MultiHeadAttention { batch_first, ..self }
    }

    /// With one more key and value, which are learned and which every query sees.
    #[must_use]
    pub fn add_bias_kv(self, generator: &mut Generator) -> Self {
        let embed = self.in_proj.embed();
        let bias_kv =
            [(); 2].map(|()| Parameter::new(init::xavier_normal([1, 1, embed], init::Gain::Linear, generator)));
        MultiHeadAttention { bias_kv: Some(bias_kv), ..self }
    }

    /// With one more key and value, which are zeros and which every query sees: it may so look nowhere.
    #[must_use]
    pub fn add_zero_attn(self) -> Self {
        MultiHeadAttention { add_zero_attn: true, ..self }
    }

    /// What each query gathers.
    #[track_caller]
    pub fn forward(&self, query: &Var<T>, key: &Var<T>, value: &Var<T>, mask: &AttentionMask<T>) -> Var<T> {
        let (y, _) = self.attend([query, key, value], mask, false);
        report(self, y)
    }

    /// What each query gathers, and by which weights: `[n, t, s]`, or `[n, heads, t, s]` for each head; `[t, s]` and `[heads, t, s]` without
    /// a batch.
    ///
    /// In training they are those after dropout.
    #[track_caller]
    #[doc(alias = "need_weights")]
    pub fn forward_with_weights(
        &self,
        query: &Var<T>,
        key: &Var<T>,
        value: &Var<T>,
        mask: &AttentionMask<T>,
        weights: HeadWeights,
    ) -> (Var<T>, Var<T>) {
        let (y, all) = self.attend([query, key, value], mask, true);
        let all = all.expect("the weights were asked for");
        let all = match weights {
            HeadWeights::Averaged => all.mean_axes(1, false),
            HeadWeights::PerHead => all,
        };
        (report(self, y), if query.rank() == 2 { all.squeeze(0) } else { all })
    }

    /// The result, and the weights `[n, heads, t, s]` if they are asked for.
    #[track_caller]
    fn attend(&self, operands: [&Var<T>; 3], mask: &AttentionMask<T>, weights: bool) -> (Var<T>, Option<Var<T>>) {
        let [q, k, v] = operands.map(Var::shape);
        require!(
            (2..=3).contains(&q.rank()) && q.rank() == k.rank() && q.rank() == v.rank(),
            "MultiHeadAttention: query, key and value have shapes {q}, {k} and {v}, not 3 axes each, or 2 without a batch"
        );
        let at = Location::caller();
        let [query, mut key, mut value] = blame(at, || self.project(operands));
        // Otherwise the products would broadcast where the fused op refuses.
        let batch = query.shape()[0];
        require!(
            key.shape()[0] == batch && value.shape()[0] == batch,
            "MultiHeadAttention: query, key and value have shapes {q}, {k} and {v}, of batches that differ"
        );
        let [keys, values] = [&key, &value].map(|x| x.shape()[2]);
        require!(keys == values, "MultiHeadAttention: there are {keys} keys and {values} values");
        let scores = mask.on([query.shape()[0], self.heads, query.shape()[2], key.shape()[2]]);
        let more = usize::from(self.bias_kv.is_some()) + usize::from(self.add_zero_attn);
        blame(at, || {
            if let Some([bias_k, bias_v]) = &self.bias_kv {
                (key, value) = (followed_by(&key, &bias_k.var()), followed_by(&value, &bias_v.var()));
            }
            if self.add_zero_attn {
                let zeros = Var::constant(Tensor::zeros([1, 1, self.in_proj.embed()]));
                (key, value) = (followed_by(&key, &zeros), followed_by(&value, &zeros));
            }
            let scores = if more > 0 { scores.with_open_keys(more) } else { scores };
            let drops = self.training.is_on() && self.dropout > 0.0;
            let (gathered, weights) = if weights || drops {
                let weights = scores.weights(&query, &key);
                let weights = if drops { weights.dropout(self.dropout, self.dropout_keys.next()) } else { weights };
                (weights.matmul(&value), Some(weights))
            } else {
                (scores.gather(&query, &key, &value), None)
            };
            (self.out_proj.forward(&self.join(&gathered, operands[0].rank())), weights)
        })
    }

    /// Queries, keys and values of each head, `[n, heads, t, d]`.
    #[track_caller]
    fn project(&self, operands: [&Var<T>; 3]) -> [Var<T>; 3] {
        let weights = self.in_proj.weights();
        let biases = self.in_proj_bias.as_ref().map(|bias| thirds(&bias.var()));
        let bias = |i: usize| biases.as_ref().map(|biases| &biases[i]);
        [0, 1, 2].map(|i| self.split(&operands[i].linear(&weights[i], bias(i))))
    }

    /// The features of each head by themselves: `[n, heads, t, d]` of `[t, n, embed]`, `[n, t, embed]` or `[t, embed]`.
    fn split(&self, x: &Var<T>) -> Var<T> {
        let (h, d) = (self.heads, self.in_proj.embed() / self.heads);
        match **x.shape() {
            [n, t, _] if self.batch_first => x.reshape([n, t, h, d]).permute([0, 2, 1, 3]),
            [t, n, _] => x.reshape([t, n, h, d]).permute([1, 2, 0, 3]),
            _ => x.reshape([1, x.shape()[0], h, d]).permute([0, 2, 1, 3]),
        }
    }

    /// The features of all heads side by side: undoes [`split`](MultiHeadAttention::split), for an operand of so many axes.
    fn join(&self, y: &Var<T>, rank: usize) -> Var<T> {
        let (embed, [n, t]) = (self.in_proj.embed(), [y.shape()[0], y.shape()[2]]);
        match rank {
            2 => y.permute([0, 2, 1, 3]).reshape([t, embed]),
            _ if self.batch_first => y.permute([0, 2, 1, 3]).reshape([n, t, embed]),
            _ => y.permute([2, 0, 1, 3]).reshape([t, n, embed]),
        }
    }
}

/// Keys or values `[n, heads, s, d]` with one more, `[1, 1, embed]`, behind them.
fn followed_by<T: Real>(keys: &Var<T>, more: &Var<T>) -> Var<T> {
    let [n, heads, _, d] = **keys.shape() else { unreachable!("heads have been split") };
    let more = more.reshape([1, heads, 1, d]).broadcast_to([n, heads, 1, d]);
    Var::concat(&[keys, &more], 2)
}

impl<T: Real> Module<T> for MultiHeadAttention<T> {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.module(self);
        self.in_proj.visit(visitor);
        visitor.field("in_proj_bias", &self.in_proj_bias);
        if let Some([bias_k, bias_v]) = &self.bias_kv {
            visitor.field("bias_k", bias_k);
            visitor.field("bias_v", bias_v);
        }
        visitor.field("out_proj", &self.out_proj);
        visitor.field("training", &self.training);
        visitor.field("dropout_keys", &self.dropout_keys);
    }
}

#[cfg(test)]
impl Checked for MultiHeadAttention<f64> {
    fn cases() -> Cases<Self> {
        let plain = |g: &mut Generator| MultiHeadAttention::new(4, 2, g);
        let crossed = |g: &mut Generator| MultiHeadAttention::with_dims(4, 3, 2, 2, g).batch_first(true);
        let small = |g: &mut Generator| MultiHeadAttention::new(2, 1, g);
        let state = ["in_proj_weight [12, 4]", "in_proj_bias [12]", "out_proj.weight [4, 4]", "out_proj.bias [4]"];
        let small_state = ["in_proj_weight [6, 2]", "in_proj_bias [6]", "out_proj.weight [2, 2]", "out_proj.bias [2]"];
        let itself = |mask: AttentionMask<f64>| {
            move |m: &MultiHeadAttention<f64>, x: &[Var<f64>]| vec![m.forward(&x[0], &x[0], &x[0], &mask)]
        };
        let padding = Tensor::from([[false, false, true], [true, true, true]]);
        let masked = AttentionMask::causal().hide_keys(padding);
        Cases::new(
            Case::new("self-attention, the second sequence all padding", plain, itself(masked.clone()))
                .input([3, 2, 4])
                .output([3, 2, 4])
                .state(state),
        )
        .case(
            Case::new("without a batch, with bias", small, |m, x| {
                let mask = AttentionMask::none().bias(&x[1]);
                vec![m.forward(&x[0], &x[0], &x[0], &mask)]
            })
            .input([3, 2])
            .input([3, 3])
            .output([3, 2])
            .state(small_state),
        )
        .case(
            Case::new("keys and values of other features, weights of each head", crossed, |m, x| {
                let mask = AttentionMask::none().hide([[false, true, false], [true, true, true]]);
                let (y, weights) = m.forward_with_weights(&x[0], &x[1], &x[2], &mask, HeadWeights::PerHead);
                vec![y, weights]
            })
            .input([1, 2, 4])
            .input([1, 3, 3])
            .input([1, 3, 2])
            .output([1, 2, 4])
            .output([1, 2, 2, 3])
            .state([
                "q_proj_weight [4, 4]",
                "k_proj_weight [4, 3]",
                "v_proj_weight [4, 2]",
                "in_proj_bias [12]",
                "out_proj.weight [4, 4]",
                "out_proj.bias [4]",
            ]),
        )
        .case(
            Case::new(
                "more keys",
                move |g| small(g).add_bias_kv(g).add_zero_attn().without_bias(),
                itself(AttentionMask::causal()),
            )
            .input([3, 1, 2])
            .output([3, 1, 2])
            .state([
                "in_proj_weight [6, 2]",
                "bias_k [1, 1, 2]",
                "bias_v [1, 1, 2]",
                "out_proj.weight [2, 2]",
            ]),
        )
        .case(
            Case::new("dropout", move |g| small(g).dropout(0.3), itself(AttentionMask::causal()))
                .input([4, 2, 2])
                .output([4, 2, 2])
                .state(small_state)
                .trains_otherwise(),
        )
        .rejects("MultiHeadAttention: 3 heads cannot share 4 features equally", |g| {
            let _ = MultiHeadAttention::<f64>::new(4, 3, g);
        })
        .rejects("MultiHeadAttention: 0 heads cannot share 4 features equally", |g| {
            let _ = MultiHeadAttention::<f64>::with_dims(4, 3, 3, 0, g);
        })
        .rejects("MultiHeadAttention: p is 1.5, a probability lies from 0 to 1", move |g| {
            let _ = plain(g).dropout(1.5);
        })
        .rejects("MultiHeadAttention: query, key and value have shapes [2, 4], [1, 2, 4] and [2, 4]", move |g| {
            let x = Var::constant(Tensor::zeros([2, 4]));
            let _ = plain(g).forward(&x, &x.unsqueeze(0), &x, &AttentionMask::none());
        })
        .rejects("linear: x has 3 inputs, the weight has 4", move |g| {
            let x = Var::constant(Tensor::zeros([2, 1, 3]));
            let _ = plain(g).forward(&x, &x, &x, &AttentionMask::none());
        })
        .rejects("MultiHeadAttention: query, key and value have shapes [3, 2, 4], [3, 1, 4] and [3, 1, 4]", move |g| {
            let [x, memory] = [2, 1].map(|n| Var::constant(Tensor::zeros([3, n, 4])));
            let _ = plain(g).dropout(0.5).forward(&x, &memory, &memory, &AttentionMask::none());
        })
        .rejects("MultiHeadAttention: there are 2 keys and 3 values", move |g| {
            let x = Var::constant(Tensor::zeros([2, 4]));
            let _ = plain(g).forward(&x, &x, &Var::constant(Tensor::zeros([3, 4])), &AttentionMask::none());
        })
        .rejects("AttentionMask: the mask has shape [2, 3], the scores [1, 2, 2, 2]", move |g| {
            let x = Var::constant(Tensor::zeros([2, 4]));
            let _ = plain(g).forward(&x, &x, &x, &AttentionMask::none().hide([[false; 3]; 2]));
        })
        .rejects("AttentionMask: the bias has shape [3], the scores [1, 2, 2, 2]", move |g| {
            let x = Var::constant(Tensor::zeros([2, 4]));
            let _ = plain(g).forward(&x, &x, &x, &AttentionMask::none().bias(Var::constant([0.0; 3])));
        })
        .rejects("AttentionMask: the mask of keys has shape [2, 2], the keys [1, 2]", move |g| {
            let x = Var::constant(Tensor::zeros([2, 4]));
            let _ = plain(g).forward(&x, &x, &x, &AttentionMask::none().hide_keys([[false; 2]; 2]));
        })
    }
}
