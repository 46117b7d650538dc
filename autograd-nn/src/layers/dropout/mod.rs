//! Dropout: noise while training.

use crate::refuse::require;
mod alpha_dropout;
mod channel_dropout;
#[expect(clippy::module_inception, reason = "a layer's file bears its name")]
mod dropout;

super::register! {
    dropout::Dropout,
    channel_dropout::Dropout1d,
    channel_dropout::Dropout2d,
    channel_dropout::Dropout3d,
    alpha_dropout::AlphaDropout,
}

/// Refuses what is no probability.
#[track_caller]
fn probability(layer: &str, p: f64) -> f64 {
    require!((0.0..=1.0).contains(&p), "{layer}: p is {p}, a probability lies from 0 to 1");
    p
}

/// What the layers of this family share: the constructor, and the parts, which are those of a module of every element type.
macro_rules! noise {
    ($($Layer:ident),+) => {$(
        impl $Layer {
            /// A layer that drops with probability `p`, with random numbers of the generator's choice.
            ///
            /// # Panics
            /// If `p` is not a probability.
            #[track_caller]
            pub fn new(p: f64, generator: &mut Generator) -> Self {
                let p = super::probability(stringify!($Layer), p);
                $Layer { p, keys: KeyStream::draw(generator), training: Training::default() }
            }
        }

        impl<T: Real> Module<T> for $Layer {
            fn visit(&self, visitor: &mut Visitor<'_, T>) {
                visitor.module(self);
                visitor.field("keys", &self.keys);
                visitor.field("training", &self.training);
            }
        }
    )+};
}
use noise;
