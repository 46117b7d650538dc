//! A trial: a network with one hidden layer, as its settings say, that learns for as many epochs as it is given.

use crate::digits::{Digits, PIXELS, Parts};
use autograd::optim::search::{Dimension, SearchError, Settings, Space};
use autograd::optim::{self, AdamOptions, SgdOptions};
use autograd::prelude::*;

const BATCH: usize = 32;

/// What is searched for. Wide ranges: as if nothing were known but that a learning rate above 1 seldom is any good.
pub fn space() -> Result<Space, SearchError> {
    Space::new([
        ("lr", Dimension::LogUniform(1e-5..=1.0)),
        ("weight_decay", Dimension::LogUniform(1e-6..=1e-1)),
        ("hidden", Dimension::LogInteger(4..=128)),
        ("dropout", Dimension::Uniform(0.0..=0.8)),
        ("momentum", Dimension::Uniform(0.0..=0.99)),
        ("optimizer", Dimension::choice(["sgd", "adam"])),
    ])
}

/// A network on its way, and the epochs it has had.
pub struct Learner<'a> {
    parts: &'a Parts,
    network: Sequential,
    optimizer: Box<dyn Optimizer + Send>,
    generator: Generator,
    epochs: usize,
}

impl<'a> Learner<'a> {
    /// A network with random weights.
    pub fn new(parts: &'a Parts, settings: &Settings, seed: u64) -> Result<Self, optim::Error> {
        let mut generator = Generator::seed(seed);
        let hidden = settings.integer("hidden");
        let network = Sequential::new()
            .then(Linear::new(PIXELS, hidden, &mut generator))
            .then(Relu)
            .then(Dropout::new(settings.real("dropout"), &mut generator))
            .then(Linear::new(hidden, 10, &mut generator));
        let [lr, weight_decay, momentum] = ["lr", "weight_decay", "momentum"].map(|name| settings.real(name));
        let optimizer: Box<dyn Optimizer + Send> = match settings.text("optimizer") {
            "sgd" => Box::new(Sgd::new(&network, SgdOptions { lr, weight_decay, momentum, ..Default::default() })?),
            // The share of the first moment that is kept plays the part of the momentum.
            _ => {
                let options = AdamOptions { lr, weight_decay, betas: (momentum, 0.999), ..Default::default() };
                Box::new(Adam::new(&network, options)?)
            }
        };
        Ok(Learner { parts, network, optimizer, generator, epochs: 0 })
    }

    /// Goes on up to this epoch and says which share of the validation digits it reads then; NaN if the loss ran away.
    pub fn train(&mut self, until: usize) -> f64 {
        self.network.train();
        while self.epochs < until {
            // From the start in each epoch, so that it makes no difference in how many goes the epochs are trained.
            let mut order: Vec<usize> = (0..self.parts.train.len()).collect();
            self.generator.shuffle(&mut order);
            for batch in order.chunks(BATCH) {
                let (images, labels) = self.parts.train.batch(batch);
                let loss = self.network.forward(&images).cross_entropy(&labels);
                if self.optimizer.step(&loss.backward()).is_err() {
                    return f64::NAN;
                }
            }
            self.epochs += 1;
        }
        self.accuracy(&self.parts.validation)
    }

    /// The share of the test digits that it reads.
    pub fn test(&self) -> f64 {
        self.accuracy(&self.parts.test)
    }

    fn accuracy(&self, digits: &Digits) -> f64 {
        let (images, labels) = digits.batch(&(0..digits.len()).collect::<Vec<_>>());
        self.network.eval();
        let answers = no_grad(|| self.network.forward(&images)).value().argmax(1);
        answers.eq(&labels).count() as f64 / digits.len() as f64
    }
}
