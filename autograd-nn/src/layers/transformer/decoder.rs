//! `TransformerDecoderLayer` and `TransformerDecoder`: self-attention, attention to what an encoder gave, and a network at each position.

use super::options::{TransformerOptions, normed_if};
use crate::layers::prelude::*;
use crate::{Activation, AttentionMask, Dropout, LayerNorm, Linear, MultiHeadAttention};

/// A layer of a transformer's decoder: self-attention, attention to a memory, then a network at each position, each added to what came in.
///
/// `h = norm1(x + attention(x, x, x))`, `g = norm2(h + attention(h, memory, memory))` and `y = norm3(g + network(g))` with
/// `network(g) = W₂ act(W₁ g + b₁) + b₂`; with [`norm_first`](TransformerOptions::norm_first) each part is given the normalised operand
/// instead, as in [`TransformerEncoderLayer`](crate::TransformerEncoderLayer).
///
/// # Shape
/// `[t, n, d] x [s, n, d] -> [t, n, d]`; with `batch_first` `[n, t, d] x [n, s, d]`; without a batch `[t, d] x [s, d]`
///
/// # Parameters
/// Those of `self_attn`, `multihead_attn`, `linear1`, `linear2`, `norm1`, `norm2` and `norm3`.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{AttentionMask, Module, TransformerDecoderLayer, TransformerOptions};
/// let options = TransformerOptions::default().feed_forward(8);
/// let layer = TransformerDecoderLayer::<f64>::new(4, 2, &options, &mut Generator::seed(0));
/// layer.eval();
/// let (words, memory) = (Var::leaf(Tensor::arange(12).reshape([3, 4])), Var::leaf(Tensor::eye(4)));
/// let y = layer.forward(&words, &memory, &AttentionMask::causal(), &AttentionMask::none());
/// assert!(y.mean_axes(-1, false).to_vec().iter().all(|mean| mean.abs() < 1e-12)); // normalised
///
/// // The first word sees itself and the memory.
/// let gradients = y.slice((0..1, 0..1)).sum().backward();
/// assert!(gradients.get(&words).unwrap().to_vec()[4..].iter().all(|&dx| dx == 0.0));
/// assert!(gradients.get(&memory).unwrap().to_vec().iter().all(|&dx| dx != 0.0));
/// ```
///
/// Vaswani et al. 2017, "Attention Is All You Need", section 3.1.
#[derive(Debug, Module)]
pub struct TransformerDecoderLayer<T: Real = f32> {
    /// The attention of each position to all of its sequence.
    pub self_attn: MultiHeadAttention<T>,
    /// The attention of each position to the memory.
    pub multihead_attn: MultiHeadAttention<T>,
    /// The hidden layer of the network.
    pub linear1: Linear<T>,
    /// The dropout of its units.
    pub dropout: Dropout,
    /// The output layer of the network.
    pub linear2: Linear<T>,
    /// The normalisation around self-attention.
    pub norm1: LayerNorm<T>,
    /// The normalisation around attention to the memory.
    pub norm2: LayerNorm<T>,
    /// The normalisation around the network.
    pub norm3: LayerNorm<T>,
    /// The dropout of what self-attention adds.
    pub dropout1: Dropout,
    /// The dropout of what attention to the memory adds.
    pub dropout2: Dropout,
    /// The dropout of what the network adds.
    pub dropout3: Dropout,
    /// The activation of the hidden layer.
    #[module(skip)]
    pub activation: Activation,
    /// Whether normalisation comes before each part, rather than behind the sums.
    pub norm_first: bool,
}

impl<T: Real> TransformerDecoderLayer<T> {
    /// A layer over `d` features, of words and memory, with so many heads, its first values those of its parts.
    ///
    /// # Panics
    /// If the heads do not divide the features, or an option makes no sense to the part it is for.
    #[track_caller]
    pub fn new(d: usize, heads: usize, options: &TransformerOptions, generator: &mut Generator) -> Self {
        TransformerDecoderLayer {
            self_attn: options.attention(d, heads, generator),
            multihead_attn: options.attention(d, heads, generator),
            linear1: options.linear(d, options.feed_forward, generator),
            dropout: Dropout::new(options.dropout, generator),
            linear2: options.linear(options.feed_forward, d, generator),
            norm1: options.norm(d),
            norm2: options.norm(d),
            norm3: options.norm(d),
            dropout1: Dropout::new(options.dropout, generator),
            dropout2: Dropout::new(options.dropout, generator),
            dropout3: Dropout::new(options.dropout, generator),
            activation: options.activation,
            norm_first: options.norm_first,
        }
    }

