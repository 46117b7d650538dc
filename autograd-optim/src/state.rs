//! `OptimizerState`: what the steps to come depend on besides parameters and gradients.

use crate::{Error, Rule};
use autograd_nn::state::StateDict;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashSet;

/// All that the steps of an optimiser to come depend on besides parameters and gradients: its settings, and what it remembers.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimizerState {
    /// The name of the optimiser.
    pub optimizer: String,
    /// The settings of each group.
    pub groups: Vec<serde_json::Value>,
    /// What is remembered of each parameter, as `fc1.weight.exp_avg`.
    pub tensors: StateDict,
}

impl OptimizerState {
    /// A state with these settings and nothing remembered.
    pub fn new<S: Serialize>(optimizer: &str, groups: &[&S]) -> Self {
        let settings = |group: &&S| serde_json::to_value(group).expect("settings are plain numbers and flags");
        OptimizerState {
            optimizer: optimizer.to_owned(),
            groups: groups.iter().map(settings).collect(),
            tensors: StateDict::new(),
        }
    }

    /// The settings of each group, as those of a rule.
    pub(crate) fn settings<R: Rule>(&self, optimizer: &'static str, groups: usize) -> Result<Vec<R>, Error> {
        self.settings_with(optimizer, groups, R::check)
    }

    /// The settings of each group, as those of an optimiser of any kind.
    pub(crate) fn settings_with<S: DeserializeOwned>(
        &self,
        optimizer: &'static str,
        groups: usize,
        check: impl Fn(&S) -> Result<(), Error>,
    ) -> Result<Vec<S>, Error> {
        if self.optimizer != optimizer {
            return Err(Error::OtherOptimizer { found: self.optimizer.clone(), expected: optimizer });
        }
        if self.groups.len() != groups {
            return Err(Error::Groups { found: self.groups.len(), expected: groups });
        }
        let read = |value: &serde_json::Value| {
            let settings: S = serde_json::from_value(value.clone())
                .map_err(|error| Error::Settings { optimizer, why: error.to_string() })?;
            check(&settings)?;
            Ok(settings)
        };
        self.groups.iter().map(read).collect()
    }

    /// Refuses entries of parameters that are not among `names`.
    pub(crate) fn check_names<'a>(&self, names: impl Iterator<Item = &'a str>) -> Result<(), Error> {
        let names: HashSet<&str> = names.collect();
        self.check_entries(|entry| names.contains(entry.rsplit_once('.').map_or(entry, |(name, _)| name)))
    }

    /// Refuses entries that nothing would read: what they say would be forgotten in silence.
    pub(crate) fn check_entries(&self, known: impl Fn(&str) -> bool) -> Result<(), Error> {
        match self.tensors.names().find(|entry| !known(entry)) {
            Some(entry) => Err(Error::Unknown { name: entry.to_owned() }),
            None => Ok(()),
        }
    }
}
