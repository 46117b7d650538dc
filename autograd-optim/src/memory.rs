//! `Memory`: what an optimiser remembers of a parameter.

use crate::group::{Named, check_shape};
use crate::{Error, Rule, check};
use autograd_core::{Real, Shape, Tensor};
use autograd_nn::state::{AnyTensor, StateDict};

/// Up to here each whole number is a float in double precision, as which steps are saved and counted.
const MOST_STEPS: u64 = 1 << 53;

/// What an optimiser remembers of a parameter. Empty before its first step.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory<T: Real = f32> {
    /// The number of steps taken: of this parameter alone, so that one that no gradient reached for a while is corrected for its own steps.
    pub steps: u64,
    /// A number that some rules keep; 1 before the first step.
    pub number: f64,
    /// A tensor of the parameter's shape for each slot of the rule; none before the first step.
    pub slots: Vec<Tensor<T>>,
}

impl<T: Real> Default for Memory<T> {
    fn default() -> Self {
        Memory { steps: 0, number: 1.0, slots: Vec::new() }
    }
}

impl<T: Real> Memory<T> {
    /// Begins a step; returns the number before and in it.
    pub(crate) fn advance<R: Rule>(&mut self, settings: &R, shape: &Shape) -> [f64; 2] {
        if self.steps == 0 && self.slots.is_empty() {
            let slots = 0..settings.slots().len();
            self.slots = slots.map(|slot| Tensor::full(shape, T::of(settings.initial(slot)))).collect();
        }
        self.steps += 1;
        let before = self.number;
        self.number = settings.advance(self.steps, before);
        [before, self.number]
    }

    /// Refuses a memory that does not fit a parameter.
    pub(crate) fn check<R: Rule>(&self, settings: &R, named: &Named<T>) -> Result<(), Error> {
        let steps = self.steps as f64;
        check::option(R::NAME, "the number of steps", steps, "at most 2^53", self.steps <= MOST_STEPS)?;
        check::option(R::NAME, "the number remembered", self.number, "finite", self.number.is_finite())?;
        let (found, expected) = (self.slots.len(), settings.slots().len());
        if found != expected && !(found == 0 && self.steps == 0) {
            return Err(Error::Slots { parameter: named.name.clone(), found, expected });
        }
        settings
            .slots()
            .iter()
            .zip(&self.slots)
            .try_for_each(|(slot, tensor)| check_shape(slot, &named.name, &named.parameter, tensor))
    }

    /// Adds the entries of a parameter to a state.
    pub(crate) fn save<R: Rule>(&self, settings: &R, name: &str, state: &mut StateDict) {
        if self.steps == 0 && self.slots.is_empty() {
            return;
        }
        let steps = i64::try_from(self.steps).unwrap_or(i64::MAX);
        state.insert(format!("{name}.step"), Tensor::<i64>::from(steps));
        state.insert(format!("{name}.number"), Tensor::<f64>::from(self.number));
        for (slot, tensor) in settings.slots().iter().zip(&self.slots) {
            state.insert(format!("{name}.{slot}"), AnyTensor::of(tensor));
        }
    }

    /// Whether a rule saves an entry of this name for each parameter.
    pub(crate) fn saves<R: Rule>(settings: &R, entry: &str) -> bool {
        entry == "step" || entry == "number" || settings.slots().contains(&entry)
    }

    /// The memory of a parameter from the entries of a state; empty if it has none.
    pub(crate) fn load<R: Rule>(settings: &R, named: &Named<T>, state: &StateDict) -> Result<Self, Error> {
        let entry = |slot: &str| state.get(&format!("{}.{slot}", named.name));
        let missing = |slot: &str| Error::Missing { entry: format!("{}.{slot}", named.name) };
        let Some(steps) = entry("step") else {
            let rest = settings.slots().iter().chain(&["number"]).any(|slot| entry(slot).is_some());
            return if rest { Err(missing("step")) } else { Ok(Memory::default()) };
        };
        let single =
            |value: &AnyTensor| (value.shape().numel() == 1).then(|| value.to_real::<f64>().reshape([]).item());
        let is_count = |steps: &f64| steps.fract() == 0.0 && (0.0..=MOST_STEPS as f64).contains(steps);
        let steps = single(steps).filter(is_count).ok_or_else(|| missing("step"))? as u64;
        let number = entry("number").map_or(Ok(1.0), |value| single(value).ok_or_else(|| missing("number")))?;
        let mut slots = Vec::new();
        for slot in settings.slots() {
            slots.push(entry(slot).ok_or_else(|| missing(slot))?.to_real::<T>());
        }
        let memory = Memory { steps, number, slots };
        memory.check(settings, named)?;
        Ok(memory)
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;
    use crate::{Error, NAdam, Optimizer};
    use autograd_core::Tensor;
    use autograd_nn::Parameter;

    #[test]
    fn entries_that_are_missing_or_no_counts_are_refused() {
        let w = Parameter::new([1.0f64]);
        let mut optimizer = NAdam::new(vec![("w".to_owned(), w.clone())], 0.1).unwrap();
        optimizer.step(&w.var().square().sum().backward()).unwrap();
        let good = optimizer.state();
        // Without its count what is remembered would be forgotten in silence.
        let mut state = good.clone();
        state.tensors.remove("w.step");
        assert!(optimizer.load_state(&state).is_err());
        for bad in [0.5, -1.0, f64::NAN, 1e300] {
            let mut state = good.clone();
            state.tensors.insert("w.step", Tensor::<f64>::from([bad]));
            assert!(optimizer.load_state(&state).is_err(), "{bad} steps");
        }
        for bad in [Tensor::from([f64::NAN]), Tensor::from([0.5, 0.5])] {
            let mut state = good.clone();
            state.tensors.insert("w.number", bad);
            assert!(optimizer.load_state(&state).is_err());
        }
        assert_eq!(optimizer.state(), good);
        let mut state = good.clone();
        state.tensors.insert("w.step", Tensor::<i64>::from([1i64]));
        optimizer.load_state(&state).unwrap();
        assert_eq!(optimizer.state(), good);
        // What another rule remembers would be forgotten in silence.
        state.tensors.insert("w.momentum_buffer", Tensor::<f64>::from([1.0]));
        assert_eq!(optimizer.load_state(&state), Err(Error::Unknown { name: "w.momentum_buffer".to_owned() }));
        let memory = optimizer.memory("w").unwrap().clone();
        let endless = Memory { steps: u64::MAX, ..memory.clone() };
        assert!(optimizer.set_memory("w", endless).is_err());
        assert_eq!(optimizer.memory("w"), Some(&memory));
    }
}
