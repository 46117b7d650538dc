//! `Scheduler`: sets the rates of an optimiser as schedules say.

use super::{Schedule, SchedulerState};
use crate::{Error, Optimizer, check};
use autograd_core::Real;
use std::fmt;

/// Sets the learning rates of an optimiser as a [`Schedule`] says: one for all of its groups of parameters, or one for each.
///
/// The rates that the groups have when it is made are their base rates; the factor of step 0 is applied at once. After each step of the
/// optimiser, or each epoch, [`step`](Scheduler::step) moves on:
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::schedules::{Scheduler, StepLr};
/// use autograd_optim::{Optimizer, Sgd};
///
/// let w = Parameter::new([1.0]);
/// let mut optimizer = Sgd::new(vec![w.clone()], 0.5)?;
/// let mut scheduler = Scheduler::new(&mut optimizer, StepLr::new(2))?;
/// let mut rates = Vec::new();
/// for epoch in 0..4 {
///     rates.push(optimizer.lr());
///     optimizer.step(&w.var().square().sum().backward())?;
///     scheduler.step(&mut optimizer)?;
/// }
/// assert_eq!(rates, [0.5, 0.5, 0.05, 0.05]);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
///
/// Training goes on from a checkpoint with the [`state`](Scheduler::state):
///
/// ```
/// # use autograd_nn::Parameter;
/// # use autograd_optim::schedules::{CosineAnnealingLr, Scheduler, SchedulerState};
/// # use autograd_optim::{Optimizer, Sgd};
/// use autograd_nn::state::Checkpoint;
/// # let w = Parameter::new([1.0]);
/// # let mut optimizer = Sgd::new(vec![w.clone()], 0.5)?;
/// let mut scheduler = Scheduler::new(&mut optimizer, CosineAnnealingLr::new(10))?;
/// scheduler.step(&mut optimizer)?;
/// let mut checkpoint = Checkpoint::new();
/// checkpoint.set("schedule", scheduler.state());
///
/// let mut resumed = Sgd::new(vec![w.clone()], 0.5)?;
/// let mut scheduler = Scheduler::new(&mut resumed, CosineAnnealingLr::new(10))?;
/// let state: SchedulerState = checkpoint.get("schedule")?.expect("it was set");
/// scheduler.load_state(&mut resumed, &state)?;
/// assert_eq!((scheduler.steps(), resumed.lr()), (1, optimizer.lr()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "LRScheduler")]
pub struct Scheduler {
    /// One for all groups, or one for each.
    schedules: Vec<Box<dyn Schedule>>,
    state: SchedulerState,
}

impl Scheduler {
    /// One schedule for all groups.
    ///
    /// # Errors
    /// If a setting of the schedule makes no sense, or the optimiser cannot take the rate of the first step.
    pub fn new<T: Real>(
        optimizer: &mut (impl Optimizer<T> + ?Sized),
        schedule: impl Schedule + 'static,
    ) -> Result<Self, Error> {
        Scheduler::begin(optimizer, vec![Box::new(schedule)])
    }

    /// A schedule for each group.
    ///
    /// ```
    /// use autograd_nn::Parameter;
    /// use autograd_optim::schedules::{LinearLr, Scheduler};
    /// use autograd_optim::{Optimizer, Sgd};
    ///
    /// let (body, head) = (Parameter::new([1.0]), Parameter::new([1.0]));
    /// let named = |name: &str, parameter| vec![(name.to_owned(), parameter)];
    /// let mut optimizer = Sgd::new(named("body", body), 0.25)?.group(named("head", head), 0.5)?;
    /// let warm_up = LinearLr { start_factor: 0.0, end_factor: 1.0, total_iters: 4 };
    /// let mut scheduler = Scheduler::per_group(&mut optimizer, vec![Box::new(warm_up), Box::new(|_| 1.0)])?;
    /// scheduler.step(&mut optimizer)?;
    /// assert_eq!(scheduler.lrs(), [0.0625, 0.5]);
    /// # Ok::<(), autograd_optim::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are not as many schedules as groups, a setting makes no sense, or the optimiser cannot take a rate of the first step.
    pub fn per_group<T: Real>(
        optimizer: &mut (impl Optimizer<T> + ?Sized),
        schedules: Vec<Box<dyn Schedule>>,
    ) -> Result<Self, Error> {
        let (found, expected) = (schedules.len(), optimizer.groups());
        if found != expected {
            return Err(Error::Schedules { found, expected });
        }
        Scheduler::begin(optimizer, schedules)
    }

