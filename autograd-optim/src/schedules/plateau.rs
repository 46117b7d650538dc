//! `ReduceLrOnPlateau`: lowers the rate when a metric stops to improve.

use super::PlateauState;
use super::scheduler::set;
use crate::{Error, Optimizer, check};
use autograd_core::Real;

/// The settings of [`ReduceLrOnPlateau`]. The default is PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlateauOptions {
    /// Whether the metric is to fall or to rise.
    pub mode: PlateauMode,
    /// What the rate is multiplied with.
    pub factor: f64,
    /// The metrics without improvement that are borne; the next one lowers the rate.
    pub patience: u64,
    /// How much better than the best so far a metric must be to be an improvement.
    pub threshold: f64,
    /// What the threshold is a part of.
    pub threshold_mode: ThresholdMode,
    /// The metrics after a fall of the rate that do not count.
    pub cooldown: u64,
    /// The lowest rate, of each group.
    pub min_lr: f64,
    /// A fall of the rate by no more than this is left out.
    pub eps: f64,
}

/// Which way a metric is to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlateauMode {
    /// It is to fall, as a loss.
    #[default]
    Min,
    /// It is to rise, as an accuracy.
    Max,
}

/// What the threshold of an improvement is a part of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThresholdMode {
    /// It is a share of the best metric so far.
    #[default]
    Rel,
    /// It is an amount of the metric itself.
    Abs,
}

impl Default for PlateauOptions {
    fn default() -> Self {
        PlateauOptions {
            mode: PlateauMode::Min,
            factor: 0.1,
            patience: 10,
            threshold: 1e-4,
            threshold_mode: ThresholdMode::Rel,
            cooldown: 0,
            min_lr: 0.0,
            eps: 1e-8,
        }
    }
}

impl PlateauOptions {
    fn check(&self) -> Result<(), Error> {
        let name = "reduce_lr_on_plateau";
        check::share(name, "factor", self.factor)?;
        check::not_negative(name, "threshold", self.threshold)?;
        check::not_negative(name, "min_lr", self.min_lr)?;
        check::not_negative(name, "eps", self.eps)
    }

    fn is_better(&self, metric: f64, best: f64) -> bool {
        match (self.mode, self.threshold_mode) {
            (PlateauMode::Min, ThresholdMode::Rel) => metric < best * (1.0 - self.threshold),
            (PlateauMode::Min, ThresholdMode::Abs) => metric < best - self.threshold,
            (PlateauMode::Max, ThresholdMode::Rel) => metric > best * (1.0 + self.threshold),
            (PlateauMode::Max, ThresholdMode::Abs) => metric > best + self.threshold,
        }
    }
}

/// Lowers the learning rate of each group when a metric, most often the loss on data that are not trained on, has stopped to improve.
///
/// ```text
/// better:  metric < best · (1 - threshold)      or, as mode and threshold_mode say,
///          metric < best - threshold,  metric > best · (1 + threshold),  metric > best + threshold
/// lr ← max(factor · lr, min_lr)                 after patience + 1 metrics in a row that are not
/// ```
///
/// As PyTorch's `ReduceLROnPlateau`. A metric that is NaN or infinite is no improvement.
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::schedules::{PlateauOptions, ReduceLrOnPlateau};
/// use autograd_optim::{Optimizer, Sgd};
///
/// let mut optimizer = Sgd::new(vec![Parameter::new([1.0])], 0.5)?;
/// let mut plateau = ReduceLrOnPlateau::new(PlateauOptions { factor: 0.5, patience: 1, ..Default::default() })?;
/// let mut reduced = Vec::new();
/// for loss in [1.0, 0.8, 0.8, 0.9, 0.7] {
///     reduced.push(plateau.step(&mut optimizer, loss)?);
/// }
/// assert_eq!(reduced, [false, false, false, true, false]);
/// assert_eq!(optimizer.lr(), 0.25);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
#[doc(alias = "ReduceLROnPlateau")]
#[derive(Clone, Debug, PartialEq)]
pub struct ReduceLrOnPlateau {
    options: PlateauOptions,
    state: PlateauState,
}

impl ReduceLrOnPlateau {
    /// With no metric seen yet.
    ///
    /// # Errors
    /// If a setting makes no sense.
    pub fn new(options: PlateauOptions) -> Result<Self, Error> {
        options.check()?;
        Ok(ReduceLrOnPlateau { options, state: PlateauState::default() })
    }

    /// Takes in a metric, and lowers the rates if there have been too many without improvement. Returns whether that was so.
    ///
    /// # Errors
    /// If the optimiser cannot take a rate. Neither it nor this has changed then.
    pub fn step<T: Real>(&mut self, optimizer: &mut (impl Optimizer<T> + ?Sized), metric: f64) -> Result<bool, Error> {
        let (options, mut state) = (&self.options, self.state.clone());
        let better = metric.is_finite() && state.best.is_none_or(|best| options.is_better(metric, best));
        if better {
            state.best = Some(metric);
            state.num_bad_epochs = 0;
        } else {
            state.num_bad_epochs += 1;
        }
        if state.cooldown_counter > 0 {
            state.cooldown_counter -= 1;
            state.num_bad_epochs = 0;
        }
        let reduce = state.num_bad_epochs > options.patience;
        if reduce {
            let lower = |lr: f64| {
                let lowered = (lr * options.factor).max(options.min_lr);
                if lr - lowered > options.eps { lowered } else { lr }
            };
            let lrs: Vec<f64> = (0..optimizer.groups()).map(|group| lower(optimizer.group_lr(group))).collect();
            set(optimizer, &lrs)?;
            state.cooldown_counter = options.cooldown;
            state.num_bad_epochs = 0;
        }
        self.state = state;
        Ok(reduce)
    }

    /// The settings.
    pub fn options(&self) -> &PlateauOptions {
        &self.options
    }

    /// The best metric so far; `None` before the first.
    pub fn best(&self) -> Option<f64> {
        self.state.best
    }

    /// All that the rates to come depend on besides settings, metrics and the rates of the moment, which the optimiser's own state holds.
    pub fn state(&self) -> PlateauState {
        self.state.clone()
    }

    /// Goes on from a state.
    pub fn load_state(&mut self, state: PlateauState) {
        self.state = state;
    }
}
