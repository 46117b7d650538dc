//! What the examples are built on, beside what is known: one module for each example.

mod adversarial;
mod detection;
mod efficient;
mod mnist;
mod reinforce;
mod segmentation;
mod visualize;