    fn begin<T: Real>(
        optimizer: &mut (impl Optimizer<T> + ?Sized),
        schedules: Vec<Box<dyn Schedule>>,
    ) -> Result<Self, Error> {
        schedules.iter().try_for_each(Schedule::check)?;
        let base_lrs = (0..optimizer.groups()).map(|group| optimizer.group_lr(group)).collect();
        let scheduler = Scheduler { schedules, state: SchedulerState { steps: 0, base_lrs } };
        set(optimizer, &scheduler.lrs())?;
        Ok(scheduler)
    }

    /// Goes on to the next step, and sets the rates for it; rates that were set otherwise meanwhile are lost.
    ///
    /// # Errors
    /// If the optimiser cannot take a rate, or has not the groups that it had. Neither it nor this has changed then.
    pub fn step<T: Real>(&mut self, optimizer: &mut (impl Optimizer<T> + ?Sized)) -> Result<(), Error> {
        let state = SchedulerState { steps: self.state.steps + 1, ..self.state.clone() };
        self.go_to(optimizer, state)
    }

    /// The steps taken so far, which is the number of the step that the optimiser is to take next, from 0.
    #[doc(alias = "last_epoch")]
    pub fn steps(&self) -> u64 {
        self.state.steps
    }

    /// The rate of each group in the step that the optimiser is to take next.
    #[doc(alias = "get_last_lr")]
    pub fn lrs(&self) -> Vec<f64> {
        self.lrs_at(&self.state)
    }

    /// The rate that each group had when this was made.
    pub fn base_lrs(&self) -> &[f64] {
        &self.state.base_lrs
    }

    /// All that the rates of the steps to come depend on besides the schedules.
    pub fn state(&self) -> SchedulerState {
        self.state.clone()
    }

    /// Goes on from a state, and sets the rates of its step.
    ///
    /// # Errors
    /// If it is that of another number of groups, or the optimiser cannot take a rate. Neither it nor this has changed then.
    pub fn load_state<T: Real>(
        &mut self,
        optimizer: &mut (impl Optimizer<T> + ?Sized),
        state: &SchedulerState,
    ) -> Result<(), Error> {
        self.go_to(optimizer, state.clone())
    }

    fn go_to<T: Real>(
        &mut self,
        optimizer: &mut (impl Optimizer<T> + ?Sized),
        state: SchedulerState,
    ) -> Result<(), Error> {
        let expected = optimizer.groups();
        if self.schedules.len() > 1 && self.schedules.len() != expected {
            return Err(Error::Schedules { found: self.schedules.len(), expected });
        }
        if state.base_lrs.len() != expected {
            return Err(Error::Groups { found: state.base_lrs.len(), expected });
        }
        set(optimizer, &self.lrs_at(&state))?;
        self.state = state;
        Ok(())
    }

    fn lrs_at(&self, state: &SchedulerState) -> Vec<f64> {
        // The last schedule, which may be the only one, is for all groups that have none of their own.
        let schedule = |group: usize| &self.schedules[group.min(self.schedules.len() - 1)];
        state.base_lrs.iter().enumerate().map(|(group, base)| base * schedule(group).factor(state.steps)).collect()
    }
}

/// The state; schedules may be closures, of which there is nothing to show.
impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SchedulerState { steps, base_lrs } = &self.state;
        f.debug_struct("Scheduler").field("steps", steps).field("base_lrs", base_lrs).finish_non_exhaustive()
    }
}

/// Sets the rate of each group: of all, or in case of an error of none.
pub(super) fn set<T: Real>(optimizer: &mut (impl Optimizer<T> + ?Sized), lrs: &[f64]) -> Result<(), Error> {
    lrs.iter().try_for_each(|&lr| check::not_negative("scheduler", "lr", lr))?;
    let before: Vec<f64> = (0..lrs.len()).map(|group| optimizer.group_lr(group)).collect();
    for (group, &lr) in lrs.iter().enumerate() {
        if let Err(error) = optimizer.set_group_lr(group, lr) {
            for (group, &lr) in before[..group].iter().enumerate() {
                optimizer.set_group_lr(group, lr)?;
            }
            return Err(error);
        }
    }
    Ok(())
}
