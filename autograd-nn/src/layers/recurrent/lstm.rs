//! `Lstm`: long short-term memory over sequences.

use super::{RecurrentOptions, RecurrentStack, projected};
use crate::layers::prelude::*;

/// Long short-term memory over sequences, in one or several layers and in one or both directions.
///
/// Each layer takes the step of an [`LstmCell`](crate::LstmCell) for each element of its sequences; the outputs of one layer, those of both
/// directions side by side, are the inputs of the next. With a projection `hₜ = w_hr (σ(a_o) · tanh(cₜ))`.
///
/// # Shape
/// `[t, n, in]`, `[n, t, in]` with `batch_first`, or `[t, in]` for a single sequence, gives as many outputs of size
/// `directions · state`, and the last states `h`, `[layers · directions, n, state]`, and `c`, `[layers · directions, n, hidden]`, without `n`
/// for a single sequence; `state` is `hidden` or what it is projected to.
///
/// # Parameters
/// For layer 0 `weight_ih_l0` `[4 hidden, in]`, `weight_hh_l0` `[4 hidden, state]`, `bias_ih_l0` and `bias_hh_l0` `[4 hidden]`,
/// `weight_hr_l0` `[state, hidden]` with a projection, then the same for the other direction, named `.._l0_reverse`.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{Lstm, Module};
/// let lstm = Lstm::<f64>::new(1, 1, &mut Generator::seed(0));
/// lstm.parameters().iter().for_each(|w| w.set(Tensor::zeros(w.shape()))); // each gate is σ(0) = 1/2, and g = tanh(0) = 0
/// let (x, h, c) = (Var::constant([[5.0], [7.0]]), Var::constant([[0.0]]), Var::leaf([[8.0]]));
/// let (y, (_, last)) = lstm.forward_with(&x, Some((&h, &c)), None);
/// assert_eq!((y.to_vec(), last.item()), (vec![0.5 * 4f64.tanh(), 0.5 * 2f64.tanh()], 2.0));
/// let gradients = last.sum().backward();
/// assert_eq!(gradients.get(&c).unwrap().item(), 0.25); // f · f
/// let b = lstm.stack.layers[0].forward.bias_ih.as_ref().unwrap();
/// assert_eq!(b.gradient(&gradients).unwrap().to_vec(), [0.0, 0.5 * 0.25 * 8.0 + 0.25 * 4.0, 0.5 * 0.5 + 0.5, 0.0]);
/// ```
///
/// Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997; both directions: Graves and Schmidhuber, "Framewise Phoneme Classification with
/// Bidirectional LSTM", 2005; the projection: Sak, Senior and Beaufays, "Long Short-Term Memory Recurrent Neural Network Architectures", 2014.
#[derive(Debug)]
#[doc(alias = "LSTM")]
pub struct Lstm<T: Real = f32> {
    /// Its layers.
    pub stack: RecurrentStack<T>,
}

impl<T: Real> Lstm<T> {
    /// One layer from `inputs` numbers to `hidden` units, its parameters uniform within `±1/√hidden` as in PyTorch.
    ///
    /// # Panics
    /// If there are no hidden units.
    #[track_caller]
    pub fn new(inputs: usize, hidden: usize, generator: &mut Generator) -> Self {
        Lstm::with(RecurrentOptions::new(inputs, hidden), generator)
    }

    /// Layers as the options say.
    ///
    /// # Panics
    /// If there are no hidden units or no layers, dropout is no probability, or the projection is not to fewer numbers.
    #[track_caller]
    pub fn with(options: RecurrentOptions, generator: &mut Generator) -> Self {
        Lstm { stack: RecurrentStack::new("Lstm", 4, options, generator) }
    }

    /// The output of each step and the last states `(h, c)`, from states of zeros on.
    #[track_caller]
    #[must_use]
    pub fn forward(&self, x: &Var<T>) -> (Var<T>, (Var<T>, Var<T>)) {
        self.forward_with(x, None, None)
    }

    /// The same from the states `(h, c)` on, which are shaped as the last ones, and for sequences of different lengths, `[n]`, in any order.
    ///
    /// Behind its end the output of an example is 0; its last states are those of its own last step, and in the other direction it begins
    /// there. What stands behind the end is not read, be it NaN.
    #[track_caller]
    #[must_use]
    #[doc(alias = "pack_padded_sequence")]
    pub fn forward_with(
        &self,
        x: &Var<T>,
        states: Option<(&Var<T>, &Var<T>)>,
        lengths: Option<&Tensor<i64>>,
    ) -> (Var<T>, (Var<T>, Var<T>)) {
        let options = self.stack.options;
        let first = [("h", options.state(), states.map(|(h, _)| h)), ("c", options.hidden, states.map(|(_, c)| c))];
        let (y, [h, c]) = self.stack.run("Lstm", x, first, lengths, |x, parameters, [h, c], sequence| {
            if let Some(projection) = &parameters.weight_hr {
                return projected::lstm(x, parameters, projection, [h, c], sequence);
            }
            let (y, h, c) = parameters.apply(|weights| x.lstm(weights, (h, c), sequence));
            (y, [h, c])
        });
        (report(self, y), (h, c))
    }
}

impl<T: Real> Module<T> for Lstm<T> {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.module(self);
        self.stack.visit(visitor);
    }
}

