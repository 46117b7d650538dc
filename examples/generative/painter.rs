//! What paints: a model that learns from images and turns codes into images.

use autograd::prelude::*;
use std::error::Error;

/// The two losses of a step.
pub type Step = [f32; 2];

/// What a trained model says of itself.
pub struct Learnt {
    /// The number that matters, in words.
    pub sentence: String,
    /// The codes of the images that it was asked about, if it can tell.
    pub codes: Option<Tensor>,
}

/// A generative model of images of `[n, 784]` pixels from 0 to 1.
pub trait Painter {
    /// What the two losses of a step are called.
    fn losses(&self) -> [&'static str; 2];
    /// Learns from some images.
    ///
    /// # Errors
    /// If a gradient is not finite.
    fn step(&mut self, images: &Tensor, random: &mut Generator) -> Result<Step, Box<dyn Error>>;
    /// How many numbers a code has; new ones are drawn from the standard normal distribution.
    fn codes(&self) -> usize;
    /// The images of these codes, `[n, codes] -> [n, 784]`.
    fn paint(&self, codes: &Tensor) -> Tensor;
    /// How good it is, told by images that it has not learnt from.
    fn learnt(&self, images: &Tensor, random: &mut Generator) -> Learnt;
}
