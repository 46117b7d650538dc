//! `GruCell`: one step of a gated recurrent unit.

use super::RecurrentParameters;
use super::step::step;
use crate::layers::prelude::*;

/// One step of a gated recurrent unit.
///
/// With `a = w_ih x + b_ih` and `b = w_hh h + b_hh`, of which each gate has a third, in the order r, z, n:
/// `r = σ(a_r + b_r)`, `z = σ(a_z + b_z)`, `n = tanh(a_n + r · b_n)` and `h' = (1 − z) · n + z · h`.
///
/// # Shape
/// `[n, in]` and a state `[n, hidden]` give the next state; `[in]` and `[hidden]` those of a single example.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{GruCell, Module};
/// let cell = GruCell::<f64>::new(1, 1, &mut Generator::seed(0));
/// cell.parameters().iter().for_each(|w| w.set(Tensor::zeros(w.shape()))); // r = z = σ(0) = 1/2, and n = tanh(0) = 0
/// let h = Var::leaf([8.0]);
/// let next = cell.forward(&Var::constant([5.0]), Some(&h));
/// assert_eq!(next.to_vec(), [4.0]);
/// let gradients = next.sum().backward();
/// assert_eq!(gradients.get(&h).unwrap().to_vec(), [0.5]); // z
/// assert_eq!(cell.bias_ih.as_ref().unwrap().gradient(&gradients).unwrap().to_vec(), [0.0, 0.25 * 8.0, 0.5]);
/// ```
///
/// Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation", 2014; the gate r is applied
/// after the product, as in PyTorch and cuDNN.
#[derive(Debug, Module)]
#[doc(alias = "GRUCell")]
pub struct GruCell<T: Real = f32> {
    /// `w_ih`, of shape `[3 hidden, in]`.
    pub weight_ih: Parameter<T>,
    /// `w_hh`, of shape `[3 hidden, hidden]`.
    pub weight_hh: Parameter<T>,
    /// `b_ih`, of shape `[3 hidden]`.
    pub bias_ih: Option<Parameter<T>>,
    /// `b_hh`, of shape `[3 hidden]`.
    pub bias_hh: Option<Parameter<T>>,
}

impl<T: Real> GruCell<T> {
    /// A cell from `inputs` numbers to `hidden` units, its parameters uniform within `±1/√hidden` as in PyTorch.
    ///
    /// # Panics
    /// If there are no hidden units.
    #[track_caller]
    pub fn new(inputs: usize, hidden: usize, generator: &mut Generator) -> Self {
        let RecurrentParameters { weight_ih, weight_hh, bias_ih, bias_hh, .. } =
            RecurrentParameters::of_cell("GruCell", 3, inputs, hidden, generator);
        GruCell { weight_ih, weight_hh, bias_ih, bias_hh }
    }

    /// The same cell without biases.
    #[must_use]
    pub fn without_bias(self) -> Self {
        GruCell { bias_ih: None, bias_hh: None, ..self }
    }

    /// The state after a step from `h`, which is zero if there is none.
    #[track_caller]
    #[must_use]
    pub fn forward(&self, x: &Var<T>, h: Option<&Var<T>>) -> Var<T> {
        let (weights, biases) = ([&self.weight_ih, &self.weight_hh], [&self.bias_ih, &self.bias_hh]);
        let [h] = step("GruCell", x, [("h", h)], weights, biases, |x, weights, [h], sequence| {
            [x.gru(weights, h, sequence).1]
        });
        report(self, h)
    }
}

#[cfg(test)]
impl Checked for GruCell<f64> {
    fn cases() -> Cases<Self> {
        let plain = |g: &mut Generator| GruCell::new(2, 2, g);
        let state = ["weight_ih [6, 2]", "weight_hh [6, 2]", "bias_ih [6]", "bias_hh [6]"];
        Cases::new(
            Case::new("a batch", plain, |cell, x| vec![cell.forward(&x[0], Some(&x[1]))])
                .input([2, 2])
                .input([2, 2])
                .output([2, 2])
                .state(state),
        )
        .case(
            Case::new(
                "a single example, no bias",
                move |g| plain(g).without_bias(),
                |cell, x| vec![cell.forward(&x[0], Some(&cell.forward(&x[0], None)))],
            )
            .input([2])
            .output([2])
            .state(["weight_ih [6, 2]", "weight_hh [6, 2]"]),
        )
        .rejects("GruCell: it needs at least one hidden unit", |g| drop(GruCell::<f64>::new(2, 0, g)))
        .rejects("GruCell: x has 3 axes, it needs 2, or 1 for a single example", move |g| {
            let _ = plain(g).forward(&Var::constant([[[0.0; 2]]]), None);
        })
        .rejects("GruCell: h has shape [1, 2], it needs [2]", move |g| {
            let _ = plain(g).forward(&Var::constant([0.0; 2]), Some(&Var::constant([[0.0; 2]])));
        })
        .rejects("gru: w_ih has shape [6, 2], it needs [6, 4]", move |g| {
            let _ = plain(g).forward(&Var::constant([[0.0; 4]]), None);
        })
    }
}
