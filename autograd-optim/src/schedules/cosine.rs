//! `CosineAnnealingLr` and `CosineAnnealingWarmRestarts`: the rate falls along half a cosine, once or again and again.

use super::{Schedule, along_cosine, share, steps};
use crate::Error;

/// Lowers the rate along half a cosine within `t_max` steps: slowly at first and at the end.
///
/// ```text
/// factor = min_factor + (1 - min_factor) · (1 + cos(π t / t_max)) / 2
/// ```
///
/// As PyTorch's `CosineAnnealingLR` with `eta_min` as a share of the base rate (Loshchilov and Hutter 2017, equation 5, without restarts).
/// After `t_max` steps it rises again along the cosine.
///
/// ```
/// use autograd_optim::schedules::{CosineAnnealingLr, Schedule};
/// let schedule = CosineAnnealingLr { min_factor: 0.5, ..CosineAnnealingLr::new(10) };
/// assert_eq!([0, 5, 10, 20].map(|step| schedule.factor(step)), [1.0, 0.75, 0.5, 1.0]);
/// ```
#[doc(alias = "CosineAnnealingLR")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineAnnealingLr {
    /// The steps from the highest rate to the lowest.
    pub t_max: u64,
    /// The lowest factor.
    pub min_factor: f64,
}

impl CosineAnnealingLr {
    /// From 1 to 0 within `t_max` steps.
    pub fn new(t_max: u64) -> Self {
        CosineAnnealingLr { t_max, min_factor: 0.0 }
    }
}

impl Schedule for CosineAnnealingLr {
    fn factor(&self, step: u64) -> f64 {
        // Within one period, where the cosine of a large number would lose digits.
        let t_max = self.t_max.max(1);
        let (halves, rest) = (step / t_max, (step % t_max) as f64 / t_max as f64);
        along_cosine(1.0, self.min_factor, if halves.is_multiple_of(2) { rest } else { 1.0 - rest })
    }

    fn check(&self) -> Result<(), Error> {
        steps("cosine_annealing_lr", "t_max", self.t_max)?;
        share("cosine_annealing_lr", "min_factor", self.min_factor)
    }
}

/// Lowers the rate along half a cosine, and begins anew: after `t_0` steps, then after `t_0 · t_mult`, `t_0 · t_mult²` and so on.
///
/// ```text
/// factor = min_factor + (1 - min_factor) · (1 + cos(π t_cur / t_i)) / 2
/// ```
///
/// `t_cur` counts the steps since the last restart, `t_i` those between it and the next. As PyTorch's `CosineAnnealingWarmRestarts` with
/// `eta_min` as a share of the base rate (SGDR: Loshchilov and Hutter 2017, equation 5). The network at the end of each fall can be kept, as one
/// of an ensemble.
///
/// ```
/// use autograd_optim::schedules::{CosineAnnealingWarmRestarts, Schedule};
/// let schedule = CosineAnnealingWarmRestarts { t_mult: 2, ..CosineAnnealingWarmRestarts::new(10) };
/// assert_eq!([0, 5, 10, 20, 30].map(|step| schedule.factor(step)), [1.0, 0.5, 1.0, 0.5, 1.0]);
/// ```
#[doc(alias = "SGDR")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineAnnealingWarmRestarts {
    /// The steps until the first restart.
    pub t_0: u64,
    /// How many times longer each fall is than the one before.
    pub t_mult: u64,
    /// The factor that each fall leads to.
    pub min_factor: f64,
}

impl CosineAnnealingWarmRestarts {
    /// From 1 to 0 within `t_0` steps, again and again.
    pub fn new(t_0: u64) -> Self {
        CosineAnnealingWarmRestarts { t_0, t_mult: 1, min_factor: 0.0 }
    }
}

impl Schedule for CosineAnnealingWarmRestarts {
    fn factor(&self, step: u64) -> f64 {
        let (mut t_cur, mut t_i) = (step, self.t_0.max(1));
        if self.t_mult <= 1 {
            t_cur %= t_i;
        }
        while t_cur >= t_i {
            t_cur -= t_i;
            t_i = t_i.saturating_mul(self.t_mult);
        }
        along_cosine(1.0, self.min_factor, t_cur as f64 / t_i as f64)
    }

    fn check(&self) -> Result<(), Error> {
        steps("cosine_annealing_warm_restarts", "t_0", self.t_0)?;
        steps("cosine_annealing_warm_restarts", "t_mult", self.t_mult)?;
        share("cosine_annealing_warm_restarts", "min_factor", self.min_factor)
    }
}
