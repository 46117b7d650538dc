//! `TransformerEncoderLayer` and `TransformerEncoder`: self-attention and a network at each position.

use super::options::{TransformerOptions, normed_if};
use crate::layers::prelude::*;
use crate::{Activation, AttentionMask, Dropout, LayerNorm, Linear, MultiHeadAttention};

/// A layer of a transformer's encoder: self-attention, then a network with one hidden layer at each position, each added to what came in.
///
/// `h = norm1(x + attention(x, x, x))` and `y = norm2(h + network(h))` with `network(h) = W₂ act(W₁ h + b₁) + b₂`; or, with
/// [`norm_first`](TransformerOptions::norm_first), `h = x + attention(norm1(x), ..)` and `y = h + network(norm2(h))`. What is added has gone
/// through dropout, as have the weights of attention and the hidden units.
///
/// # Shape
/// `[t, n, d] -> [t, n, d]`; with `batch_first` `[n, t, d]`; without a batch `[t, d]`
///
/// # Parameters
/// Those of `self_attn`, `linear1`, `linear2`, `norm1` and `norm2`.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{AttentionMask, Module, TransformerEncoderLayer, TransformerOptions};
/// let options = TransformerOptions::default().feed_forward(8).batch_first(true);
/// let layer = TransformerEncoderLayer::<f64>::new(4, 2, &options, &mut Generator::seed(0));
/// layer.eval();
/// let x = Var::leaf(Tensor::arange(24).reshape([2, 3, 4]));
/// let y = layer.forward(&x, &AttentionMask::causal());
/// assert!(y.mean_axes(-1, false).to_vec().iter().all(|mean| mean.abs() < 1e-12)); // normalised
///
/// // The first position sees itself alone.
/// let dx = y.slice((.., 0..1, 0..1)).sum().backward().get(&x).unwrap().to_vec();
/// assert!(dx[0] != 0.0 && dx[4..12].iter().all(|&dx| dx == 0.0));
/// ```
///
/// Vaswani et al. 2017, "Attention Is All You Need", section 3.1; with `norm_first` Xiong et al. 2020, "On Layer Normalization in the
/// Transformer Architecture".
#[derive(Debug, Module)]
pub struct TransformerEncoderLayer<T: Real = f32> {
    /// The attention of each position to all.
    pub self_attn: MultiHeadAttention<T>,
    /// The hidden layer of the network.
    pub linear1: Linear<T>,
    /// The dropout of its units.
    pub dropout: Dropout,
    /// The output layer of the network.
    pub linear2: Linear<T>,
    /// The normalisation around attention.
    pub norm1: LayerNorm<T>,
    /// The normalisation around the network.
    pub norm2: LayerNorm<T>,
    /// The dropout of what attention adds.
    pub dropout1: Dropout,
    /// The dropout of what the network adds.
    pub dropout2: Dropout,
    /// The activation of the hidden layer.
    #[module(skip)]
    pub activation: Activation,
    /// Whether normalisation comes before attention and network, rather than behind the sums.
    pub norm_first: bool,
}

impl<T: Real> TransformerEncoderLayer<T> {
    /// A layer over `d` features with so many heads, its first values those of its parts.
    ///
    /// # Panics
    /// If the heads do not divide the features, or an option makes no sense to the part it is for.
    #[track_caller]
    pub fn new(d: usize, heads: usize, options: &TransformerOptions, generator: &mut Generator) -> Self {
        TransformerEncoderLayer {
            self_attn: options.attention(d, heads, generator),
            linear1: options.linear(d, options.feed_forward, generator),
            dropout: Dropout::new(options.dropout, generator),
            linear2: options.linear(options.feed_forward, d, generator),
            norm1: options.norm(d),
            norm2: options.norm(d),
            dropout1: Dropout::new(options.dropout, generator),
            dropout2: Dropout::new(options.dropout, generator),
            activation: options.activation,
            norm_first: options.norm_first,
        }
    }

    /// The result; `mask` says where positions may not look.
    #[track_caller]
    pub fn forward(&self, x: &Var<T>, mask: &AttentionMask<T>) -> Var<T> {
        let y = normed_if(self.norm_first, &self.norm1, x);
        let x = x + self.dropout1.forward(&self.self_attn.forward(&y, &y, &y, mask));
        let x = normed_if(!self.norm_first, &self.norm1, &x);

        let y = normed_if(self.norm_first, &self.norm2, &x);
        let units = self.dropout.forward(&self.activation.apply(&self.linear1.forward(&y)));
        let x = x + self.dropout2.forward(&self.linear2.forward(&units));
        report(self, normed_if(!self.norm_first, &self.norm2, &x))
    }
}

/// Layers of a transformer's encoder one after the other, and a normalisation of the last if there is one.
///
/// # Shape
/// As of [`TransformerEncoderLayer`].
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{AttentionMask, Module, TransformerEncoder, TransformerOptions, unreached};
/// let options = TransformerOptions::default().feed_forward(8).dropout(0.0);
/// let encoder = TransformerEncoder::<f64>::new(4, 2, 2, &options, &mut Generator::seed(0));
/// assert_eq!(encoder.named_parameters()[0].0, "layers.0.self_attn.in_proj_weight");
/// let x = Var::leaf(Tensor::arange(12).reshape([3, 1, 4]));
/// let y = encoder.forward(&x, &AttentionMask::none());
/// assert_eq!(y.shape(), x.shape());
/// assert!(y.sum().item().abs() < 1e-12); // normalised
/// assert!(unreached(&encoder, &y.square().sum().backward()).is_empty());
/// ```
#[derive(Debug, Module)]
pub struct TransformerEncoder<T: Real = f32> {
    /// The layers, from the first on.
    pub layers: Vec<TransformerEncoderLayer<T>>,
    /// The normalisation of the last one's result.
    pub norm: Option<LayerNorm<T>>,
}

