//! Recurrent cells and sequences.
//!
//! A cell takes one step, a sequence module all steps of a batch at once, in several layers and in both directions. Parameters have
//! PyTorch's names and gates PyTorch's order, so that its weights load.
//!
//! Here a text is read one character at a time by two bidirectional layers, and each character is given one of two tags. The examples are
//! as long as they are, in any order; what lies behind their ends is read by nobody.
//!
//! ```
//! use autograd_core::{Generator, Real, Tensor, Var};
//! use autograd_nn::{Forward, Linear, Lstm, Module, RecurrentOptions};
//!
//! #[derive(Module)]
//! struct Tagger<T: Real> {
//!     reader: Lstm<T>,
//!     tags: Linear<T>,
//! }
//!
//! impl<T: Real> Tagger<T> {
//!     fn scores(&self, texts: &Var<T>, lengths: &Tensor<i64>) -> Var<T> {
//!         let (y, _) = self.reader.forward_with(texts, None, Some(lengths));
//!         self.tags.forward(&y)
//!     }
//! }
//!
//! let mut generator = Generator::seed(1);
//! let options = RecurrentOptions::new(26, 8).layers(2).bidirectional().dropout(0.1).batch_first();
//! let tagger = Tagger::<f32> { reader: Lstm::with(options, &mut generator), tags: Linear::new(16, 2, &mut generator) };
//!
//! // Each letter as one of 26 numbers that are 0 or 1.
//! let (texts, longest) = (["to", "define"], 6);
//! let mut letters = vec![0.0; texts.len() * longest * 26];
//! for (i, text) in texts.iter().enumerate() {
//!     text.bytes().enumerate().for_each(|(t, letter)| letters[(i * longest + t) * 26 + usize::from(letter - b'a')] = 1.0);
//! }
//! let letters = Var::constant(Tensor::from_vec(letters, [2, longest, 26]));
//! let scores = tagger.scores(&letters, &Tensor::from([2, 6]));
//! assert_eq!(*scores.shape(), [2, 6, 2]);
//! let gradients = scores.square().sum().backward();
//! assert!(autograd_nn::unreached(&tagger, &gradients).is_empty());
//! ```

mod options;
mod parameters;
mod projected;
mod stack;
mod step;

mod gru;
mod gru_cell;
mod lstm;
mod lstm_cell;
mod rnn;
mod rnn_cell;
#[cfg(test)]
mod tests;

pub use options::{Nonlinearity, RecurrentOptions};
pub use parameters::{RecurrentLayer, RecurrentParameters};
pub use stack::RecurrentStack;

super::register! {
    rnn_cell::RnnCell<T>,
    lstm_cell::LstmCell<T>,
    gru_cell::GruCell<T>,
    rnn::Rnn<T>,
    lstm::Lstm<T>,
    gru::Gru<T>,
}
