//! Recurrent networks: one layer over whole sequences, in one direction.
//!
//! Layers and directions are put together by the caller. The outputs of a layer are the sequences of the next; a second direction is a
//! second call, whose outputs come back in the order of the inputs; a cell is a sequence of one step.
//!
//! ```
//! use autograd_core::{Generator, Tensor, Var, ops::{RecurrentWeights, Sequence}};
//! let mut generator = Generator::seed(1);
//! let mut leaf = |shape: &[usize]| Var::leaf(Tensor::<f32>::uniform(shape, -0.5, 0.5, &mut generator));
//! let (w_ih, w_hh) = (leaf(&[3 * 4, 2]), leaf(&[3 * 4, 4])); // of a GRU from 2 inputs to 4 hidden units
//! let (back_ih, back_hh) = (leaf(&[3 * 4, 2]), leaf(&[3 * 4, 4]));
//! let (x, h) = (leaf(&[5, 2, 2]), Var::constant(Tensor::zeros([2, 4]))); // 5 steps, 2 examples
//!
//! let sequence = Sequence::default().lengths([5, 3]);
//! let (there, _) = x.gru(RecurrentWeights::new(&w_ih, &w_hh), &h, &sequence);
//! let (back, _) = x.gru(RecurrentWeights::new(&back_ih, &back_hh), &h, &sequence.reverse());
//! let both = Var::concat(&[&there, &back], 2);
//! assert_eq!(*both.shape(), [5, 2, 8]);
//!
//! let (_, step) = x.slice(0..1).gru(RecurrentWeights::new(&w_ih, &w_hh), &h, &Sequence::default()); // a cell
//! // Equal up to roundings: a few steps and many are multiplied in different orders.
//! assert!((step - there.slice(0..1)).abs().value().lt(1e-6).all());
//! assert!(both.sum().backward().get(&back_hh).is_some());
//! ```

mod fused;
mod sequence;
#[cfg(any(test, feature = "testing"))]
mod textbook;
mod unrolled;

mod gru;
mod lstm;
mod rnn_relu;
mod rnn_tanh;

pub use sequence::{RecurrentWeights, Sequence};

register! {
    recurrent: ;
    composites: rnn_tanh::RnnTanh, rnn_relu::RnnRelu, lstm::Lstm, gru::Gru;
}
