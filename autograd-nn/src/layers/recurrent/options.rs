//! `RecurrentOptions`: what decides about the parameters and the order of computation of a recurrent network.

use crate::refuse::require;
use autograd_core::ops::{RecurrentWeights, Sequence};
use autograd_core::{Real, Var};

/// The sizes of a recurrent network, and how its layers stand together.
///
/// ```
/// use autograd_core::Generator;
/// use autograd_nn::{Gru, Module, RecurrentOptions};
/// let options = RecurrentOptions::new(10, 20).layers(2).bidirectional();
/// assert_eq!((options.directions(), options.outputs()), (2, 40));
/// let gru = Gru::<f32>::with(options, &mut Generator::seed(0));
/// assert_eq!(gru.named_parameters()[4].0, "weight_ih_l0_reverse");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecurrentOptions {
    /// Numbers in the input of each step.
    #[doc(alias = "input_size")]
    pub inputs: usize,
    /// Units of each layer and direction.
    #[doc(alias = "hidden_size")]
    pub hidden: usize,
    /// Layers, one above the other: the outputs of one are the inputs of the next.
    #[doc(alias = "num_layers")]
    pub layers: usize,
    /// Whether each layer also reads from the end to the beginning, with weights of its own.
    pub bidirectional: bool,
    /// The probability with which an element between two layers is set to zero while training.
    pub dropout: f64,
    /// Whether sequences are `[n, t, ..]` instead of `[t, n, ..]`. States are `[layers · directions, n, ..]` all the same.
    pub batch_first: bool,
    /// Whether biases are added.
    pub bias: bool,
    /// Numbers to which the state `h` is projected after each step; for the LSTM only.
    #[doc(alias = "proj_size")]
    pub projection: Option<usize>,
}

impl RecurrentOptions {
    /// One layer with biases, in one direction.
    pub fn new(inputs: usize, hidden: usize) -> Self {
        RecurrentOptions {
            inputs,
            hidden,
            layers: 1,
            bidirectional: false,
            dropout: 0.0,
            batch_first: false,
            bias: true,
            projection: None,
        }
    }

    /// With so many layers, one above the other.
    #[must_use]
    pub fn layers(self, layers: usize) -> Self {
        RecurrentOptions { layers, ..self }
    }

    /// With layers that also read from the end to the beginning.
    #[must_use]
    pub fn bidirectional(self) -> Self {
        RecurrentOptions { bidirectional: true, ..self }
    }

    /// With dropout of this probability between the layers.
    #[must_use]
    pub fn dropout(self, p: f64) -> Self {
        RecurrentOptions { dropout: p, ..self }
    }

    /// With sequences `[n, t, ..]`.
    #[must_use]
    pub fn batch_first(self) -> Self {
        RecurrentOptions { batch_first: true, ..self }
    }

    /// Without biases.
    #[must_use]
    pub fn without_bias(self) -> Self {
        RecurrentOptions { bias: false, ..self }
    }

    /// With the state `h` projected to so many numbers after each step; for the LSTM only.
    #[must_use]
    pub fn projection(self, numbers: usize) -> Self {
        RecurrentOptions { projection: Some(numbers), ..self }
    }

    /// The number of directions in which a layer reads.
    pub fn directions(&self) -> usize {
        if self.bidirectional { 2 } else { 1 }
    }

    /// Numbers in the state `h` of a layer in one direction.
    pub fn state(&self) -> usize {
        self.projection.unwrap_or(self.hidden)
    }

    /// Numbers in the output of each step, those of all directions together.
    pub fn outputs(&self) -> usize {
        self.directions() * self.state()
    }

    /// Refuses what makes no sense, in the name of a layer.
    #[track_caller]
    pub(super) fn check(&self, layer: &str) {
        let RecurrentOptions { hidden, layers, dropout, projection, .. } = *self;
        require!(hidden > 0, "{layer}: it needs at least one hidden unit");
        require!(layers > 0, "{layer}: it needs at least one layer");
        require!(
            (0.0..=1.0).contains(&dropout),
            "{layer}: the probability of dropout is {dropout}, not within 0 and 1"
        );
        if let Some(to) = projection {
            require!(layer == "Lstm", "{layer}: a state is projected in an Lstm only");
            require!(
                to > 0 && to < hidden,
                "{layer}: {hidden} hidden units cannot be projected to {to}, only to fewer"
            );
        }
    }
}

/// The function at the end of a plain recurrent step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nonlinearity {
    /// The hyperbolic tangent.
    #[default]
    Tanh,
    /// The rectifier, `max(0, x)`.
    Relu,
}

impl Nonlinearity {
    /// The outputs and the last state of a plain recurrent layer that ends each step with this function.
    #[track_caller]
    pub(super) fn layer<T: Real>(
        self,
        x: &Var<T>,
        weights: RecurrentWeights<'_, T>,
        h: &Var<T>,
        sequence: &Sequence,
    ) -> (Var<T>, Var<T>) {
        match self {
            Nonlinearity::Tanh => x.rnn_tanh(weights, h, sequence),
            Nonlinearity::Relu => x.rnn_relu(weights, h, sequence),
        }
    }
}
