//! `StepLr`, `MultiStepLr` and `ExponentialLr`: the rate falls by a factor again and again.

use super::{Schedule, steps};
use crate::{Error, check};

/// Multiplies the rate with `gamma` every `step_size` steps.
///
/// ```text
/// factor = gamma^⌊t / step_size⌋
/// ```
///
/// As PyTorch's `StepLR`.
///
/// ```
/// use autograd_optim::schedules::{Schedule, StepLr};
/// let schedule = StepLr { gamma: 0.5, ..StepLr::new(30) };
/// assert_eq!([0, 29, 30, 89].map(|epoch| schedule.factor(epoch)), [1.0, 1.0, 0.5, 0.25]);
/// ```
#[doc(alias = "StepLR")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepLr {
    /// The steps between two falls.
    pub step_size: u64,
    /// What the rate is multiplied with.
    pub gamma: f64,
}

impl StepLr {
    /// A tenth every `step_size` steps.
    pub fn new(step_size: u64) -> Self {
        StepLr { step_size, gamma: 0.1 }
    }
}

impl Schedule for StepLr {
    fn factor(&self, step: u64) -> f64 {
        self.gamma.powf((step / self.step_size.max(1)) as f64)
    }

    fn check(&self) -> Result<(), Error> {
        steps("step_lr", "step_size", self.step_size)?;
        check::not_negative("step_lr", "gamma", self.gamma)
    }
}

/// Multiplies the rate with `gamma` in each of the steps `milestones`.
///
/// ```text
/// factor = gamma^n      n milestones are at most t
/// ```
///
/// As PyTorch's `MultiStepLR`; a milestone that stands there twice counts twice.
///
/// ```
/// use autograd_optim::schedules::{MultiStepLr, Schedule};
/// let schedule = MultiStepLr { gamma: 0.5, ..MultiStepLr::new([30, 80]) };
/// assert_eq!([0, 30, 79, 80].map(|epoch| schedule.factor(epoch)), [1.0, 0.5, 0.5, 0.25]);
/// ```
#[doc(alias = "MultiStepLR")]
#[derive(Clone, Debug, PartialEq)]
pub struct MultiStepLr {
    /// The steps in which the rate falls, in rising order.
    pub milestones: Vec<u64>,
    /// What the rate is multiplied with.
    pub gamma: f64,
}

impl MultiStepLr {
    /// A tenth from each milestone on.
    pub fn new(milestones: impl Into<Vec<u64>>) -> Self {
        MultiStepLr { milestones: milestones.into(), gamma: 0.1 }
    }
}

impl Schedule for MultiStepLr {
    fn factor(&self, step: u64) -> f64 {
        self.gamma.powf(self.milestones.partition_point(|&milestone| milestone <= step) as f64)
    }

    fn check(&self) -> Result<(), Error> {
        if let Some(pair) = self.milestones.windows(2).find(|pair| pair[0] > pair[1]) {
            let range = "at least the one before it";
            check::option("multi_step_lr", "a milestone", pair[1] as f64, range, false)?;
        }
        check::not_negative("multi_step_lr", "gamma", self.gamma)
    }
}

/// Multiplies the rate with `gamma` in each step.
///
/// ```text
/// factor = gamma^t
/// ```
///
/// As PyTorch's `ExponentialLR`.
///
/// ```
/// use autograd_optim::schedules::{ExponentialLr, Schedule};
/// let schedule = ExponentialLr { gamma: 0.5 };
/// assert_eq!([0, 1, 2].map(|epoch| schedule.factor(epoch)), [1.0, 0.5, 0.25]);
/// ```
#[doc(alias = "ExponentialLR")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExponentialLr {
    /// What the rate is multiplied with.
    pub gamma: f64,
}

impl Schedule for ExponentialLr {
    fn factor(&self, step: u64) -> f64 {
        self.gamma.powf(step as f64)
    }

    fn check(&self) -> Result<(), Error> {
        check::not_negative("exponential_lr", "gamma", self.gamma)
    }
}
