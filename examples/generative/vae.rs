//! A variational autoencoder (Kingma and Welling 2014, "Auto-Encoding Variational Bayes").

use crate::painter::{Learnt, Painter, Step};
use autograd::prelude::*;
use autograd_examples_support::digits::PIXELS;
use std::error::Error;

/// An encoder that gives each image a place among the codes, with a doubt, and a decoder that paints a code.
#[derive(Module)]
struct Networks {
    encoder: Linear,
    mean: Linear,
    log_variance: Linear,
    decoder: Linear,
    output: Linear,
}

/// The networks and what trains them.
pub struct Vae {
    networks: Networks,
    optimizer: Adam,
    codes: usize,
}

impl Vae {
    /// Networks with random weights, of this many hidden units and numbers in a code.
    pub fn new(hidden: usize, codes: usize, lr: f64, random: &mut Generator) -> Result<Self, Box<dyn Error>> {
        let networks = Networks {
            encoder: Linear::new(PIXELS, hidden, random),
            mean: Linear::new(hidden, codes, random),
            log_variance: Linear::new(hidden, codes, random),
            decoder: Linear::new(codes, hidden, random),
            output: Linear::new(hidden, PIXELS, random),
        };
        let optimizer = Adam::new(&networks, lr)?;
        Ok(Vae { networks, optimizer, codes })
    }

    /// Mean and logarithm of the variance of the code of each image: `[n, 784] -> [n, codes]` twice.
    fn encode(&self, x: &Var) -> (Var, Var) {
        let hidden = self.networks.encoder.forward(x).relu();
        (self.networks.mean.forward(&hidden), self.networks.log_variance.forward(&hidden))
    }

    /// A score for each pixel: `[n, codes] -> [n, 784]`.
    fn decode(&self, z: &Var) -> Var {
        self.networks.output.forward(&self.networks.decoder.forward(z).relu())
    }

    /// The two parts of the bound on the negative log-likelihood of an image, in nats, means over the images (equation 10 there): what it
    /// costs to paint the image from its code, and how far the codes lie from the normal distribution that they will be drawn from (appendix B).
    fn bound(&self, x: &Var, random: &mut Generator) -> [Var; 2] {
        let (mean, log_variance) = self.encode(x);
        let noise = Var::constant(Tensor::normal(mean.shape().clone(), 0.0, 1.0, random));
        let z = &mean + (&log_variance * 0.5).exp() * noise;
        let options = BinaryCrossEntropyOptions { reduction: Reduction::Sum, ..Default::default() };
        let painting = self.decode(&z).binary_cross_entropy_with_logits(x, options);
        let divergence = (mean.square() + log_variance.exp() - &log_variance - 1.0).sum() * 0.5;
        [painting, divergence].map(|part| part / x.shape()[0] as f32)
    }
}

impl Painter for Vae {
    fn losses(&self) -> [&'static str; 2] {
        ["painting", "divergence"]
    }

    fn step(&mut self, images: &Tensor, random: &mut Generator) -> Result<Step, Box<dyn Error>> {
        let [painting, divergence] = self.bound(&Var::constant(images), random);
        let losses = [painting.item(), divergence.item()];
        self.optimizer.step(&(painting + divergence).backward())?;
        Ok(losses)
    }

    fn codes(&self) -> usize {
        self.codes
    }

    fn paint(&self, codes: &Tensor) -> Tensor {
        no_grad(|| self.decode(&Var::constant(codes)).sigmoid()).value().clone()
    }

    fn learnt(&self, images: &Tensor, random: &mut Generator) -> Learnt {
        let bound: f32 = no_grad(|| self.bound(&Var::constant(images), random)).iter().map(Var::item).sum();
        let codes = no_grad(|| self.encode(&Var::constant(images)).0).value().clone();
        Learnt { sentence: format!("bound on the test digits {bound:.1} nats"), codes: Some(codes) }
    }
}
