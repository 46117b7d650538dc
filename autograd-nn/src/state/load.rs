//! Giving a module the values of a state: all that fits, or nothing.

use super::{AnyTensor, StateDict};
use crate::module::Parts;
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
    /// What has a partner is loaded, the rest is reported; that nothing has one is an error.
    Loose,
}

/// Names of a kind that a message shows: the error holds all of them.
const SHOWN: usize = 12;

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
    /// Names whose value has another shape, or is no count where the module counts: the name, what the module has, what the state has.
    pub unfit: Vec<(String, String, String)>,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the state does not fit the module, which is unchanged")?;
        // Names may come from a file: escaped, so that no control character reaches a terminal.
        let unfit = |(name, has, found): &(String, String, String)| {
            format!("{}: the module has {has}, the state {found}", name.escape_debug())
        };
        lines(f, "unfit", &self.unfit, unfit)?;
        lines(f, "missing", &self.missing, |name| name.escape_debug().to_string())?;
        lines(f, "unexpected", &self.unexpected, |name| name.escape_debug().to_string())?;
        match self.prefix() {
            Some(prefix) => {
                write!(f, "\n  help        the missing names lie under {prefix:?}: load StateDict::part({prefix:?})")
            }
            None => Ok(()),
        }
    }
}

/// A line for each item, up to [`SHOWN`] of them.
fn lines<X>(f: &mut fmt::Formatter<'_>, what: &str, items: &[X], line: impl Fn(&X) -> String) -> fmt::Result {
    for item in items.iter().take(SHOWN) {
        write!(f, "\n  {what:<10}  {}", line(item))?;
    }
    match items.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => write!(f, "\n  {what:<10}  and {more} more"),
    }
}

impl LoadError {
    /// What stands before each missing name among the unexpected ones, as in files of whole checkpoints.
    fn prefix(&self) -> Option<&str> {
        let first = self.missing.first()?;
        let unexpected: HashSet<&str> = self.unexpected.iter().map(String::as_str).collect();
        let before = |name: &String| Some(name.strip_suffix(first.as_str())?.strip_suffix('.')?.len());
        let explains =
            |prefix: &&str| self.missing.iter().all(|name| unexpected.contains(format!("{prefix}.{name}").as_str()));
        self.unexpected.iter().filter_map(|name| Some(&name[..before(name)?])).find(explains)
    }
}

/// A place of the module that takes a value.
#[derive(Clone)]
enum Slot<T: Real> {
    Parameter(Parameter<T>),
    Buffer(Buffer<T>),
    Counter(usize),
}

/// Gives `module` the values of `state`: all, or in case of an error none.
pub(crate) fn load_state<T: Real>(
    module: Parts<'_, T>,
    state: &StateDict,
    strictness: Strictness,
) -> Result<LoadReport, LoadError> {
    let plan = Plan::new(module, state, strictness)?;
    Ok(plan.apply(module))
}

/// What a module will be given, all of it checked.
pub(super) struct Plan<T: Real> {
    found: Vec<(Slot<T>, AnyTensor)>,
    report: LoadReport,
}

impl<T: Real> Plan<T> {
    pub(super) fn new(module: Parts<'_, T>, state: &StateDict, strictness: Strictness) -> Result<Self, LoadError> {
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
            found.push((slot.clone(), value.clone()));
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
        let strangers = found.is_empty() && !report.missing.is_empty() && !report.unexpected.is_empty();
        if strictness == Strictness::Strict || strangers {
            (error.missing, error.unexpected) = (report.missing.clone(), report.unexpected.clone());
        }
        if error != LoadError::default() {
            return Err(error);
        }
        report.loaded = found.len();
        Ok(Plan { found, report })
    }

