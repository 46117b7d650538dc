//! `RnnCell`: one step of a plain recurrent network.

use super::step::step;
use super::{Nonlinearity, RecurrentParameters};
use crate::layers::prelude::*;

/// One step of a plain recurrent network: `h' = tanh(w_ih x + b_ih + w_hh h + b_hh)`, or with `max(0, ·)` in place of tanh.
///
/// # Shape
/// `[n, in]` and a state `[n, hidden]` give the next state; `[in]` and `[hidden]` those of a single example.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Var};
/// use autograd_nn::RnnCell;
/// let cell = RnnCell::new(1, 1, &mut Generator::seed(0)).relu().without_bias();
/// cell.weight_ih.set([[1.0]]);
/// cell.weight_hh.set([[0.5]]);
/// let (x, h) = (Var::constant([3.0f64]), Var::leaf([2.0]));
/// let next = cell.forward(&x, Some(&h));
/// assert_eq!(next.to_vec(), [4.0]);
/// let gradients = cell.forward(&x, Some(&next)).sum().backward();
/// assert_eq!(gradients.get(&h).unwrap().to_vec(), [0.25]); // w_hh · w_hh
/// assert_eq!(cell.weight_hh.gradient(&gradients).unwrap().to_vec(), [4.0 + 0.5 * 2.0]);
/// ```
///
/// Elman, "Finding Structure in Time", 1990.
#[derive(Debug, Module)]
#[doc(alias = "RNNCell")]
#[doc(alias = "SimpleRNNCell")]
pub struct RnnCell<T: Real = f32> {
    /// `w_ih`, of shape `[hidden, in]`.
    pub weight_ih: Parameter<T>,
    /// `w_hh`, of shape `[hidden, hidden]`.
    pub weight_hh: Parameter<T>,
    /// `b_ih`, of shape `[hidden]`.
    pub bias_ih: Option<Parameter<T>>,
    /// `b_hh`, of shape `[hidden]`.
    pub bias_hh: Option<Parameter<T>>,
    /// The function at the end.
    #[module(skip)]
    pub nonlinearity: Nonlinearity,
}

impl<T: Real> RnnCell<T> {
    /// A cell with tanh from `inputs` numbers to `hidden` units, its parameters uniform within `±1/√hidden` as in PyTorch.
    ///
    /// # Panics
    /// If there are no hidden units.
    #[track_caller]
    pub fn new(inputs: usize, hidden: usize, generator: &mut Generator) -> Self {
        let RecurrentParameters { weight_ih, weight_hh, bias_ih, bias_hh, .. } =
            RecurrentParameters::of_cell("RnnCell", 1, inputs, hidden, generator);
        RnnCell { weight_ih, weight_hh, bias_ih, bias_hh, nonlinearity: Nonlinearity::Tanh }
    }

    /// With the rectifier in place of tanh.
    #[must_use]
    pub fn relu(self) -> Self {
        RnnCell { nonlinearity: Nonlinearity::Relu, ..self }
    }

    /// The same cell without biases.
    #[must_use]
    pub fn without_bias(self) -> Self {
        RnnCell { bias_ih: None, bias_hh: None, ..self }
    }

    /// The state after a step from `h`, which is zero if there is none.
    #[track_caller]
    #[must_use]
    pub fn forward(&self, x: &Var<T>, h: Option<&Var<T>>) -> Var<T> {
        let (weights, biases) = ([&self.weight_ih, &self.weight_hh], [&self.bias_ih, &self.bias_hh]);
        let [h] = step("RnnCell", x, [("h", h)], weights, biases, |x, weights, [h], sequence| {
            [self.nonlinearity.layer(x, weights, h, sequence).1]
        });
        report(self, h)
    }
}

#[cfg(test)]
impl Checked for RnnCell<f64> {
    fn cases() -> Cases<Self> {
        let plain = |g: &mut Generator| RnnCell::new(2, 3, g);
        let state = ["weight_ih [3, 2]", "weight_hh [3, 3]", "bias_ih [3]", "bias_hh [3]"];
        Cases::new(
            Case::new("tanh", plain, |cell, x| vec![cell.forward(&x[0], Some(&x[1]))])
                .input([2, 2])
                .input([2, 3])
                .output([2, 3])
                .state(state),
        )
        .case(
            Case::new(
                "relu, a single example, no bias",
                move |g| plain(g).relu().without_bias(),
                // Twice, so that w_hh is reached from a state of zeros.
                |cell, x| vec![cell.forward(&x[0], Some(&cell.forward(&x[0], None)))],
            )
            .input([2])
            .output([3])
            .state(["weight_ih [3, 2]", "weight_hh [3, 3]"]),
        )
        .rejects("RnnCell: it needs at least one hidden unit", |g| drop(RnnCell::<f64>::new(2, 0, g)))
        .rejects("RnnCell: x has 3 axes, it needs 2, or 1 for a single example", move |g| {
            let _ = plain(g).forward(&Var::constant([[[0.0; 2]]]), None);
        })
        .rejects("RnnCell: h has shape [3], it needs [1, 3]", move |g| {
            let _ = plain(g).forward(&Var::constant([[0.0; 2]]), Some(&Var::constant([0.0; 3])));
        })
        .rejects("rnn_tanh: w_ih has shape [3, 2], it needs [3, 4]", move |g| {
            let _ = plain(g).forward(&Var::constant([[0.0; 4]]), None);
        })
    }
}
