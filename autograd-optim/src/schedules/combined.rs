//! `Warmup`, `ChainedLr` and `SequentialLr`: schedules made of others.

use super::{Schedule, along_line, done, share, steps};
use crate::{Error, check};

/// Raises the rate along a line for some steps, and goes on with another schedule, which counts its steps from there.
///
/// ```text
/// factor = start_factor + (then(0) - start_factor) · t / steps      t < steps
///          then(t - steps)                                          later
/// ```
///
/// PyTorch writes it as a `SequentialLR` of a `LinearLR` and the other, if that begins with 1. Adaptive optimisers need it while their second
/// moments are poor, large batches while the loss is steep (Goyal et al. 2017, "Accurate, Large Minibatch SGD", section 2.2).
///
/// ```
/// use autograd_optim::schedules::{CosineAnnealingLr, Schedule, Warmup};
/// let schedule = Warmup { steps: 4, start_factor: 0.0, then: CosineAnnealingLr::new(10) };
/// assert_eq!([0, 1, 4, 9, 14].map(|step| schedule.factor(step)), [0.0, 0.25, 1.0, 0.5, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Warmup<S> {
    /// The number of steps before the other schedule.
    pub steps: u64,
    /// The factor of the first step.
    pub start_factor: f64,
    /// The other schedule.
    pub then: S,
}

impl<S: Schedule> Schedule for Warmup<S> {
    fn factor(&self, step: u64) -> f64 {
        match step.checked_sub(self.steps) {
            Some(step) => self.then.factor(step),
            None => along_line(self.start_factor, self.then.factor(0), done(step, self.steps)),
        }
    }

    fn check(&self) -> Result<(), Error> {
        steps("warmup", "steps", self.steps)?;
        share("warmup", "start_factor", self.start_factor)?;
        self.then.check()
    }
}

/// The product of several schedules, which all count from the first step.
///
/// As PyTorch's `ChainedScheduler`.
///
/// ```
/// use autograd_optim::schedules::{ChainedLr, ConstantLr, ExponentialLr, Schedule};
/// let schedule = ChainedLr::new(ConstantLr { factor: 0.5, total_iters: 2 }).and(ExponentialLr { gamma: 0.5 });
/// assert_eq!([0, 1, 2].map(|epoch| schedule.factor(epoch)), [0.5, 0.25, 0.25]);
/// ```
#[doc(alias = "ChainedScheduler")]
pub struct ChainedLr {
    schedules: Vec<Box<dyn Schedule>>,
}

impl ChainedLr {
    /// A first schedule.
    pub fn new(schedule: impl Schedule + 'static) -> Self {
        ChainedLr { schedules: vec![Box::new(schedule)] }
    }

    /// One more schedule.
    #[must_use]
    pub fn and(mut self, schedule: impl Schedule + 'static) -> Self {
        self.schedules.push(Box::new(schedule));
        self
    }
}

impl Schedule for ChainedLr {
    fn factor(&self, step: u64) -> f64 {
        self.schedules.iter().map(|schedule| schedule.factor(step)).product()
    }

    fn check(&self) -> Result<(), Error> {
        self.schedules.iter().try_for_each(Schedule::check)
    }
}

/// Schedules one after the other, each of which counts from the milestone where it takes over.
///
/// As PyTorch's `SequentialLR`.
///
/// ```
/// use autograd_optim::schedules::{ConstantLr, ExponentialLr, Schedule, SequentialLr};
/// let schedule = SequentialLr::new(ConstantLr { factor: 0.25, total_iters: 3 })
///     .then(3, ExponentialLr { gamma: 0.5 })
///     .then(5, |_| 0.125);
/// let factors: Vec<f64> = (0..7).map(|epoch| schedule.factor(epoch)).collect();
/// assert_eq!(factors, [0.25, 0.25, 0.25, 1.0, 0.5, 0.125, 0.125]);
/// ```
#[doc(alias = "SequentialLR")]
pub struct SequentialLr {
    /// Each with the step in which it takes over.
    schedules: Vec<(u64, Box<dyn Schedule>)>,
}

impl SequentialLr {
    /// A first schedule.
    pub fn new(schedule: impl Schedule + 'static) -> Self {
        SequentialLr { schedules: vec![(0, Box::new(schedule))] }
    }

    /// One more schedule, which takes over in the step `milestone`.
    #[must_use]
    pub fn then(mut self, milestone: u64, schedule: impl Schedule + 'static) -> Self {
        self.schedules.push((milestone, Box::new(schedule)));
        self
    }
}

impl Schedule for SequentialLr {
    fn factor(&self, step: u64) -> f64 {
        let begun = self.schedules.iter().rfind(|(milestone, _)| *milestone <= step);
        let (milestone, schedule) = begun.expect("the first begins in step 0");
        schedule.factor(step - milestone)
    }

    fn check(&self) -> Result<(), Error> {
        for pair in self.schedules.windows(2) {
            let (before, milestone) = (pair[0].0, pair[1].0);
            let range = "later than where the schedule before begins";
            check::option("sequential_lr", "a milestone", milestone as f64, range, milestone > before)?;
        }
        self.schedules.iter().try_for_each(|(_, schedule)| schedule.check())
    }
}
