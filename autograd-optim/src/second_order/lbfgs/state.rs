//! The memory of L-BFGS in a saved state: of each parameter its part of each vector.

use super::memory::{Last, Memory, Pair};
use crate::group::Named;
use crate::{Error, OptimizerState};
use autograd_core::{Real, Tensor};
use autograd_nn::state::AnyTensor;
use std::sync::Arc;

/// The entries that are of no parameter.
pub(super) const COUNTS: [&str; 2] = ["n_iter", "func_evals"];

impl<T: Real> Memory<T> {
    /// Adds what is remembered to a state.
    pub fn save(&self, all: &[Named<T>], state: &mut OptimizerState) {
        let count = |count: u64| Tensor::<i64>::from(i64::try_from(count).unwrap_or(i64::MAX));
        for (entry, value) in COUNTS.into_iter().zip([self.iterations, self.evaluations]) {
            state.tensors.insert(entry, count(value));
        }
        let Some(last) = &self.last else { return };
        let mut begin = 0;
        for Named { name, parameter } in self.places.iter().map(|&place| &all[place]) {
            let shape = parameter.shape();
            let part = begin..begin + shape.numel();
            begin = part.end;
            let mut put = |slot: &str, vectors: &[&[T]], shape: &[usize]| {
                let elements = vectors.iter().flat_map(|vector| &vector[part.clone()]).copied().collect();
                state.tensors.insert(format!("{name}.{slot}"), AnyTensor::of(&Tensor::<T>::from_vec(elements, shape)));
            };
            put("prev_flat_grad", &[&last.gradient], &shape);
            if let Some(step) = &last.step {
                put("prev_step", &[step], &shape);
            }
            let stacked = [&[self.pairs.len()], &*shape].concat();
            put("old_dirs", &self.pairs.iter().map(|pair| &*pair.change).collect::<Vec<_>>(), &stacked);
            put("old_stps", &self.pairs.iter().map(|pair| &**pair.step).collect::<Vec<_>>(), &stacked);
        }
    }

    /// What a state remembers.
    pub fn load(all: &[Named<T>], state: &OptimizerState) -> Result<Self, Error> {
        let count = |entry: &str| {
            let value = state.tensors.get(entry).and_then(AnyTensor::as_i64).filter(|value| value.numel() == 1);
            let count = value.and_then(|value| u64::try_from(value.item()).ok());
            count.ok_or_else(|| Error::Missing { entry: entry.to_owned() })
        };
        let [iterations, evaluations] = COUNTS.map(count);
        let mut memory = Memory { iterations: iterations?, evaluations: evaluations?, ..Memory::new() };
        let (mut gradient, mut step) = (Vec::new(), None);
        let mut stacks: Option<[Vec<Vec<T>>; 2]> = None;
        for (place, named) in all.iter().enumerate() {
            let entries = Entries { named, state };
            let Some(part) = entries.single("prev_flat_grad")? else { continue };
            gradient.extend(part);
            let moved = entries.single("prev_step")?;
            let first = memory.places.is_empty();
            if !first && step.is_some() != moved.is_some() {
                return Err(entries.missing("prev_step"));
            }
            if let Some(part) = moved {
                step.get_or_insert_with(Vec::new).extend(part);
            }
            let found = [entries.stack("old_dirs")?, entries.stack("old_stps")?];
            let joined = stacks.get_or_insert_with(|| found.each_ref().map(|stack| vec![Vec::new(); stack.len()]));
            for (joined, found) in joined.iter_mut().zip(found) {
                entries.same_number(joined.len(), found.len())?;
                joined.iter_mut().zip(found).for_each(|(vector, part)| vector.extend(part));
            }
            memory.places.push(place);
        }
        let Some([changes, steps]) = stacks else { return Ok(memory) };
        let entries = Entries { named: &all[memory.places[0]], state };
        entries.same_number(changes.len(), steps.len())?;
        for (step, change) in steps.into_iter().zip(changes) {
            let pair = Pair::new(Arc::new(step), change).ok_or_else(|| entries.missing("old_dirs"))?;
            memory.pairs.push_back(Arc::new(pair));
        }
        memory.last = Some(Last { gradient: Arc::new(gradient), step: step.map(Arc::new) });
        Ok(memory)
    }
}

/// The entries of a parameter in a state.
struct Entries<'a, T: Real> {
    named: &'a Named<T>,
    state: &'a OptimizerState,
}

impl<T: Real> Entries<'_, T> {
    fn missing(&self, slot: &str) -> Error {
        Error::Missing { entry: format!("{}.{slot}", self.named.name) }
    }

    /// A tensor of the parameter's shape, or several stacked along an axis before.
    fn read(&self, what: &'static str, stacked: bool) -> Result<Option<Tensor<T>>, Error> {
        let Some(entry) = self.state.tensors.get(&format!("{}.{what}", self.named.name)) else { return Ok(None) };
        let (found, shape) = (entry.shape(), self.named.parameter.shape());
        let own = if stacked { found.get(1..) } else { Some(&**found) };
        if own == Some(&*shape) {
            Ok(Some(entry.to_real()))
        } else {
            Err(Error::Shape { what, parameter: self.named.name.clone(), shape, found: found.clone() })
        }
    }

    fn single(&self, slot: &'static str) -> Result<Option<Vec<T>>, Error> {
        Ok(self.read(slot, false)?.map(|tensor| tensor.to_vec()))
    }

    /// The parts of the vectors that were saved together.
    fn stack(&self, slot: &'static str) -> Result<Vec<Vec<T>>, Error> {
        let stack = self.read(slot, true)?.ok_or_else(|| self.missing(slot))?;
        let (number, numel): (usize, usize) = (stack.shape()[0], stack.shape()[1..].iter().product());
        let elements = stack.to_vec();
        Ok((0..number).map(|i| elements[i * numel..(i + 1) * numel].to_vec()).collect())
    }

    fn same_number(&self, expected: usize, found: usize) -> Result<(), Error> {
        let parameter = self.named.name.clone();
        if found == expected { Ok(()) } else { Err(Error::Slots { parameter, found, expected }) }
    }
}