    /// The result; `mask` says where positions may not look in their sequence, `memory_mask` where in the memory.
    #[track_caller]
    pub fn forward(
        &self,
        x: &Var<T>,
        memory: &Var<T>,
        mask: &AttentionMask<T>,
        memory_mask: &AttentionMask<T>,
    ) -> Var<T> {
        let y = normed_if(self.norm_first, &self.norm1, x);
        let x = x + self.dropout1.forward(&self.self_attn.forward(&y, &y, &y, mask));
        let x = normed_if(!self.norm_first, &self.norm1, &x);

        let y = normed_if(self.norm_first, &self.norm2, &x);
        let x = x + self.dropout2.forward(&self.multihead_attn.forward(&y, memory, memory, memory_mask));
        let x = normed_if(!self.norm_first, &self.norm2, &x);

        let y = normed_if(self.norm_first, &self.norm3, &x);
        let units = self.dropout.forward(&self.activation.apply(&self.linear1.forward(&y)));
        let x = x + self.dropout3.forward(&self.linear2.forward(&units));
        report(self, normed_if(!self.norm_first, &self.norm3, &x))
    }
}

/// Layers of a transformer's decoder one after the other, all with the same memory, and a normalisation of the last if there is one.
///
/// # Shape
/// As of [`TransformerDecoderLayer`].
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{AttentionMask, TransformerDecoder, TransformerOptions, unreached};
/// let options = TransformerOptions::default().feed_forward(8).dropout(0.0);
/// let decoder = TransformerDecoder::<f64>::new(4, 2, 2, &options, &mut Generator::seed(0));
/// let (words, memory) = (Var::leaf(Tensor::arange(12).reshape([3, 1, 4])), Var::leaf(Tensor::ones([5, 1, 4])));
/// let y = decoder.forward(&words, &memory, &AttentionMask::causal(), &AttentionMask::none());
/// assert_eq!(y.shape(), words.shape());
/// assert!(y.sum().item().abs() < 1e-12); // normalised
/// assert!(unreached(&decoder, &y.square().sum().backward()).is_empty());
/// ```
#[derive(Debug, Module)]
pub struct TransformerDecoder<T: Real = f32> {
    /// The layers, from the first on.
    pub layers: Vec<TransformerDecoderLayer<T>>,
    /// The normalisation of the last one's result.
    pub norm: Option<LayerNorm<T>>,
}

impl<T: Real> TransformerDecoder<T> {
    /// Layers over `d` features with so many heads, each with first values of its own (PyTorch copies those of one), and no last
    /// normalisation.
    ///
    /// # Panics
    /// As [`TransformerDecoderLayer::new`].
    #[track_caller]
    pub fn new(d: usize, heads: usize, layers: usize, options: &TransformerOptions, generator: &mut Generator) -> Self {
        let mut stack = Vec::with_capacity(layers);
        for _ in 0..layers {
            stack.push(TransformerDecoderLayer::new(d, heads, options, generator));
        }
        TransformerDecoder { layers: stack, norm: None }
    }

    /// The same with a normalisation of the last result: layers that normalise first leave it to this.
    #[must_use]
    pub fn with_norm(self, norm: LayerNorm<T>) -> Self {
        TransformerDecoder { norm: Some(norm), ..self }
    }

    /// The result; `mask` says to each layer where positions may not look in their sequence, `memory_mask` where in the memory.
    #[track_caller]
    pub fn forward(
        &self,
        x: &Var<T>,
        memory: &Var<T>,
        mask: &AttentionMask<T>,
        memory_mask: &AttentionMask<T>,
    ) -> Var<T> {
        let mut x = x.clone();
        for layer in &self.layers {
            x = layer.forward(&x, memory, mask, memory_mask);
        }
        report(
            self,
            match &self.norm {
                Some(norm) => norm.forward(&x),
                None => x,
            },
        )
    }
}

