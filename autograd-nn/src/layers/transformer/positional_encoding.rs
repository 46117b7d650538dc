//! `PositionalEncoding` and `LearnedPositionalEncoding`: what tells a transformer where in its sequence a feature stands.

use crate::Dropout;
use crate::layers::prelude::*;

/// Waves of falling frequency, `[t, d]`: row `p` says what position `p` is.
///
/// `y[p, 2i] = sin(p / 10000^(2i / d))` and `y[p, 2i + 1] = cos(p / 10000^(2i / d))`; of an odd number of features the last is a sine.
///
/// ```
/// use autograd_nn::sinusoidal_positions;
/// let waves = sinusoidal_positions::<f64>(2, 4);
/// assert_eq!(waves.to_vec(), [0.0, 1.0, 0.0, 1.0, 1f64.sin(), 1f64.cos(), 0.01f64.sin(), 0.01f64.cos()]);
/// ```
pub fn sinusoidal_positions<T: Real>(t: usize, d: usize) -> Tensor<T> {
    let wave = |at: usize| {
        let (position, feature) = (at / d, at % d);
        let angle = position as f64 / 10_000f64.powf((feature - feature % 2) as f64 / d as f64);
        T::of(if feature.is_multiple_of(2) { angle.sin() } else { angle.cos() })
    };
    Tensor::from_fn([t, d], wave)
}

/// Adds to each position of a sequence waves that say where it is, which attention by itself cannot tell.
///
/// `y[p] = x[p] + waves[p]`, with the waves of [`sinusoidal_positions`]
///
/// # Shape
/// `[t, n, d] -> [t, n, d]`; with `batch_first` `[n, t, d]`; without a batch `[t, d]`
///
/// # Example
/// ```
/// use autograd_core::{Tensor, Var};
/// use autograd_nn::{Forward, PositionalEncoding};
/// let layer = PositionalEncoding::new(2, 100);
/// let x = Var::leaf(Tensor::<f64>::zeros([3, 1, 2]));
/// let y = layer.forward(&x);
/// assert_eq!(y.to_vec(), [0.0, 1.0, 1f64.sin(), 1f64.cos(), 2f64.sin(), 2f64.cos()]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0; 6]);
/// ```
///
/// Vaswani et al. 2017, "Attention Is All You Need", section 3.5.
#[derive(Clone, Debug, Module)]
pub struct PositionalEncoding<T: Real = f32> {
    /// The waves of the positions that there can be, `[positions, d]`; computed, not saved.
    #[module(skip)]
    pub waves: Tensor<T>,
    /// The dropout of the sum.
    pub dropout: Option<Dropout>,
    /// Whether operands are `[n, t, d]` instead of `[t, n, d]`.
    pub batch_first: bool,
}

/// Adds to each position of a sequence a learned vector that says where it is.
///
/// `y[p] = x[p] + weight[p]`
///
/// # Shape
/// `[t, n, d] -> [t, n, d]`; with `batch_first` `[n, t, d]`; without a batch `[t, d]`
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{Forward, LearnedPositionalEncoding};
/// let layer = LearnedPositionalEncoding::new(2, 3, &mut Generator::seed(0)).batch_first(true);
/// layer.weight.set([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
/// let x = Var::leaf(Tensor::<f64>::zeros([2, 2, 2]));
/// let y = layer.forward(&x);
/// assert_eq!(y.to_vec(), [1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(layer.weight.gradient(&gradients).unwrap().to_vec(), [2.0, 2.0, 2.0, 2.0, 0.0, 0.0]);
/// ```
///
/// Gehring et al. 2017, "Convolutional Sequence to Sequence Learning", section 3.1.
#[derive(Debug, Module)]
pub struct LearnedPositionalEncoding<T: Real = f32> {
    /// The vectors of the positions that there can be, `[positions, d]`.
    pub weight: Parameter<T>,
    /// The dropout of the sum.
    pub dropout: Option<Dropout>,
    /// Whether operands are `[n, t, d]` instead of `[t, n, d]`.
    pub batch_first: bool,
}

impl<T: Real> PositionalEncoding<T> {
    /// An encoding of `d` features for sequences of up to so many positions.
    pub fn new(d: usize, positions: usize) -> Self {
        PositionalEncoding { waves: sinusoidal_positions(positions, d), dropout: None, batch_first: false }
    }
}

