//! `OneCycleLr`: up to a large rate and down to almost nothing, once.

use super::{Schedule, along_cosine, along_line, share, steps};
use crate::{Error, check};

/// Raises the rate to the base rate, which is the highest, and lowers it to far below where it began: a short training at large rates.
///
/// ```text
/// 1 / div_factor  →  1  →  1 / (div_factor · final_div_factor)
/// ```
///
/// The way up takes `pct_start` of all steps. With `three_phase` the way down takes as many, back to `1 / div_factor`, and the rest falls to the
/// end. As PyTorch's `OneCycleLR`, whose `max_lr` is the base rate here (Smith 2018, "A disciplined approach to neural network
/// hyper-parameters"; Smith and Topin 2018, "Super-Convergence"). Past the last step the rate stays, where PyTorch refuses to go on.
///
/// The [`momentum`](OneCycleLr::momentum) goes the other way. An optimiser takes it among its settings:
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::schedules::{OneCycleLr, Scheduler};
/// use autograd_optim::{Optimizer, Sgd, SgdOptions};
///
/// let w = Parameter::new([2.0f64, -1.0]);
/// let mut optimizer = Sgd::new(vec![w.clone()], SgdOptions { lr: 0.2, momentum: 0.95, ..Default::default() })?;
/// let cycle = OneCycleLr::new(100);
/// let mut scheduler = Scheduler::new(&mut optimizer, cycle)?;
/// assert_eq!(optimizer.lr(), 0.2 / 25.0);
/// for _ in 0..100 {
///     let momentum = cycle.momentum(scheduler.steps());
///     optimizer.set_settings(0, SgdOptions { momentum, ..*optimizer.settings(0) })?;
///     optimizer.step(&w.var().square().sum().backward())?;
///     scheduler.step(&mut optimizer)?;
/// }
/// assert!(w.value().to_vec().iter().all(|w| w.abs() < 0.01));
/// # Ok::<(), autograd_optim::Error>(())
/// ```
#[doc(alias = "OneCycleLR")]
#[doc(alias = "super-convergence")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneCycleLr {
    /// The steps of the whole training.
    pub total_steps: u64,
    /// The share of the steps that lead up.
    pub pct_start: f64,
    /// How the rate goes from one point to the next.
    pub anneal_strategy: AnnealStrategy,
    /// The highest rate over the first.
    pub div_factor: f64,
    /// The first rate over the last.
    pub final_div_factor: f64,
    /// Whether the way down ends at the first rate, and a third way leads to the last.
    pub three_phase: bool,
    /// The momentum at the highest rate.
    pub base_momentum: f64,
    /// The momentum in the first and in the last step.
    pub max_momentum: f64,
}

/// How [`OneCycleLr`] goes from one point to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AnnealStrategy {
    /// Along half a cosine.
    #[default]
    Cosine,
    /// Along a line.
    Linear,
}

impl OneCycleLr {
    /// PyTorch's cycle: 30 % of the steps up from a 25th, the rest down to a 250000th, along cosines, with momenta from 0.95 to 0.85 and back.
    pub fn new(total_steps: u64) -> Self {
        OneCycleLr {
            total_steps,
            pct_start: 0.3,
            anneal_strategy: AnnealStrategy::Cosine,
            div_factor: 25.0,
            final_div_factor: 1e4,
            three_phase: false,
            base_momentum: 0.85,
            max_momentum: 0.95,
        }
    }

    /// The momentum of a step: lowest where the rate is highest.
    pub fn momentum(&self, step: u64) -> f64 {
        let (low, high) = (self.base_momentum, self.max_momentum);
        self.at(step, [high, low, high], high)
    }

    /// The value of a step that is `start`, `peak` and `back` at the ends of the ways up and down, and `last` in the last step; the way back is
    /// left out of two.
    fn at(&self, step: u64, [start, peak, back]: [f64; 3], last: f64) -> f64 {
        let total = self.total_steps.max(1) as f64;
        let step = (step as f64).min(total - 1.0);
        let up = self.pct_start * total - 1.0;
        let (from, to, begin, end) = if step <= up {
            (start, peak, 0.0, up)
        } else if !self.three_phase {
            (peak, last, up, total - 1.0)
        } else if step <= 2.0 * up {
            (peak, back, up, 2.0 * up)
        } else {
            (back, last, 2.0 * up, total - 1.0)
        };
        let part = if end > begin { (step - begin) / (end - begin) } else { 1.0 };
        match self.anneal_strategy {
            AnnealStrategy::Cosine => along_cosine(from, to, part),
            AnnealStrategy::Linear => along_line(from, to, part),
        }
    }
}

impl Schedule for OneCycleLr {
    fn factor(&self, step: u64) -> f64 {
        let first = 1.0 / self.div_factor;
        self.at(step, [first, 1.0, first], first / self.final_div_factor)
    }

    fn check(&self) -> Result<(), Error> {
        let name = "one_cycle_lr";
        steps(name, "total_steps", self.total_steps)?;
        share(name, "pct_start", self.pct_start)?;
        let half = !self.three_phase || self.pct_start <= 0.5;
        check::option(name, "pct_start", self.pct_start, "at most 0.5 where three_phase is set", half)?;
        for (option, value) in [("div_factor", self.div_factor), ("final_div_factor", self.final_div_factor)] {
            check::option(name, option, value, "a number above 0", value > 0.0 && value.is_finite())?;
        }
        check::share(name, "base_momentum", self.base_momentum)?;
        check::share(name, "max_momentum", self.max_momentum)
    }
}
