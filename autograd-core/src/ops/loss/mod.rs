//! Losses.

mod cross_entropy;
mod reduction;

pub use cross_entropy::CrossEntropyOptions;
pub use reduction::Reduction;

register! {
    loss:
        cross_entropy::CrossEntropy;
}
