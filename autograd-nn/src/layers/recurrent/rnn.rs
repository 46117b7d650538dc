//! `Rnn`: the plain recurrent network over sequences.

use super::{Nonlinearity, RecurrentOptions, RecurrentStack};
use crate::layers::prelude::*;

/// A plain recurrent network over sequences, in one or several layers and in one or both directions.
///
/// Each layer takes the step of an [`RnnCell`](crate::RnnCell) for each element of its sequences; the outputs of one layer, those of both
/// directions side by side, are the inputs of the next.
///
/// # Shape
/// `[t, n, in]`, `[n, t, in]` with `batch_first`, or `[t, in]` for a single sequence, gives as many outputs of size
/// `directions · hidden`, and the last states `[layers · directions, n, hidden]`, without `n` for a single sequence.
///
/// # Parameters
/// For layer 0 `weight_ih_l0` `[hidden, in]`, `weight_hh_l0` `[hidden, hidden]`, `bias_ih_l0` and `bias_hh_l0` `[hidden]`, then the same for
/// the other direction, named `.._l0_reverse`.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Var};
/// use autograd_nn::{RecurrentOptions, Rnn};
/// let rnn = Rnn::with(RecurrentOptions::new(1, 1).without_bias(), &mut Generator::seed(0)).relu();
/// let weights = &rnn.stack.layers[0].forward;
/// weights.weight_ih.set([[1.0]]);
/// weights.weight_hh.set([[0.5]]);
/// let x = Var::leaf([[4.0], [1.0], [-9.0]]);
/// let (y, last) = rnn.forward(&x);
/// assert_eq!((y.to_vec(), last.item()), (vec![4.0, 3.0, 0.0], 0.0));
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.5, 1.0, 0.0]);
/// assert_eq!(weights.weight_hh.gradient(&gradients).unwrap().to_vec(), [4.0]);
/// ```
///
/// Elman, "Finding Structure in Time", 1990; with relu: Le, Jaitly and Hinton, "A Simple Way to Initialize Recurrent Networks of Rectified Linear
/// Units", 2015.
#[derive(Debug)]
#[doc(alias = "RNN")]
#[doc(alias = "SimpleRNN")]
pub struct Rnn<T: Real = f32> {
    /// Its layers.
    pub stack: RecurrentStack<T>,
    /// The function at the end of each step.
    pub nonlinearity: Nonlinearity,
}

impl<T: Real> Rnn<T> {
    /// One layer with tanh from `inputs` numbers to `hidden` units, its parameters uniform within `±1/√hidden` as in PyTorch.
    ///
    /// # Panics
    /// If there are no hidden units.
    #[track_caller]
    pub fn new(inputs: usize, hidden: usize, generator: &mut Generator) -> Self {
        Rnn::with(RecurrentOptions::new(inputs, hidden), generator)
    }

    /// Layers with tanh as the options say.
    ///
    /// # Panics
    /// If there are no hidden units or no layers, dropout is no probability, or a projection is asked for.
    #[track_caller]
    pub fn with(options: RecurrentOptions, generator: &mut Generator) -> Self {
        Rnn { stack: RecurrentStack::new("Rnn", 1, options, generator), nonlinearity: Nonlinearity::Tanh }
    }

    /// With the rectifier in place of tanh.
    #[must_use]
    pub fn relu(self) -> Self {
        Rnn { nonlinearity: Nonlinearity::Relu, ..self }
    }

    /// The output of each step and the last state, from a state of zeros on.
    #[track_caller]
    #[must_use]
    pub fn forward(&self, x: &Var<T>) -> (Var<T>, Var<T>) {
        self.forward_with(x, None, None)
    }

    /// The same from the state `h` on, which is shaped as the last one, and for sequences of different lengths, `[n]`, in any order.
    ///
    /// Behind its end the output of an example is 0; its last state is that of its own last step, and in the other direction it begins
    /// there. What stands behind the end is not read, be it NaN.
    #[track_caller]
    #[must_use]
    #[doc(alias = "pack_padded_sequence")]
    pub fn forward_with(&self, x: &Var<T>, h: Option<&Var<T>>, lengths: Option<&Tensor<i64>>) -> (Var<T>, Var<T>) {
        let first = [("h", self.stack.options.hidden, h)];
        let (y, [h]) = self.stack.run("Rnn", x, first, lengths, |x, parameters, [h], sequence| {
            let (y, h) = parameters.apply(|weights| self.nonlinearity.layer(x, weights, h, sequence));
            (y, [h])
        });
        (report(self, y), h)
    }
}

impl<T: Real> Module<T> for Rnn<T> {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.module(self);
        self.stack.visit(visitor);
    }
}

#[cfg(test)]
impl Checked for Rnn<f64> {
    fn cases() -> Cases<Self> {
        let options = RecurrentOptions::new(2, 3);
        let with = |options: RecurrentOptions| move |g: &mut Generator| Rnn::with(options, g);
        let plain = move |g: &mut Generator| Rnn::new(2, 3, g);
        let state = ["weight_ih_l0 [3, 2]", "weight_hh_l0 [3, 3]", "bias_ih_l0 [3]", "bias_hh_l0 [3]"];
        Cases::new(
            Case::new("tanh, state given", plain, |rnn, x| {
                let (y, h) = rnn.forward_with(&x[0], Some(&x[1]), None);
                vec![y, h]
            })
            .input([3, 2, 2])
            .input([1, 2, 3])
            .output([3, 2, 3])
            .output([1, 2, 3])
            .state(state),
        )
        .case(
            Case::new(
                "relu, a single sequence",
                move |g| plain(g).relu(),
                |rnn, x| {
                    let (y, h) = rnn.forward(&x[0]);
                    vec![y, h]
                },
            )
            .input([3, 2])
            .output([3, 3])
            .output([1, 3])
            .state(state),
        )
        .case(
            Case::new(
                "two layers, both directions, batch first, lengths, no bias, dropout",
                with(
                    RecurrentOptions { hidden: 1, ..options }
                        .layers(2)
                        .bidirectional()
                        .batch_first()
                        .without_bias()
                        .dropout(0.4),
                ),
                |rnn, x| {
                    let (y, h) = rnn.forward_with(&x[0], None, Some(&Tensor::from([2, 3])));
                    vec![y, h]
                },
            )
            .input([2, 3, 2])
            .output([2, 3, 2])
            .output([4, 2, 1])
            .trains_otherwise()
            .state([
                "weight_ih_l0 [1, 2]",
                "weight_hh_l0 [1, 1]",
                "weight_ih_l0_reverse [1, 2]",
                "weight_hh_l0_reverse [1, 1]",
                "weight_ih_l1 [1, 2]",
                "weight_hh_l1 [1, 1]",
                "weight_ih_l1_reverse [1, 2]",
                "weight_hh_l1_reverse [1, 1]",
            ]),
        )
        .rejects("Rnn: a state is projected in an Lstm only", move |g| drop(Rnn::<f64>::with(options.projection(1), g)))
        .rejects("Rnn: h has shape [1, 1, 2], it needs [1, 1, 3]", move |g| {
            let _ = plain(g).forward_with(&Var::constant([[[0.0; 2]]]), Some(&Var::constant([[[0.0; 2]]])), None);
        })
        .rejects("rnn_relu: w_ih has shape [3, 2], it needs [3, 4]", move |g| {
            let _ = plain(g).relu().forward(&Var::constant([[[0.0; 4]]]));
        })
    }
}
