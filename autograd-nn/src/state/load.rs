//! Giving a module the values of a state: all that fits, or nothing.

use super::{AnyTensor, StateDict};
use crate::{Buffer, Counter, Module, Parameter, Part, Visitor};
use autograd_core::{Real, Shape};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// Whether names that have no partner are an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Each parameter and buffer must be in the state, and each entry of the state in the module.
    #[default]
    Strict,
    /// What has a partner is loaded, the rest is reported.
    Loose,
}

/// What did not meet while a state was loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// The number of parameters, buffers and counters that got a value.
    pub loaded: usize,
    /// Names of the module that the state has not; the values of before stay.
    pub missing: Vec<String>,
    /// Names of the state that the module has not.
    pub unexpected: Vec<String>,
}

/// Why a state does not fit a module, which is unchanged then.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct LoadError {
    /// Names of the module that the state has not.
    pub missing: Vec<String>,
    /// Names of the state that the module has not.
    pub unexpected: Vec<String>,
    /// Names whose value has another shape or another kind of element: the name, what the module has, what the state has.
    pub unfit: Vec<(String, String, String)>,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the state does not fit the module, which is unchanged")?;
        for (name, has, found) in &self.unfit {
            write!(f, "\n  unfit       {name}: the module has {has}, the state {found}")?;
        }
        self.missing.iter().try_for_each(|name| write!(f, "\n  missing     {name}"))?;
        self.unexpected.iter().try_for_each(|name| write!(f, "\n  unexpected  {name}"))
    }
}

/// A place of the module that takes a value.
enum Slot<T: Real> {
    Parameter(Parameter<T>),
    Buffer(Buffer<T>),
    Counter(usize),
}

/// Gives `module` the values of `state`: all, or in case of an error none.
pub(crate) fn load_state<T: Real>(
    module: &(impl Module<T> + ?Sized),
    state: &StateDict,
    strictness: Strictness,
) -> Result<LoadReport, LoadError> {
    let slots = slots(module);
    let mut error = LoadError::default();
    let (mut found, mut report) = (Vec::new(), LoadReport::default());
    // A tied parameter has several names; a file holds it under at least one of them.
    let mut given: HashSet<usize> = HashSet::new();
    for (name, slot) in &slots {
        let Some(value) = state.get(name) else { continue };
        match slot {
            Slot::Parameter(parameter) => fits(&mut error, name, &parameter.shape(), value),
            Slot::Buffer(buffer) => fits(&mut error, name, &buffer.shape(), value),
            Slot::Counter(_) => fits_counter(&mut error, name, value),
        }
        given.extend(slot.id());
        found.push((slot, value));
    }
    let mut told = HashSet::new();
    for (name, slot) in &slots {
        // A counter that an old file lacks goes on from where it is.
        let lacks = slot.id().is_some_and(|id| !given.contains(&id) && told.insert(id));
        if lacks {
            report.missing.push(name.clone());
        }
    }
    let names: HashSet<&str> = slots.iter().map(|(name, _)| name.as_str()).collect();
    report.unexpected = state.names().filter(|name| !names.contains(name)).map(str::to_owned).collect();
    if strictness == Strictness::Strict {
        (error.missing, error.unexpected) = (report.missing.clone(), report.unexpected.clone());
    }
    if error != LoadError::default() {
        return Err(error);
    }
    let mut counts = HashMap::new();
    report.loaded = found.len();
    for (slot, value) in found {
        match slot {
            Slot::Parameter(parameter) => parameter.set(value.to_real::<T>()),
            Slot::Buffer(buffer) => buffer.set(value.to_real::<T>()),
            Slot::Counter(i) => drop(counts.insert(*i, value.to_real::<f64>().item() as u64)),
        }
    }
    each_counter(module, |i, counter| counts.get(&i).into_iter().for_each(|&count| counter.set(count)));
    Ok(report)
}

impl<T: Real> Slot<T> {
    /// What tells tied parameters and shared buffers; counters are neither.
    fn id(&self) -> Option<usize> {
        match self {
            Slot::Parameter(parameter) => Some(parameter.id()),
            Slot::Buffer(buffer) => Some(buffer.id()),
            Slot::Counter(_) => None,
        }
    }
}

/// Each place that takes a value, under each of its names.
fn slots<T: Real>(module: &(impl Module<T> + ?Sized)) -> Vec<(String, Slot<T>)> {
    let (mut slots, mut counters) = (Vec::new(), 0..);
    module.visit(&mut Visitor::new(&mut |name, part| {
        let slot = match part {
            Part::Parameter(parameter) => Slot::Parameter(parameter.clone()),
            Part::Buffer(buffer) => Slot::Buffer(buffer.clone()),
            Part::Counter(_) => Slot::Counter(counters.next().expect("endless")),
            _ => return,
        };
        slots.push((name.to_owned(), slot));
    }));
    slots
}

/// Visits each counter with its number.
fn each_counter<T: Real>(module: &(impl Module<T> + ?Sized), mut f: impl FnMut(usize, &Counter)) {
    let mut counters = 0..;
    module.visit(&mut Visitor::new(&mut |_, part| {
        if let Part::Counter(counter) = part {
            f(counters.next().expect("endless"), counter);
        }
    }));
}

fn fits(error: &mut LoadError, name: &str, shape: &Shape, value: &AnyTensor) {
    if value.shape() != shape {
        error.unfit.push((name.to_owned(), format!("shape {shape}"), format!("shape {}", value.shape())));
    }
}

fn fits_counter(error: &mut LoadError, name: &str, value: &AnyTensor) {
    let counts = value.shape().numel() == 1 && value.to_real::<f64>().to_vec().iter().all(|x| *x >= 0.0);
    if !counts {
        let found = format!("{} of shape {}", value.element(), value.shape());
        error.unfit.push((name.to_owned(), "a count".to_owned(), found));
    }
}
