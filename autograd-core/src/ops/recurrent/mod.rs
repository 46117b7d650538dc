//! Recurrent networks: one layer over whole sequences, in one direction.
//!
//! Layers and directions are put together by the caller: the outputs of a layer are the sequences of the next, a second direction
//! is a second call with [`Sequence::reverse`], and [`Var::concat`](crate::Var::concat) along the last axis joins the outputs of both. A cell is a
//! sequence of one step: `x.reshape([1, n, in])`.

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
