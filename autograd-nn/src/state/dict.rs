//! `StateDict`: the state of a module as named tensors.

use super::AnyTensor;
use crate::module::Parts;
use crate::{Module, Part, Visitor};
use autograd_core::{Real, Tensor};
use indexmap::IndexMap;
use std::collections::HashSet;

/// Named tensors in an order: what a module consists of, as a file holds it.
///
/// Names are those of PyTorch: `layers.0.weight`. Parameters, buffers and counters are in it, a tied parameter once, under its first name.
///
/// ```
/// use autograd_core::{Generator, Tensor};
/// use autograd_nn::state::{StateDict, Strictness};
/// use autograd_nn::{Linear, Module};
/// let mut generator = Generator::seed(0);
/// let (a, b) = (Linear::<f32>::new(2, 3, &mut generator), Linear::<f32>::new(2, 3, &mut generator));
/// let state = a.state_dict();
/// assert_eq!(state.names().collect::<Vec<_>>(), ["weight", "bias"]);
/// b.load_state_dict(&state, Strictness::Strict)?;
/// assert_eq!(a.weight.value(), b.weight.value());
/// # Ok::<(), autograd_nn::state::LoadError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StateDict {
    entries: IndexMap<String, AnyTensor>,
}

impl StateDict {
    /// No entry yet.
    pub fn new() -> Self {
        StateDict::default()
    }

    /// The state of a module.
    pub fn of<T: Real>(module: &(impl Module<T> + ?Sized)) -> Self {
        StateDict::of_parts(Parts(&|visitor| module.visit(visitor)))
    }

    fn of_parts<T: Real>(module: Parts<'_, T>) -> Self {
        let (mut state, mut seen) = (StateDict::new(), HashSet::new());
        module.visit(&mut Visitor::new(&mut |name, part| {
            let (new, value) = match part {
                Part::Parameter(parameter) => (seen.insert(parameter.id()), AnyTensor::of(&parameter.value())),
                Part::Buffer(buffer) => (seen.insert(buffer.id()), AnyTensor::of(&buffer.value())),
                Part::Counter(counter) => {
                    let count = i64::try_from(counter.get()).unwrap_or(i64::MAX);
                    (true, AnyTensor::I64(Tensor::from(count)))
                }
                _ => return,
            };
            if new {
                state.insert(name, value);
            }
        }));
        state
    }

    /// Adds an entry at the end, or gives the one of this name another value, which is returned.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<AnyTensor>) -> Option<AnyTensor> {
        self.entries.insert(name.into(), value.into())
    }

    /// Takes an entry out; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<AnyTensor> {
        self.entries.shift_remove(name)
    }

    /// The entry of a name.
    pub fn get(&self, name: &str) -> Option<&AnyTensor> {
        self.entries.get(name)
    }

    /// Each name, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Each entry, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &AnyTensor)> {
        self.entries.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries whose names begin with `prefix` and a dot, without both: the state of one part of a larger model.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// use autograd_nn::state::StateDict;
    /// let mut state = StateDict::new();
    /// state.insert("encoder.weight", Tensor::from([1.0f32]));
    /// state.insert("decoder.weight", Tensor::from([2.0f32]));
    /// assert_eq!(state.part("encoder").names().collect::<Vec<_>>(), ["weight"]);
    /// ```
    #[must_use]
    pub fn part(&self, prefix: &str) -> StateDict {
        let within = |name: &str| name.strip_prefix(prefix)?.strip_prefix('.').map(str::to_owned);
        let entries = self.entries.iter().filter_map(|(name, value)| Some((within(name)?, value.clone())));
        StateDict { entries: entries.collect() }
    }
}

/// The entries, in order; of two with one name the later value.
impl<N: Into<String>, X: Into<AnyTensor>> FromIterator<(N, X)> for StateDict {
    fn from_iter<I: IntoIterator<Item = (N, X)>>(entries: I) -> Self {
        let entries = entries.into_iter().map(|(name, value)| (name.into(), value.into()));
        StateDict { entries: entries.collect() }
    }
}
