//! Randomness: the dropout family.

mod alpha_dropout;
mod dropout;

register! {
    random: dropout::Dropout;
}
