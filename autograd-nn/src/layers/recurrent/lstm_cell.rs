//! `LstmCell`: one step of a long short-term memory.

use super::RecurrentParameters;
use super::step::step;
use crate::layers::prelude::*;

/// One step of a long short-term memory.
///
/// With `a = w_ih x + b_ih + w_hh h + b_hh`, of which each gate has a quarter, in the order i, f, g, o:
/// `c' = σ(a_f) · c + σ(a_i) · tanh(a_g)` and `h' = σ(a_o) · tanh(c')`.
///
/// # Shape
/// `[n, in]` and states `[n, hidden]`, `[n, hidden]` give the next states; `[in]` and `[hidden]` those of a single example.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{LstmCell, Module};
/// let cell = LstmCell::<f64>::new(1, 1, &mut Generator::seed(0));
/// cell.parameters().iter().for_each(|w| w.set(Tensor::zeros(w.shape()))); // each gate is σ(0) = 1/2, and g = tanh(0) = 0
/// let (h, c) = (Var::leaf([3.0]), Var::leaf([8.0]));
/// let (next_h, next_c) = cell.forward(&Var::constant([5.0]), Some((&h, &c)));
/// assert_eq!((next_h.item(), next_c.item()), (0.5 * 4f64.tanh(), 4.0));
/// let gradients = next_c.sum().backward();
/// assert_eq!(gradients.get(&c).unwrap().to_vec(), [0.5]); // f
/// assert_eq!(cell.weight_hh.gradient(&gradients).unwrap().to_vec(), [0.0, 3.0 * 0.25 * 8.0, 3.0 * 0.5, 0.0]);
/// ```
///
/// Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997; the gate f is of Gers, Schmidhuber and Cummins, "Learning to Forget", 2000.
#[derive(Debug, Module)]
#[doc(alias = "LSTMCell")]
pub struct LstmCell<T: Real = f32> {
    /// `w_ih`, of shape `[4 hidden, in]`.
    pub weight_ih: Parameter<T>,
    /// `w_hh`, of shape `[4 hidden, hidden]`.
    pub weight_hh: Parameter<T>,
    /// `b_ih`, of shape `[4 hidden]`.
    pub bias_ih: Option<Parameter<T>>,
    /// `b_hh`, of shape `[4 hidden]`.
    pub bias_hh: Option<Parameter<T>>,
}

impl<T: Real> LstmCell<T> {
    /// A cell from `inputs` numbers to `hidden` units, its parameters uniform within `±1/√hidden` as in PyTorch.
    ///
    /// # Panics
    /// If there are no hidden units.
    #[track_caller]
    pub fn new(inputs: usize, hidden: usize, generator: &mut Generator) -> Self {
        let RecurrentParameters { weight_ih, weight_hh, bias_ih, bias_hh, .. } =
            RecurrentParameters::of_cell("LstmCell", 4, inputs, hidden, generator);
        LstmCell { weight_ih, weight_hh, bias_ih, bias_hh }
    }

    /// The same cell without biases.
    #[must_use]
    pub fn without_bias(self) -> Self {
        LstmCell { bias_ih: None, bias_hh: None, ..self }
    }

    /// The states `(h, c)` after a step from the ones given, which are zero if there are none.
    #[track_caller]
    #[must_use]
    pub fn forward(&self, x: &Var<T>, states: Option<(&Var<T>, &Var<T>)>) -> (Var<T>, Var<T>) {
        let states = [("h", states.map(|(h, _)| h)), ("c", states.map(|(_, c)| c))];
        let (weights, biases) = ([&self.weight_ih, &self.weight_hh], [&self.bias_ih, &self.bias_hh]);
        let [h, c] = step("LstmCell", x, states, weights, biases, |x, weights, [h, c], sequence| {
            let (_, h, c) = x.lstm(weights, (h, c), sequence);
            [h, c]
        });
        (report(self, h), c)
    }
}

#[cfg(test)]
impl Checked for LstmCell<f64> {
    fn cases() -> Cases<Self> {
        let plain = |g: &mut Generator| LstmCell::new(2, 2, g);
        let state = ["weight_ih [8, 2]", "weight_hh [8, 2]", "bias_ih [8]", "bias_hh [8]"];
        Cases::new(
            Case::new("a batch", plain, |cell, x| {
                let (h, c) = cell.forward(&x[0], Some((&x[1], &x[2])));
                vec![h, c]
            })
            .input([2, 2])
            .input([2, 2])
            .input([2, 2])
            .output([2, 2])
            .output([2, 2])
            .state(state),
        )
        .case(
            Case::new(
                "a single example, no bias",
                move |g| plain(g).without_bias(),
                |cell, x| {
                    let (h, c) = cell.forward(&x[0], None);
                    let (h, c) = cell.forward(&x[0], Some((&h, &c)));
                    vec![h, c]
                },
            )
            .input([2])
            .output([2])
            .output([2])
            .state(["weight_ih [8, 2]", "weight_hh [8, 2]"]),
        )
        .rejects("LstmCell: it needs at least one hidden unit", |g| drop(LstmCell::<f64>::new(2, 0, g)))
        .rejects("LstmCell: x has 0 axes, it needs 2, or 1 for a single example", move |g| {
            let _ = plain(g).forward(&Var::constant(0.0), None);
        })
        .rejects("LstmCell: c has shape [2, 2], it needs [1, 2]", move |g| {
            let (h, c) = (Var::constant([[0.0; 2]]), Var::constant([[0.0; 2]; 2]));
            let _ = plain(g).forward(&Var::constant([[0.0; 2]]), Some((&h, &c)));
        })
        .rejects("lstm: w_ih has shape [8, 2], it needs [8, 4]", move |g| {
            let _ = plain(g).forward(&Var::constant([[0.0; 4]]), None);
        })
    }
}
