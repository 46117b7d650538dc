//! `ConstantLr`, `LinearLr` and `PolynomialLr`: from one factor to another within a number of steps.

use super::{Schedule, along_line, done, share, steps};
use crate::{Error, check};

/// Multiplies the rate with `factor` in the first `total_iters` steps, and leaves it as it is from there on.
///
/// As PyTorch's `ConstantLR`, also in its defaults: a third, for five steps.
///
/// ```
/// use autograd_optim::schedules::{ConstantLr, Schedule};
/// let schedule = ConstantLr { factor: 0.25, total_iters: 2 };
/// assert_eq!([0, 1, 2].map(|epoch| schedule.factor(epoch)), [0.25, 0.25, 1.0]);
/// ```
#[doc(alias = "ConstantLR")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConstantLr {
    /// The factor of the first steps.
    pub factor: f64,
    /// The number of these steps.
    pub total_iters: u64,
}

impl Default for ConstantLr {
    fn default() -> Self {
        ConstantLr { factor: 1.0 / 3.0, total_iters: 5 }
    }
}

impl Schedule for ConstantLr {
    fn factor(&self, step: u64) -> f64 {
        if step < self.total_iters { self.factor } else { 1.0 }
    }

    fn check(&self) -> Result<(), Error> {
        share("constant_lr", "factor", self.factor)
    }
}

/// Moves the factor along a line from `start_factor` to `end_factor` within `total_iters` steps, where it stays.
///
/// ```text
/// factor = start_factor + (end_factor - start_factor) · min(t / total_iters, 1)
/// ```
///
/// As PyTorch's `LinearLR`, also in its defaults: from a third to 1 within five steps. A start at 0 is possible here.
///
/// ```
/// use autograd_optim::schedules::{LinearLr, Schedule};
/// let schedule = LinearLr { start_factor: 1.0, end_factor: 0.0, total_iters: 4 };
/// assert_eq!([0, 1, 2, 4, 9].map(|epoch| schedule.factor(epoch)), [1.0, 0.75, 0.5, 0.0, 0.0]);
/// ```
#[doc(alias = "LinearLR")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearLr {
    /// The factor of the first step.
    pub start_factor: f64,
    /// The factor after `total_iters` steps.
    pub end_factor: f64,
    /// The steps from one to the other.
    pub total_iters: u64,
}

impl Default for LinearLr {
    fn default() -> Self {
        LinearLr { start_factor: 1.0 / 3.0, end_factor: 1.0, total_iters: 5 }
    }
}

impl Schedule for LinearLr {
    fn factor(&self, step: u64) -> f64 {
        along_line(self.start_factor, self.end_factor, done(step, self.total_iters))
    }

    fn check(&self) -> Result<(), Error> {
        share("linear_lr", "start_factor", self.start_factor)?;
        share("linear_lr", "end_factor", self.end_factor)?;
        steps("linear_lr", "total_iters", self.total_iters)
    }
}

/// Lowers the rate to 0 within `total_iters` steps, as a power of the steps that are left.
///
/// ```text
/// factor = (1 - min(t / total_iters, 1))^power
/// ```
///
/// As PyTorch's `PolynomialLR`, also in its defaults: along a line within five steps. It is DeepLab's "poly" with a power of 0.9 (Chen et al.
/// 2018, "DeepLab", section 4.1.1).
///
/// ```
/// use autograd_optim::schedules::{PolynomialLr, Schedule};
/// let schedule = PolynomialLr { total_iters: 4, power: 2.0 };
/// assert_eq!([0, 1, 2, 4, 9].map(|epoch| schedule.factor(epoch)), [1.0, 0.5625, 0.25, 0.0, 0.0]);
/// ```
#[doc(alias = "PolynomialLR")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolynomialLr {
    /// The steps until the rate is 0.
    pub total_iters: u64,
    /// The power.
    pub power: f64,
}

impl Default for PolynomialLr {
    fn default() -> Self {
        PolynomialLr { total_iters: 5, power: 1.0 }
    }
}

impl Schedule for PolynomialLr {
    fn factor(&self, step: u64) -> f64 {
        (1.0 - done(step, self.total_iters)).powf(self.power)
    }

    fn check(&self) -> Result<(), Error> {
        steps("polynomial_lr", "total_iters", self.total_iters)?;
        let range = "a number above 0";
        check::option("polynomial_lr", "power", self.power, range, self.power > 0.0 && self.power.is_finite())
    }
}
