//! `InverseTimeLr` and `InverseSqrtLr`: the rate falls as a power of the step.

use super::{Schedule, steps};
use crate::{Error, check};

/// Lowers the rate in proportion to the time: to a half after `1 / decay` steps, to a third after twice as many.
///
/// ```text
/// factor = 1 / (1 + decay · t)
/// ```
///
/// The rates sum to infinity, their squares do not, as stochastic approximation asks for (Robbins and Monro 1951, equation 6). PyTorch has no such
/// schedule; it is the "1/t decay" of the course CS231n.
///
/// ```
/// use autograd_optim::schedules::{InverseTimeLr, Schedule};
/// let schedule = InverseTimeLr { decay: 0.25 };
/// assert_eq!([0, 4, 12].map(|step| schedule.factor(step)), [1.0, 0.5, 0.25]);
/// ```
#[doc(alias = "InverseTimeDecay")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InverseTimeLr {
    /// How fast the rate falls.
    pub decay: f64,
}

impl Schedule for InverseTimeLr {
    fn factor(&self, step: u64) -> f64 {
        1.0 / (1.0 + self.decay * step as f64)
    }

    fn check(&self) -> Result<(), Error> {
        check::not_negative("inverse_time_lr", "decay", self.decay)
    }
}

/// Raises the rate along a line for `warmup_steps` steps, and lowers it as the root of the step from there on.
///
/// ```text
/// factor = min(n / warmup_steps, √(warmup_steps / n))      n = t + 1
/// ```
///
/// The schedule of the transformer (Vaswani et al. 2017, equation 3), there written as `d_model^(-1/2) · min(n^(-1/2), n · warmup_steps^(-3/2))`:
/// that is this one with a base rate, the highest one, of `(d_model · warmup_steps)^(-1/2)`. PyTorch has no such schedule.
///
/// ```
/// use autograd_optim::schedules::{InverseSqrtLr, Schedule};
/// let schedule = InverseSqrtLr { warmup_steps: 4 };
/// assert_eq!([0, 1, 3, 15].map(|step| schedule.factor(step)), [0.25, 0.5, 1.0, 0.5]);
/// ```
#[doc(alias = "Noam")]
#[doc(alias = "NoamLR")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InverseSqrtLr {
    /// The steps until the rate is highest.
    pub warmup_steps: u64,
}

impl Schedule for InverseSqrtLr {
    fn factor(&self, step: u64) -> f64 {
        let (warmup, n) = (self.warmup_steps.max(1) as f64, step as f64 + 1.0);
        (n / warmup).min((warmup / n).sqrt())
    }

    fn check(&self) -> Result<(), Error> {
        steps("inverse_sqrt_lr", "warmup_steps", self.warmup_steps)
    }
}