#[cfg(test)]
impl Checked for Lstm<f64> {
    fn cases() -> Cases<Self> {
        let with = |options: RecurrentOptions| move |g: &mut Generator| Lstm::with(options, g);
        let options = RecurrentOptions::new(2, 2);
        let all = |lstm: &Lstm<f64>, x: &[Var<f64>], lengths: Option<&Tensor<i64>>| {
            let (y, (h, c)) = lstm.forward_with(&x[0], Some((&x[1], &x[2])), lengths);
            vec![y, h, c]
        };
        let plain = move |g: &mut Generator| Lstm::new(2, 2, g);
        Cases::new(
            Case::new("states given", plain, move |lstm, x| all(lstm, x, None))
                .input([3, 2, 2])
                .input([1, 2, 2])
                .input([1, 2, 2])
                .output([3, 2, 2])
                .output([1, 2, 2])
                .output([1, 2, 2])
                .state(["weight_ih_l0 [8, 2]", "weight_hh_l0 [8, 2]", "bias_ih_l0 [8]", "bias_hh_l0 [8]"]),
        )
        .case(
            Case::new(
                "two layers, both directions, lengths, dropout",
                with(RecurrentOptions { hidden: 1, ..options }.layers(2).bidirectional().dropout(0.4)),
                move |lstm, x| all(lstm, x, Some(&Tensor::from([2, 3]))),
            )
            .input([3, 2, 2])
            .input([4, 2, 1])
            .input([4, 2, 1])
            .output([3, 2, 2])
            .output([4, 2, 1])
            .output([4, 2, 1])
            .trains_otherwise()
            .first_order()
            .state([
                "weight_ih_l0 [4, 2]",
                "weight_hh_l0 [4, 1]",
                "bias_ih_l0 [4]",
                "bias_hh_l0 [4]",
                "weight_ih_l0_reverse [4, 2]",
                "weight_hh_l0_reverse [4, 1]",
                "bias_ih_l0_reverse [4]",
                "bias_hh_l0_reverse [4]",
                "weight_ih_l1 [4, 2]",
                "weight_hh_l1 [4, 1]",
                "bias_ih_l1 [4]",
                "bias_hh_l1 [4]",
                "weight_ih_l1_reverse [4, 2]",
                "weight_hh_l1_reverse [4, 1]",
                "bias_ih_l1_reverse [4]",
                "bias_hh_l1_reverse [4]",
            ]),
        )
        .case(
            Case::new(
                "projection, batch first, no bias, lengths",
                with(options.projection(1).bidirectional().batch_first().without_bias()),
                move |lstm, x| all(lstm, x, Some(&Tensor::from([3, 1, 0]))),
            )
            .input([3, 3, 2])
            .input([2, 3, 1])
            .input([2, 3, 2])
            .output([3, 3, 2])
            .output([2, 3, 1])
            .output([2, 3, 2])
            .state([
                "weight_ih_l0 [8, 2]",
                "weight_hh_l0 [8, 1]",
                "weight_hr_l0 [1, 2]",
                "weight_ih_l0_reverse [8, 2]",
                "weight_hh_l0_reverse [8, 1]",
                "weight_hr_l0_reverse [1, 2]",
            ]),
        )
        .case(
            Case::new("a single sequence, projection", with(options.projection(1)), |lstm, x| {
                let (y, (h, c)) = lstm.forward(&x[0]);
                vec![y, h, c]
            })
            .input([3, 2])
            .output([3, 1])
            .output([1, 1])
            .output([1, 2])
            .state([
                "weight_ih_l0 [8, 2]",
                "weight_hh_l0 [8, 1]",
                "bias_ih_l0 [8]",
                "bias_hh_l0 [8]",
                "weight_hr_l0 [1, 2]",
            ]),
        )
        .rejects("Lstm: it needs at least one hidden unit", |g| drop(Lstm::<f64>::new(2, 0, g)))
        .rejects("Lstm: it needs at least one layer", move |g| drop(Lstm::<f64>::with(options.layers(0), g)))
        .rejects("Lstm: the probability of dropout is 1.5, not within 0 and 1", move |g| {
            drop(Lstm::<f64>::with(options.dropout(1.5), g));
        })
        .rejects("Lstm: 2 hidden units cannot be projected to 2, only to fewer", move |g| {
            drop(Lstm::<f64>::with(options.projection(2), g));
        })
        .rejects("Lstm: x has 1 axes, it needs 3, or 2 for a single sequence", move |g| {
            let _ = plain(g).forward(&Var::constant([0.0; 2]));
        })
        .rejects("Lstm: c has shape [1, 2], it needs [1, 1, 2]", move |g| {
            let (h, c) = (Var::constant([[[0.0; 2]]]), Var::constant([[0.0; 2]]));
            let _ = plain(g).forward_with(&Var::constant([[[0.0; 2]]]), Some((&h, &c)), None);
        })
        .rejects("Lstm: the lengths have shape [2], they need [1]", move |g| {
            let _ = plain(g).forward_with(&Var::constant([[[0.0; 2]]]), None, Some(&Tensor::from([1, 1])));
        })
        .rejects("Lstm: example 0 has length 4, x has 1 steps", move |g| {
            let _ = plain(g).forward_with(&Var::constant([[[0.0; 2]]]), None, Some(&Tensor::from([4])));
        })
        .rejects("lstm: w_ih has shape [8, 2], it needs [8, 3]", move |g| {
            let _ = plain(g).forward(&Var::constant([[[0.0; 3]]]));
        })
        .rejects("linear: x has 3 inputs, the weight has 2", move |g| {
            let _ = with(options.projection(1))(g).forward(&Var::constant([[[0.0; 3]]]));
        })
    }
}