impl<T: Real> TransformerEncoder<T> {
    /// Layers over `d` features with so many heads, each with first values of its own (PyTorch copies those of one), and no last
    /// normalisation.
    ///
    /// # Panics
    /// As [`TransformerEncoderLayer::new`].
    #[track_caller]
    pub fn new(d: usize, heads: usize, layers: usize, options: &TransformerOptions, generator: &mut Generator) -> Self {
        let mut stack = Vec::with_capacity(layers);
        for _ in 0..layers {
            stack.push(TransformerEncoderLayer::new(d, heads, options, generator));
        }
        TransformerEncoder { layers: stack, norm: None }
    }

    /// The same with a normalisation of the last result: layers that normalise first leave it to this.
    #[must_use]
    pub fn with_norm(self, norm: LayerNorm<T>) -> Self {
        TransformerEncoder { norm: Some(norm), ..self }
    }

    /// The result; `mask` says to each layer where positions may not look.
    #[track_caller]
    pub fn forward(&self, x: &Var<T>, mask: &AttentionMask<T>) -> Var<T> {
        let mut x = x.clone();
        for layer in &self.layers {
            x = layer.forward(&x, mask);
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
impl Checked for TransformerEncoderLayer<f64> {
    fn cases() -> Cases<Self> {
        let small = |options: TransformerOptions| {
            let options = options.feed_forward(2).activation(Activation::Gelu);
            move |g: &mut Generator| TransformerEncoderLayer::new(3, 1, &options, g)
        };
        let plain = TransformerOptions::default().dropout(0.0);
        let causal =
            |m: &TransformerEncoderLayer<f64>, x: &[Var<f64>]| vec![m.forward(&x[0], &AttentionMask::causal())];
        let case = |name, options| Case::new(name, small(options), causal).input([2, 2, 3]).output([2, 2, 3]);
        let biased = [
            "self_attn.in_proj_weight [9, 3]",
            "self_attn.in_proj_bias [9]",
            "self_attn.out_proj.weight [3, 3]",
            "self_attn.out_proj.bias [3]",
            "linear1.weight [2, 3]",
            "linear1.bias [2]",
            "linear2.weight [3, 2]",
            "linear2.bias [3]",
            "norm1.weight [3]",
            "norm1.bias [3]",
            "norm2.weight [3]",
            "norm2.bias [3]",
        ];
        let unbiased = [
            "self_attn.in_proj_weight [9, 3]",
            "self_attn.out_proj.weight [3, 3]",
            "linear1.weight [2, 3]",
            "linear2.weight [3, 2]",
            "norm1.weight [3]",
            "norm2.weight [3]",
        ];
        Cases::new(case("plain", plain.clone()).first_order().state(biased))
            .case(case("normalised first", plain.clone().norm_first(true).without_bias()).state(unbiased))
            .case(
                case("dropout, batch first", TransformerOptions::default().dropout(0.3).batch_first(true))
                    .first_order()
                    .state(biased)
                    .trains_otherwise(),
            )
            .rejects("MultiHeadAttention: 2 heads cannot share 3 features equally", |g| {
                let _ = TransformerEncoderLayer::<f64>::new(3, 2, &TransformerOptions::default(), g);
            })
            .rejects("p is 2, a probability lies from 0 to 1", |g| {
                let _ = TransformerEncoderLayer::<f64>::new(3, 1, &TransformerOptions::default().dropout(2.0), g);
            })
            .rejects("AttentionMask: the mask has shape [3, 3], the scores [1, 1, 2, 2]", move |g| {
                let mask = AttentionMask::none().hide(crate::causal_mask(3));
                let _ = small(plain.clone())(g).forward(&Var::constant([[0.0; 3]; 2]), &mask);
            })
    }
}

#[cfg(test)]
impl Checked for TransformerEncoder<f64> {
    fn cases() -> Cases<Self> {
        let options = TransformerOptions::default().feed_forward(2).dropout(0.0).activation(Activation::Gelu);
        let options = options.norm_first(true).without_bias();
        let two = move |g: &mut Generator| {
            TransformerEncoder::new(3, 1, 2, &options, g).with_norm(LayerNorm::new(3).without_bias())
        };
        let none = |g: &mut Generator| TransformerEncoder::new(3, 1, 0, &TransformerOptions::default(), g);
        let call = |m: &TransformerEncoder<f64>, x: &[Var<f64>]| vec![m.forward(&x[0], &AttentionMask::causal())];
        Cases::new(Case::new("two layers", two, call).input([2, 1, 3]).output([2, 1, 3]).first_order().state([
            "layers.0.self_attn.in_proj_weight [9, 3]",
            "layers.0.self_attn.out_proj.weight [3, 3]",
            "layers.0.linear1.weight [2, 3]",
            "layers.0.linear2.weight [3, 2]",
            "layers.0.norm1.weight [3]",
            "layers.0.norm2.weight [3]",
            "layers.1.self_attn.in_proj_weight [9, 3]",
            "layers.1.self_attn.out_proj.weight [3, 3]",
            "layers.1.linear1.weight [2, 3]",
            "layers.1.linear2.weight [3, 2]",
            "layers.1.norm1.weight [3]",
            "layers.1.norm2.weight [3]",
            "norm.weight [3]",
        ]))
        .case(Case::new("no layer", none, call).input([2, 1, 3]).output([2, 1, 3]))
        .rejects("MultiHeadAttention: 2 heads cannot share 3 features equally", |g| {
            let _ = TransformerEncoder::<f64>::new(3, 2, 1, &TransformerOptions::default(), g);
        })
    }
}
