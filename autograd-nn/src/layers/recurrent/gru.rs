//! `Gru`: gated recurrent units over sequences.

use super::{RecurrentOptions, RecurrentStack};
use crate::layers::prelude::*;

/// Gated recurrent units over sequences, in one or several layers and in one or both directions.
///
/// Each layer takes the step of a [`GruCell`](crate::GruCell) for each element of its sequences; the outputs of one layer, those of both
/// directions side by side, are the inputs of the next.
///
/// # Shape
/// `[t, n, in]`, `[n, t, in]` with `batch_first`, or `[t, in]` for a single sequence, gives as many outputs of size
/// `directions · hidden`, and the last states `[layers · directions, n, hidden]`, without `n` for a single sequence.
///
/// # Parameters
/// For layer 0 `weight_ih_l0` `[3 hidden, in]`, `weight_hh_l0` `[3 hidden, hidden]`, `bias_ih_l0` and `bias_hh_l0` `[3 hidden]`, then the
/// same for the other direction, named `.._l0_reverse`.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{Gru, Module};
/// let gru = Gru::<f64>::new(1, 1, &mut Generator::seed(0));
/// gru.parameters().iter().for_each(|w| w.set(Tensor::zeros(w.shape()))); // r = z = σ(0) = 1/2, and n = tanh(0) = 0
/// let (x, h) = (Var::constant([[5.0], [7.0]]), Var::leaf([[8.0]]));
/// let (y, last) = gru.forward_with(&x, Some(&h), None);
/// assert_eq!((y.to_vec(), last.item()), (vec![4.0, 2.0], 2.0));
/// let gradients = last.sum().backward();
/// assert_eq!(gradients.get(&h).unwrap().item(), 0.25); // z · z
/// let b = gru.stack.layers[0].forward.bias_ih.as_ref().unwrap();
/// assert_eq!(b.gradient(&gradients).unwrap().to_vec(), [0.0, 0.5 * 0.25 * 8.0 + 0.25 * 4.0, 0.5 * 0.5 + 0.5]);
/// ```
///
/// Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation", 2014.
#[derive(Debug)]
#[doc(alias = "GRU")]
pub struct Gru<T: Real = f32> {
    /// Its layers.
    pub stack: RecurrentStack<T>,
}

impl<T: Real> Gru<T> {
    /// One layer from `inputs` numbers to `hidden` units, its parameters uniform within `±1/√hidden` as in PyTorch.
    ///
    /// # Panics
    /// If there are no hidden units.
    #[track_caller]
    pub fn new(inputs: usize, hidden: usize, generator: &mut Generator) -> Self {
        Gru::with(RecurrentOptions::new(inputs, hidden), generator)
    }

    /// Layers as the options say.
    ///
    /// # Panics
    /// If there are no hidden units or no layers, dropout is no probability, or a projection is asked for.
    #[track_caller]
    pub fn with(options: RecurrentOptions, generator: &mut Generator) -> Self {
        Gru { stack: RecurrentStack::new("Gru", 3, options, generator) }
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
        let (y, [h]) = self.stack.run("Gru", x, first, lengths, |x, parameters, [h], sequence| {
            let (y, h) = parameters.apply(|weights| x.gru(weights, h, sequence));
            (y, [h])
        });
        (report(self, y), h)
    }
}

impl<T: Real> Module<T> for Gru<T> {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.module(self);
        self.stack.visit(visitor);
    }
}

#[cfg(test)]
impl Checked for Gru<f64> {
    fn cases() -> Cases<Self> {
        let options = RecurrentOptions::new(2, 2);
        let with = |options: RecurrentOptions| move |g: &mut Generator| Gru::with(options, g);
        let plain = move |g: &mut Generator| Gru::new(2, 2, g);
        Cases::new(
            Case::new("a single sequence", plain, |gru, x| {
                let (y, h) = gru.forward(&x[0]);
                vec![y, h]
            })
            .input([3, 2])
            .output([3, 2])
            .output([1, 2])
            .state(["weight_ih_l0 [6, 2]", "weight_hh_l0 [6, 2]", "bias_ih_l0 [6]", "bias_hh_l0 [6]"]),
        )
        .case(
            Case::new(
                "two layers, batch first, no bias, lengths, dropout",
                with(options.layers(2).batch_first().without_bias().dropout(0.4)),
                |gru, x| {
                    let (y, h) = gru.forward_with(&x[0], Some(&x[1]), Some(&Tensor::from([2, 3])));
                    vec![y, h]
                },
            )
            .input([2, 3, 2])
            .input([2, 2, 2])
            .output([2, 3, 2])
            .output([2, 2, 2])
            .trains_otherwise()
            .first_order()
            .state([
                "weight_ih_l0 [6, 2]",
                "weight_hh_l0 [6, 2]",
                "weight_ih_l1 [6, 2]",
                "weight_hh_l1 [6, 2]",
            ]),
        )
        .case(
            Case::new("both directions", with(RecurrentOptions::new(1, 1).bidirectional()), |gru, x| {
                let (y, h) = gru.forward_with(&x[0], Some(&x[1]), None);
                vec![y, h]
            })
            .input([3, 2, 1])
            .input([2, 2, 1])
            .output([3, 2, 2])
            .output([2, 2, 1])
            .state([
                "weight_ih_l0 [3, 1]",
                "weight_hh_l0 [3, 1]",
                "bias_ih_l0 [3]",
                "bias_hh_l0 [3]",
                "weight_ih_l0_reverse [3, 1]",
                "weight_hh_l0_reverse [3, 1]",
                "bias_ih_l0_reverse [3]",
                "bias_hh_l0_reverse [3]",
            ]),
        )
        .rejects("Gru: a state is projected in an Lstm only", move |g| drop(Gru::<f64>::with(options.projection(1), g)))
        .rejects("Gru: h has shape [1, 1, 3], it needs [1, 1, 2]", move |g| {
            let _ = plain(g).forward_with(&Var::constant([[[0.0; 2]]]), Some(&Var::constant([[[0.0; 3]]])), None);
        })
        .rejects("gru: w_ih has shape [6, 2], it needs [6, 3]", move |g| {
            let _ = plain(g).forward(&Var::constant([[[0.0; 3]]]));
        })
    }
}
