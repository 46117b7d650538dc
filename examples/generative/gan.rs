//! A generative adversarial network (Goodfellow et al. 2014), of fully connected layers.

use crate::painter::{Learnt, Painter, Step};
use autograd::prelude::*;
use autograd_examples_support::digits::PIXELS;
use std::error::Error;

/// A generator that paints codes, a discriminator that tells paintings from images, and what trains each of them.
pub struct Gan {
    generator: Sequential,
    discriminator: Sequential,
    optimizers: [Adam; 2],
    codes: usize,
}

impl Gan {
    /// Networks with random weights, of this many hidden units and numbers in a code.
    pub fn new(hidden: usize, codes: usize, lr: f64, random: &mut Generator) -> Result<Self, Box<dyn Error>> {
        let leaky = LeakyRelu { slope: 0.2 };
        let generator = Sequential::new()
            .then(Linear::new(codes, hidden, random))
            .then(BatchNorm1d::new(hidden))
            .then(leaky)
            .then(Linear::new(hidden, hidden, random))
            .then(BatchNorm1d::new(hidden))
            .then(leaky)
            .then(Linear::new(hidden, PIXELS, random))
            .then(Sigmoid);
        // Dropout keeps it from knowing the few images by heart.
        let discriminator = Sequential::new()
            .then(Linear::new(PIXELS, hidden, random))
            .then(leaky)
            .then(Dropout::new(0.3, random))
            .then(Linear::new(hidden, hidden, random))
            .then(leaky)
            .then(Dropout::new(0.3, random))
            .then(Linear::new(hidden, 1, random));
        // A first moment of 0.5: Radford, Metz and Chintala 2016, section 4.
        let options = AdamOptions { lr, betas: (0.5, 0.999), ..Default::default() };
        let optimizers = [Adam::new(&generator, options)?, Adam::new(&discriminator, options)?];
        Ok(Gan { generator, discriminator, optimizers, codes })
    }

    /// What the discriminator loses on images that are all real, or all painted.
    fn judge(&self, images: &Var, real: bool) -> Var {
        let score = self.discriminator.forward(images);
        let truth = Var::constant(Tensor::full(score.shape().clone(), if real { 1.0 } else { 0.0 }));
        score.binary_cross_entropy_with_logits(&truth, BinaryCrossEntropyOptions::new())
    }

    fn draw(&self, n: usize, random: &mut Generator) -> Var {
        Var::constant(Tensor::normal([n, self.codes], 0.0, 1.0, random))
    }
}

impl Painter for Gan {
    fn losses(&self) -> [&'static str; 2] {
        ["discriminator", "generator"]
    }

    fn step(&mut self, images: &Tensor, random: &mut Generator) -> Result<Step, Box<dyn Error>> {
        self.generator.train();
        self.discriminator.train();
        let n = images.shape()[0];
        // The discriminator's step: the painting is cut from the generator.
        let painted = self.generator.forward(&self.draw(n, random));
        let judged = self.judge(&Var::constant(images), true) + self.judge(&painted.detach(), false);
        let of_discriminator = judged.item();
        self.optimizers[1].step(&judged.backward())?;
        // The generator's step: the same painting is to be taken for real. It descends on the loss of the opposite answer, which has a
        // gradient where the discriminator is sure (section 3 there).
        // The discriminator only passes the gradient on.
        self.discriminator.freeze();
        let taken = self.judge(&painted, true);
        let of_generator = taken.item();
        let gradients = taken.backward();
        self.discriminator.unfreeze();
        self.optimizers[0].step(&gradients)?;
        Ok([of_discriminator, of_generator])
    }

    fn codes(&self) -> usize {
        self.codes
    }

    fn paint(&self, codes: &Tensor) -> Tensor {
        self.generator.eval();
        no_grad(|| self.generator.forward(&Var::constant(codes))).value().clone()
    }

    fn learnt(&self, images: &Tensor, random: &mut Generator) -> Learnt {
        self.discriminator.eval();
        let n = images.shape()[0];
        let painted = self.paint(self.draw(n, random).value());
        let taken_for_real = |images: &Tensor| {
            let scores = no_grad(|| self.discriminator.forward(&Var::constant(images))).value().to_vec();
            scores.into_iter().filter(|&score| score > 0.0).count()
        };
        let right = taken_for_real(images) + n - taken_for_real(&painted);
        let share = right as f64 / (2 * n) as f64;
        let sentence =
            format!("the discriminator tells {share:.3} of test digits and paintings apart, 0.5 would be chance");
        Learnt { sentence, codes: None }
    }
}
