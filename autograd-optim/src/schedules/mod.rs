//! Schedules of the learning rate: functions from the step to a factor, and what applies them.
//!
//! A [`Schedule`] says for each step, or epoch, what the learning rate of the optimiser is multiplied with. A [`Scheduler`] remembers the rates
//! that the groups of an [`Optimizer`](crate::Optimizer) had when it was made, the base rates, and moves on when told. As with optimisers,
//! settings are plain fields in PyTorch's words, and are checked when the scheduler is made.
//!
//! | schedule | factor in step `t` | when |
//! |---|---|---|
//! | [`ConstantLr`] | `factor`, later 1 | a few careful epochs at first |
//! | [`StepLr`] | `gamma^⌊t / step_size⌋` | convolutional networks, by epochs |
//! | [`MultiStepLr`] | `gamma^(milestones up to t)` | the same, at epochs of one's own |
//! | [`ExponentialLr`] | `gamma^t` | a smooth fall without end |
//! | [`InverseTimeLr`] | `1 / (1 + decay t)` | convex problems, where theory asks for it |
//! | [`InverseSqrtLr`] | up along a line, then `√(warmup / t)` | transformers without a fixed end |
//! | [`LinearLr`] | along a line | warm-up, fine-tuning |
//! | [`PolynomialLr`] | `(1 - t / total)^power` | segmentation |
//! | [`CosineAnnealingLr`] | half a cosine | first choice where the number of steps is known |
//! | [`CosineAnnealingWarmRestarts`] | the same again and again | several models out of one training |
//! | [`OneCycleLr`] | up, then down to almost nothing | short trainings at large rates |
//! | [`CyclicLr`] | up and down | to find a range of rates |
//! | [`Warmup`] | up along a line, then any other | adaptive optimisers, large batches |
//! | [`ChainedLr`] | the product of several | |
//! | [`SequentialLr`] | one after the other | |
//! | a closure | what it returns | all else |
//!
//! [`ReduceLrOnPlateau`] is no function of the step: it lowers the rate when a metric stops to improve.

mod combined;
mod cosine;
mod cyclic;
mod decay;
mod inverse;
mod one_cycle;
mod plateau;
mod ramp;
mod scheduler;
mod state;
#[cfg(test)]
mod tests;

pub use combined::{ChainedLr, SequentialLr, Warmup};
pub use cosine::{CosineAnnealingLr, CosineAnnealingWarmRestarts};
pub use cyclic::{CyclicLr, CyclicMode};
pub use decay::{ExponentialLr, MultiStepLr, StepLr};
pub use inverse::{InverseSqrtLr, InverseTimeLr};
pub use one_cycle::{AnnealStrategy, OneCycleLr};
pub use plateau::{PlateauMode, PlateauOptions, ReduceLrOnPlateau, ThresholdMode};
pub use ramp::{ConstantLr, LinearLr, PolynomialLr};
pub use scheduler::Scheduler;
pub use state::{PlateauState, SchedulerState};

use crate::{Error, check};

/// How the learning rate changes: a function from the step, or the epoch, to a factor on the base rate.
///
/// Closures are schedules:
///
/// ```
/// use autograd_optim::schedules::Schedule;
/// let halved = |epoch: u64| 0.5f64.powi(epoch as i32);
/// assert_eq!(halved.factor(3), 0.125);
/// ```
///
/// One with settings of its own refuses those that make no sense:
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::schedules::{Schedule, Scheduler};
/// use autograd_optim::{Error, Sgd, check};
///
/// /// Full rate in every so manieth step only.
/// struct Rare {
///     every: u64,
/// }
///
/// impl Schedule for Rare {
///     fn factor(&self, step: u64) -> f64 {
///         if step.is_multiple_of(self.every) { 1.0 } else { 0.0 }
///     }
///     fn check(&self) -> Result<(), Error> {
///         check::option("rare", "every", self.every as f64, "at least 1", self.every > 0)
///     }
/// }
///
/// let mut optimizer = Sgd::new(vec![Parameter::new(1.0)], 0.1)?;
/// let error = Scheduler::new(&mut optimizer, Rare { every: 0 }).unwrap_err();
/// assert_eq!(error.to_string(), "rare: every is 0, it must be at least 1");
/// # Ok::<(), Error>(())
/// ```
pub trait Schedule: Send + Sync {
    /// What the base rate is multiplied with in a step, from 0.
    fn factor(&self, step: u64) -> f64;

    /// Refuses settings that make no sense; asked when a [`Scheduler`] is made.
    ///
    /// # Errors
    /// The first setting outside its range.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// PyTorch's `LambdaLR`.
impl<F: Fn(u64) -> f64 + Send + Sync> Schedule for F {
    fn factor(&self, step: u64) -> f64 {
        self(step)
    }
}

impl Schedule for Box<dyn Schedule> {
    fn factor(&self, step: u64) -> f64 {
        (**self).factor(step)
    }

    fn check(&self) -> Result<(), Error> {
        (**self).check()
    }
}

/// Refuses a number of steps that is 0.
fn steps(schedule: &'static str, name: &'static str, steps: u64) -> Result<(), Error> {
    check::option(schedule, name, steps as f64, "at least 1", steps > 0)
}

/// Refuses a number outside `[0, 1]`.
fn share(schedule: &'static str, name: &'static str, value: f64) -> Result<(), Error> {
    check::option(schedule, name, value, "a number from 0 to 1", (0.0..=1.0).contains(&value))
}

/// Which part of so many steps is done, from 0 to 1.
fn done(step: u64, total: u64) -> f64 {
    step.min(total) as f64 / total.max(1) as f64
}

/// From `start` to `end` along half a cosine, for `part` from 0 to 1.
fn along_cosine(start: f64, end: f64, part: f64) -> f64 {
    along_line(start, end, (1.0 - (std::f64::consts::PI * part).cos()) / 2.0)
}

/// From `start` to `end` along a line; both ends are exact.
fn along_line(start: f64, end: f64, part: f64) -> f64 {
    start * (1.0 - part) + end * part
}