impl<T: Real> LearnedPositionalEncoding<T> {
    /// An encoding of `d` features for sequences of up to so many positions, normal with standard deviation 0.02, as in BERT and GPT-2.
    pub fn new(d: usize, positions: usize, generator: &mut Generator) -> Self {
        let weight = Parameter::new(init::normal([positions, d], 0.0, 0.02, generator));
        LearnedPositionalEncoding { weight, dropout: None, batch_first: false }
    }
}

macro_rules! encoding {
    ($Layer:ident, |$layer:ident| $positions:expr) => {
        impl<T: Real> $Layer<T> {
            /// With dropout of the sum, with probability `p` in training.
            ///
            /// # Panics
            /// If `p` is not a probability.
            #[must_use]
            #[track_caller]
            pub fn dropout(self, p: f64, generator: &mut Generator) -> Self {
                $Layer { dropout: Some(Dropout::new(p, generator)), ..self }
            }

            /// Whether operands are `[n, t, d]` instead of `[t, n, d]`.
            #[must_use]
            pub fn batch_first(self, batch_first: bool) -> Self {
                $Layer { batch_first, ..self }
            }
        }

        impl<T: Real> Forward<T> for $Layer<T> {
            /// # Panics
            /// If the sequence has more positions than the encoding, or other features.
            #[track_caller]
            fn forward(&self, x: &Var<T>) -> Var<T> {
                let $layer = self;
                let y = x + placed(stringify!($Layer), x, &$positions, self.batch_first);
                report(
                    self,
                    match &self.dropout {
                        Some(dropout) => dropout.forward(&y),
                        None => y,
                    },
                )
            }
        }
    };
}
encoding!(PositionalEncoding, |layer| Var::constant(&layer.waves));
encoding!(LearnedPositionalEncoding, |layer| layer.weight.var());

/// The first rows of an encoding, as many as there are positions, where they broadcast to the operand.
#[track_caller]
fn placed<T: Real>(layer: &str, x: &Var<T>, encoding: &Var<T>, batch_first: bool) -> Var<T> {
    let [positions, features] = **encoding.shape() else { unreachable!("a matrix from the beginning") };
    let (t, d, batched) = match **x.shape() {
        [t, d] => (t, d, false),
        [_, t, d] if batch_first => (t, d, false),
        [t, _, d] => (t, d, true),
        _ => refuse!("{layer}: the operand has shape {}, not 3 axes, or 2 without a batch", x.shape()),
    };
    require!(d == features, "{layer}: the operand has {d} features, the encoding {features}");
    require!(t <= positions, "{layer}: the operand has {t} positions, the encoding {positions}");
    let rows = encoding.slice((0..t, ..));
    if batched { rows.unsqueeze(1) } else { rows }
}

#[cfg(test)]
macro_rules! checked {
    ($Layer:ident, |$generator:ident| $layer:expr, $state:expr) => {
        impl Checked for $Layer<f64> {
            fn cases() -> Cases<Self> {
                let plain = |$generator: &mut Generator| $layer;
                let dropped = move |g: &mut Generator| plain(g).batch_first(true).dropout(0.4, g);
                Cases::new(Case::forward("sequence first", plain, [3, 2, 3]).output([3, 2, 3]).state($state))
                    .case(Case::forward("without a batch", plain, [4, 3]).output([4, 3]).state($state))
                    .case(
                        Case::forward("batch first, dropout", dropped, [2, 4, 3])
                            .output([2, 4, 3])
                            .state($state)
                            .trains_otherwise(),
                    )
                    .rejects("PositionalEncoding: the operand has 5 positions, the encoding 4", move |g| {
                        let _ = plain(g).forward(&Var::constant([[0.0; 3]; 5]));
                    })
                    .rejects("PositionalEncoding: the operand has 2 features, the encoding 3", move |g| {
                        let _ = plain(g).forward(&Var::constant([[0.0; 2]; 4]));
                    })
                    .rejects("PositionalEncoding: the operand has shape [3], not 3 axes", move |g| {
                        let _ = plain(g).forward(&Var::constant([0.0; 3]));
                    })
            }
        }
    };
}
#[cfg(test)]
checked!(PositionalEncoding, |_generator| PositionalEncoding::new(3, 4), []);
#[cfg(test)]
checked!(LearnedPositionalEncoding, |generator| LearnedPositionalEncoding::new(3, 4, generator), ["weight [4, 3]"]);