    /// Gives the module that the plan was made for its values.
    pub(super) fn apply(self, module: Parts<'_, T>) -> LoadReport {
        let mut counts = HashMap::new();
        for (slot, value) in self.found {
            match slot {
                // A view of a larger storage would keep all of it.
                Slot::Parameter(parameter) => parameter.set(value.to_real::<T>().contiguous()),
                Slot::Buffer(buffer) => buffer.set(value.to_real::<T>().contiguous()),
                Slot::Counter(i) => drop(counts.insert(i, count(&value).expect("it fits"))),
            }
        }
        each_counter(module, |i, counter| counts.get(&i).into_iter().for_each(|&count| counter.set(count)));
        self.report
    }
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
fn slots<T: Real>(module: Parts<'_, T>) -> Vec<(String, Slot<T>)> {
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
fn each_counter<T: Real>(module: Parts<'_, T>, mut f: impl FnMut(usize, &Counter)) {
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
    if count(value).is_none() {
        let found = format!("{} of shape {}", value.element(), value.shape());
        error.unfit.push((name.to_owned(), "a count".to_owned(), found));
    }
}

/// The whole number of one element, which PyTorch keeps in any type.
fn count(value: &AnyTensor) -> Option<u64> {
    if value.shape().numel() != 1 {
        return None;
    }
    if let Some(whole) = value.as_i64() {
        return u64::try_from(whole.item()).ok();
    }
    let count = value.to_real::<f64>().item();
    // Up to here each whole number is a float.
    (count.fract() == 0.0 && (0.0..=2f64.powi(53)).contains(&count)).then_some(count as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Linear, Module};
    use autograd_core::{Generator, Tensor};

    /// A layer whose weight is also the weight of another, with a buffer and a counter.
    #[derive(Module)]
    struct Net<T: Real> {
        encoder: Linear<T>,
        decoder: Linear<T>,
        mean: Buffer<T>,
        batches: Counter,
    }

    fn net<T: Real>(seed: u64) -> Net<T> {
        let generator = &mut Generator::seed(seed);
        let encoder = Linear::new(2, 2, generator);
        let decoder = Linear { weight: encoder.weight.clone(), bias: None };
        let mean = Buffer::new(Tensor::uniform([2], 0.0, 1.0, generator));
        let batches = Counter::default();
        batches.set(seed);
        Net { encoder, decoder, mean, batches }
    }

    #[test]
    fn a_state_holds_a_tied_parameter_once_and_counters() {
        let state = net::<f64>(3).state_dict();
        assert_eq!(state.names().collect::<Vec<_>>(), ["encoder.weight", "encoder.bias", "mean", "batches"]);
        assert_eq!(state.get("batches"), Some(&Tensor::from(3i64).into()));
        let other = net::<f64>(4);
        assert_eq!(other.load_state_dict(&state, Strictness::Strict).unwrap().loaded, 4);
        assert_eq!(other.state_dict(), state);
        assert!(other.decoder.weight.same(&other.encoder.weight));
    }

    #[test]
    fn a_tied_parameter_is_found_under_either_name() {
        let (source, target) = (net::<f64>(1), net::<f64>(2));
        let mut state = source.state_dict();
        let weight = state.remove("encoder.weight").unwrap();
        state.insert("decoder.weight", weight.clone());
        target.load_state_dict(&state, Strictness::Strict).unwrap();
        assert_eq!(target.encoder.weight.value(), source.encoder.weight.value());
        // PyTorch writes both.
        state.insert("encoder.weight", weight);
        assert_eq!(target.load_state_dict(&state, Strictness::Strict).unwrap().unexpected, [""; 0]);
        // Without either it is missing, and said once.
        state.remove("encoder.weight");
        state.remove("decoder.weight");
        let error = target.load_state_dict(&state, Strictness::Strict).unwrap_err();
        assert_eq!(error.missing, ["encoder.weight"]);
    }

    #[test]
    fn in_case_of_an_error_nothing_has_changed() {
        let target = net::<f64>(2);
        let before = target.state_dict();
        let mut state = net::<f64>(1).state_dict();
        state.insert("mean", Tensor::from([1.0, 2.0, 3.0]));
        state.insert("batches", Tensor::from(-1i64));
        for strictness in [Strictness::Strict, Strictness::Loose] {
            let error = target.load_state_dict(&state, strictness).unwrap_err();
            let expected = "the state does not fit the module, which is unchanged\
                \n  unfit       mean: the module has shape [2], the state shape [3]\
                \n  unfit       batches: the module has a count, the state i64 of shape []";
            assert_eq!(error.to_string(), expected);
            assert_eq!(target.state_dict(), before);
        }
    }

    #[test]
    fn loosely_what_has_a_partner_is_loaded_and_the_rest_is_told() {
        let (source, target) = (net::<f64>(1), net::<f64>(2));
        let bias = target.encoder.bias.as_ref().unwrap().value();
        let mut state = source.state_dict();
        state.remove("encoder.bias");
        state.insert("head.weight", Tensor::from([1.0]));
        let report = target.load_state_dict(&state, Strictness::Loose).unwrap();
        assert_eq!(report.loaded, 3);
        assert_eq!((report.missing, report.unexpected), (vec!["encoder.bias".into()], vec!["head.weight".into()]));
        assert_eq!(target.encoder.weight.value(), source.encoder.weight.value());
        assert_eq!(target.encoder.bias.as_ref().unwrap().value(), bias);
        assert_eq!(target.batches.get(), 1);
        let error = target.load_state_dict(&state, Strictness::Strict).unwrap_err();
        assert_eq!((error.missing, error.unexpected), (vec!["encoder.bias".into()], vec!["head.weight".into()]));
    }

    #[test]
    fn loosely_a_state_of_strangers_is_refused_and_long_lists_are_cut() {
        let target = net::<f64>(2);
        let before = target.state_dict();
        let mut state = StateDict::new();
        (0..20).for_each(|i| drop(state.insert(format!("layer.{i:02}"), Tensor::from([1.0]))));
        let error = target.load_state_dict(&state, Strictness::Loose).unwrap_err();
        assert_eq!((error.missing.len(), error.unexpected.len()), (3, 20));
        let message = error.to_string();
        assert!(message.ends_with("\n  unexpected  layer.11\n  unexpected  and 8 more"), "{message}");
        assert_eq!(target.state_dict(), before);
    }

    #[test]
    fn a_counter_that_an_old_file_lacks_goes_on_from_where_it_is() {
        let target = net::<f64>(7);
        let mut state = net::<f64>(1).state_dict();
        state.remove("batches");
        target.load_state_dict(&state, Strictness::Strict).unwrap();
        assert_eq!(target.batches.get(), 7);
        // PyTorch's count may be of any type and of one axis.
        state.insert("batches", Tensor::from([12.0f32]));
        target.load_state_dict(&state, Strictness::Strict).unwrap();
        assert_eq!(target.batches.get(), 12);
        // More than a float can count to.
        state.insert("batches", Tensor::from(i64::MAX));
        target.load_state_dict(&state, Strictness::Strict).unwrap();
        assert_eq!(target.batches.get(), i64::MAX as u64);
        for no_count in [0.5, f64::NAN, f64::INFINITY] {
            state.insert("batches", Tensor::from(no_count));
            assert!(target.load_state_dict(&state, Strictness::Strict).is_err(), "{no_count}");
        }
    }

    #[test]
    fn values_of_the_other_real_type_are_converted() {
        let (single, double) = (net::<f32>(1), net::<f64>(2));
        double.load_state_dict(&single.state_dict(), Strictness::Strict).unwrap();
        assert_eq!(double.encoder.weight.value(), single.encoder.weight.value().cast());
        double.encoder.weight.set([[0.1, 1e300], [1e-300, -0.0]]);
        single.load_state_dict(&double.state_dict(), Strictness::Strict).unwrap();
        assert_eq!(single.encoder.weight.value().to_vec(), [0.1, f32::INFINITY, 0.0, -0.0]);
    }

    #[test]
    fn a_prefix_that_explains_all_missing_names_is_told() {
        let target = net::<f64>(2);
        let within = |prefix: &str| {
            let source = net::<f64>(1).state_dict();
            source.iter().map(|(name, value)| (format!("{prefix}{name}"), value.clone())).collect::<StateDict>()
        };
        let error = target.load_state_dict(&within("model.net."), Strictness::Strict).unwrap_err();
        let help = "\n  help        the missing names lie under \"model.net\": load StateDict::part(\"model.net\")";
        assert!(error.to_string().ends_with(help), "{error}");
        let mut part = within("model.");
        part.remove("model.mean");
        assert!(!target.load_state_dict(&part, Strictness::Strict).unwrap_err().to_string().contains("help"));
    }

    #[test]
    fn a_view_is_loaded_without_the_memory_around_it() {
        let target = Linear::<f64>::new(2, 2, &mut Generator::seed(0)).without_bias();
        let mut state = StateDict::new();
        state.insert("weight", Tensor::<f64>::arange(4).reshape([2, 2]).mt());
        target.load_state_dict(&state, Strictness::Strict).unwrap();
        assert_eq!(target.weight.value().to_vec(), [0.0, 2.0, 1.0, 3.0]);
        assert!(target.weight.value().is_contiguous());
    }
}
