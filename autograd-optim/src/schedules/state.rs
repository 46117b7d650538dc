//! `SchedulerState` and `PlateauState`: what the rates to come depend on.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What the rates of a [`Scheduler`](super::Scheduler) to come depend on besides its schedules; written as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SchedulerState {
    /// The steps taken so far.
    pub steps: u64,
    /// The base rate of each group.
    pub base_lrs: Vec<f64>,
}

/// What the rates of [`ReduceLrOnPlateau`](super::ReduceLrOnPlateau) to come depend on besides its settings; written as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlateauState {
    /// The best metric so far; none before the first.
    pub best: Option<f64>,
    /// The metrics since then that were no better.
    pub num_bad_epochs: u64,
    /// The metrics that do not count yet, after a fall of the rate.
    pub cooldown_counter: u64,
}

macro_rules! as_json {
    ($($State:ident)+) => {$(
        impl fmt::Display for $State {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
            }
        }

        impl FromStr for $State {
            type Err = serde_json::Error;

            fn from_str(text: &str) -> Result<Self, serde_json::Error> {
                serde_json::from_str(text)
            }
        }
    )+};
}

as_json! { SchedulerState PlateauState }