#[cfg(test)]
impl Checked for TransformerDecoderLayer<f64> {
    fn cases() -> Cases<Self> {
        let small = |options: TransformerOptions| {
            let options = options.feed_forward(2).activation(Activation::Gelu);
            move |g: &mut Generator| TransformerDecoderLayer::new(3, 1, &options, g)
        };
        let plain = TransformerOptions::default().dropout(0.0);
        let call = |m: &TransformerDecoderLayer<f64>, x: &[Var<f64>]| {
            let hidden = AttentionMask::none().hide([[false, true, false], [false, false, false]]);
            vec![m.forward(&x[0], &x[1], &AttentionMask::causal(), &hidden)]
        };
        let case = |name, options| {
            Case::new(name, small(options), call).input([2, 1, 3]).input([3, 1, 3]).output([2, 1, 3]).first_order()
        };
        let biased = [
            "self_attn.in_proj_weight [9, 3]",
            "self_attn.in_proj_bias [9]",
            "self_attn.out_proj.weight [3, 3]",
            "self_attn.out_proj.bias [3]",
            "multihead_attn.in_proj_weight [9, 3]",
            "multihead_attn.in_proj_bias [9]",
            "multihead_attn.out_proj.weight [3, 3]",
            "multihead_attn.out_proj.bias [3]",
            "linear1.weight [2, 3]",
            "linear1.bias [2]",
            "linear2.weight [3, 2]",
            "linear2.bias [3]",
            "norm1.weight [3]",
            "norm1.bias [3]",
            "norm2.weight [3]",
            "norm2.bias [3]",
            "norm3.weight [3]",
            "norm3.bias [3]",
        ];
        Cases::new(case("plain", plain.clone()).state(biased))
            .case(
                case("normalised first, dropout", plain.clone().norm_first(true).dropout(0.3))
                    .state(biased)
                    .trains_otherwise(),
            )
            .rejects("MultiHeadAttention: 2 heads cannot share 3 features equally", |g| {
                let _ = TransformerDecoderLayer::<f64>::new(3, 2, &TransformerOptions::default(), g);
            })
            .rejects("linear: x has 2 inputs, the weight has 3", move |g| {
                let (x, memory) = (Var::constant([[0.0; 3]; 2]), Var::constant([[0.0; 2]; 2]));
                let layer = small(plain.clone())(g);
                let _ = layer.forward(&x, &memory, &AttentionMask::none(), &AttentionMask::none());
            })
    }
}

#[cfg(test)]
impl Checked for TransformerDecoder<f64> {
    fn cases() -> Cases<Self> {
        let options = TransformerOptions::default().feed_forward(2).dropout(0.0).activation(Activation::Gelu);
        let options = options.norm_first(true).without_bias();
        let one = move |g: &mut Generator| {
            TransformerDecoder::new(3, 1, 1, &options, g).with_norm(LayerNorm::new(3).without_bias())
        };
        let call = |m: &TransformerDecoder<f64>, x: &[Var<f64>]| {
            vec![m.forward(&x[0], &x[1], &AttentionMask::causal(), &AttentionMask::none())]
        };
        Cases::new(
            Case::new("a layer", one, call).input([2, 1, 3]).input([3, 1, 3]).output([2, 1, 3]).first_order().state([
                "layers.0.self_attn.in_proj_weight [9, 3]",
                "layers.0.self_attn.out_proj.weight [3, 3]",
                "layers.0.multihead_attn.in_proj_weight [9, 3]",
                "layers.0.multihead_attn.out_proj.weight [3, 3]",
                "layers.0.linear1.weight [2, 3]",
                "layers.0.linear2.weight [3, 2]",
                "layers.0.norm1.weight [3]",
                "layers.0.norm2.weight [3]",
                "layers.0.norm3.weight [3]",
                "norm.weight [3]",
            ]),
        )
        .rejects("MultiHeadAttention: 2 heads cannot share 3 features equally", |g| {
            let _ = TransformerDecoder::<f64>::new(3, 2, 1, &TransformerOptions::default(), g);
        })
    }
}
