//! `CyclicLr`: the rate goes up and down between two bounds.

use super::{Schedule, steps};
use crate::{Error, check};

/// Raises the rate from the base rate to `max_factor` times as much and lowers it again, along lines, over and over.
///
/// ```text
/// factor = 1 + (max_factor - 1) · height · scale
/// ```
///
/// `height` goes from 0 to 1 within `step_size_up` steps and back to 0 within `step_size_down`; `scale` is what the [`mode`](CyclicMode) makes
/// smaller with time. As PyTorch's `CyclicLR`, whose `base_lr` is the base rate here and whose `max_lr` is `max_factor` times that (Smith 2017,
/// "Cyclical Learning Rates", section 3.2).
///
/// ```
/// use autograd_optim::schedules::{CyclicLr, CyclicMode, Schedule};
/// let schedule = CyclicLr { step_size_up: 4, mode: CyclicMode::Triangular2, ..CyclicLr::new(3.0) };
/// assert_eq!([0, 2, 4, 8, 12].map(|step| schedule.factor(step)), [1.0, 2.0, 3.0, 1.0, 2.0]);
/// ```
#[doc(alias = "CyclicLR")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CyclicLr {
    /// The highest factor.
    pub max_factor: f64,
    /// The steps up.
    pub step_size_up: u64,
    /// The steps down; as many as up if `None`.
    pub step_size_down: Option<u64>,
    /// What becomes of the height of the cycles.
    pub mode: CyclicMode,
}

/// What becomes of the height of the cycles of [`CyclicLr`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CyclicMode {
    /// It stays.
    Triangular,
    /// Each cycle is half as high as the one before.
    Triangular2,
    /// It is multiplied with this number in each step.
    ExpRange(f64),
}

impl CyclicLr {
    /// 2000 steps up and 2000 down, as PyTorch's, each cycle as high as the first.
    pub fn new(max_factor: f64) -> Self {
        CyclicLr { max_factor, step_size_up: 2000, step_size_down: None, mode: CyclicMode::Triangular }
    }
}

impl Schedule for CyclicLr {
    fn factor(&self, step: u64) -> f64 {
        let up = self.step_size_up.max(1);
        let down = self.step_size_down.unwrap_or(up).max(1);
        let (cycle, place) = (step / (up + down), step % (up + down));
        let height = if place <= up { place as f64 / up as f64 } else { (up + down - place) as f64 / down as f64 };
        let scale = match self.mode {
            CyclicMode::Triangular => 1.0,
            CyclicMode::Triangular2 => 0.5f64.powf(cycle as f64),
            CyclicMode::ExpRange(gamma) => gamma.powf(step as f64),
        };
        1.0 + (self.max_factor - 1.0) * height * scale
    }

    fn check(&self) -> Result<(), Error> {
        let name = "cyclic_lr";
        let above = self.max_factor >= 1.0 && self.max_factor.is_finite();
        check::option(name, "max_factor", self.max_factor, "a number of at least 1", above)?;
        steps(name, "step_size_up", self.step_size_up)?;
        self.step_size_down.map_or(Ok(()), |down| steps(name, "step_size_down", down))?;
        match self.mode {
            CyclicMode::ExpRange(gamma) => super::share(name, "gamma", gamma),
            CyclicMode::Triangular | CyclicMode::Triangular2 => Ok(()),
        }
    }
}
