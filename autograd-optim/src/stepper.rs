//! `Stepper`: applies a rule to all parameters in one pass.

use crate::group::{Due, Group, IntoParameters, Named, due, extend, group_of};
use crate::memory::Memory;
use crate::part::Part;
use crate::{Error, Optimizer, OptimizerState, Rule, check, norm};
use autograd_core::{Gradients, List, Real, Shape, for_each_part};
use autograd_nn::{Parameter, ParameterGuard};
use smallvec::SmallVec;
use std::collections::HashMap;

/// Elements of a part: some parts for each thread even of small layers, and each large enough to be worth handing over.
const PART: usize = 1 << 15;

/// An optimiser: a [`Rule`], the parameters it moves, and what it remembers of them.
///
/// A step reads each parameter, its gradient and what is remembered once, and writes them once, over all parameters in parallel; clipping,
/// the sign of the direction and coupled weight decay are folded into that pass. The result has the same bits for any number of threads.
pub struct Stepper<R, T: Real = f32> {
    groups: Vec<Group<R>>,
    all: Vec<Named<T>>,
    /// One for each parameter; empty before its first step.
    memory: Vec<Memory<T>>,
}

impl<R: Rule, T: Real> Stepper<R, T> {
    /// An optimiser of these parameters: of a module, `&model`, or of a list.
    ///
    /// # Errors
    /// If a setting makes no sense, there is no parameter, one is listed twice, or the rule cannot move one of its shape.
    pub fn new(parameters: impl IntoParameters<T>, settings: impl Into<R>) -> Result<Self, Error> {
        Stepper { groups: Vec::new(), all: Vec::new(), memory: Vec::new() }.group(parameters, settings)
    }

    /// The same optimiser with one more group of parameters, which has settings of its own.
    ///
    /// # Errors
    /// If a setting makes no sense, the group is empty, a parameter is there already, or the rule cannot move one of its shape.
    pub fn group(mut self, parameters: impl IntoParameters<T>, settings: impl Into<R>) -> Result<Self, Error> {
        let settings = settings.into();
        settings.check()?;
        let members = extend(&mut self.all, parameters.into_parameters())?;
        for Named { name, parameter } in &self.all[members.clone()] {
            let (optimizer, shape) = (R::NAME, parameter.shape());
            let unfit = |must| Error::Unfit { optimizer, parameter: name.clone(), shape: shape.clone(), must };
            settings.fits(&shape).map_err(unfit)?;
        }
        self.memory.resize_with(self.all.len(), Memory::default);
        self.groups.push(Group { settings, members, sparse_rows: false });
        Ok(self)
    }

    /// Leaves rows (along the first axis) of the last group's parameters as they are, with all that is remembered of them, in steps in which
    /// their whole gradient is zero: for embeddings, of which a batch names few rows.
    ///
    /// # Panics
    /// If the rule moves parameters as a whole, as those of [`Lamb`](crate::Lamb) and [`Muon`](crate::Muon) do.
    #[must_use]
    #[track_caller]
    #[doc(alias = "SparseAdam")]
    pub fn sparse_rows(mut self) -> Self {
        assert!(!R::WHOLE, "sparse_rows: {} moves a parameter as a whole, it cannot leave rows out", R::NAME);
        if let Some(group) = self.groups.last_mut() {
            group.sparse_rows = true;
        }
        self
    }

    /// The settings of a group.
    ///
    /// # Panics
    /// If there is no such group.
    #[track_caller]
    pub fn settings(&self, group: usize) -> &R {
        &self.groups[group].settings
    }

    /// Changes the settings of a group.
    ///
    /// # Errors
    /// If one makes no sense; the old ones stay then.
    ///
    /// # Panics
    /// If there is no such group, or the rule remembers other things with the new settings.
    #[track_caller]
    pub fn set_settings(&mut self, group: usize, settings: R) -> Result<(), Error> {
        settings.check()?;
        let (old, new) = (self.groups[group].settings.slots(), settings.slots());
        assert!(old == new, "set_settings: {} would remember {new:?}, it has {old:?}", R::NAME);
        self.groups[group].settings = settings;
        Ok(())
    }

    /// What is remembered of the parameter of a name: the steps it took and a tensor for each slot.
    pub fn memory(&self, name: &str) -> Option<&Memory<T>> {
        self.all.iter().position(|named| named.name == name).map(|place| &self.memory[place])
    }

    /// Sets what is remembered of the parameter of a name.
    ///
    /// # Errors
    /// If there is no such parameter, or the memory does not fit it.
    pub fn set_memory(&mut self, name: &str, memory: Memory<T>) -> Result<(), Error> {
        let unknown = || Error::Unknown { name: name.to_owned() };
        let place = self.all.iter().position(|named| named.name == name).ok_or_else(unknown)?;
        memory.check(&group_of(&self.groups, place).settings, &self.all[place])?;
        self.memory[place] = memory;
        Ok(())
    }

    /// The settings of each group, and its parameters.
    pub(crate) fn layout(&self) -> impl ExactSizeIterator<Item = (&R, &[Named<T>])> {
        self.groups.iter().map(|group| (&group.settings, &self.all[group.members.clone()]))
    }

    /// Moves the parameters. Nothing can fail from here on.
    fn apply(&mut self, due: &[Due<T>], scale: f64) {
        let (groups, all) = (&self.groups, &self.all);
        let mut guards: List<ParameterGuard<'_, T>> = due.iter().map(|due| all[due.place].parameter.lock()).collect();
        let is_due = |place: &usize| due.binary_search_by_key(place, |due| due.place).is_ok();
        let memories = self.memory.iter_mut().enumerate().filter(|(place, _)| is_due(place));
        let (mut parts, mut work) = (List::new(), 0);
        for ((due, guard), (place, memory)) in due.iter().zip(&mut guards).zip(memories) {
            let group = group_of(groups, place);
            let settings = &group.settings;
            let shape = due.gradient.shape();
            let number = memory.advance(settings, shape);
            let whole = Whole {
                t: memory.steps,
                number,
                shape,
                w: guard.elements(),
                dw: due.gradient.as_slice().expect("row-major"),
                slots: memory.slots.iter_mut().map(|slot| slot.as_mut_slice()).collect(),
            };
            work += whole.w.len() * settings.cost();
            whole.cut(settings, scale, group.sparse_rows, &mut parts);
        }
        for_each_part(parts, work, |(settings, part)| settings.update(part));
    }
}

/// A parameter that is to be cut into parts.
struct Whole<'a, T: Real> {
    t: u64,
    number: [f64; 2],
    shape: &'a Shape,
    w: &'a mut [T],
    dw: &'a [T],
    slots: SmallVec<[&'a mut [T]; 4]>,
}

impl<'a, T: Real> Whole<'a, T> {
    fn cut<R: Rule>(mut self, settings: &'a R, scale: f64, sparse_rows: bool, parts: &mut List<(&'a R, Part<'a, T>)>) {
        let sign = if settings.maximize() { -1.0 } else { 1.0 };
        let (scale, decay) = (T::of(scale * sign), T::of(settings.coupled_decay()));
        let size = match (R::WHOLE, sparse_rows) {
            (true, _) => self.w.len(),
            (false, true) => self.w.len() / self.shape.first().copied().unwrap_or(1).max(1),
            (false, false) => PART,
        };
        while !self.w.is_empty() {
            let n = size.clamp(1, self.w.len());
            let (dw, rest) = self.dw.split_at(n);
            self.dw = rest;
            let w = take(&mut self.w, n);
            let slots = self.slots.iter_mut().map(|slot| take(slot, n)).collect();
            if sparse_rows && dw.iter().all(|&g| g == T::zero()) {
                continue;
            }
            let (t, number, shape) = (self.t, self.number, self.shape);
            parts.push((settings, Part { t, number, shape, w, dw, scale, decay, slots }));
        }
    }
}

/// Takes the first `n` elements off a slice.
fn take<'a, T>(slice: &mut &'a mut [T], n: usize) -> &'a mut [T] {
    let (first, rest) = std::mem::take(slice).split_at_mut(n);
    *slice = rest;
    first
}

impl<R: Rule, T: Real> Optimizer<T> for Stepper<R, T> {
    fn step_scaled(&mut self, gradients: &Gradients<T>, scale: f64) -> Result<(), Error> {
        check::option(R::NAME, "scale", scale, "a finite number", T::of(scale).is_finite())?;
        let due = due(&self.all, gradients)?;
        norm::check_finite(&self.all, &due)?;
        self.apply(&due, scale);
        Ok(())
    }

    fn step_clipped(&mut self, gradients: &Gradients<T>, max_norm: f64) -> Result<f64, Error> {
        check::option(R::NAME, "max_norm", max_norm, "a number that is not negative", max_norm >= 0.0)?;
        let due = due(&self.all, gradients)?;
        let norm = norm::checked(&self.all, &due)?;
        check::option(
            R::NAME,
            "the norm of all gradients",
            norm,
            "finite, so that it can be clipped",
            norm.is_finite(),
        )?;
        self.apply(&due, (max_norm / (norm + 1e-6)).min(1.0));
        Ok(norm)
    }

    fn groups(&self) -> usize {
        self.groups.len()
    }

    #[track_caller]
    fn group_lr(&self, group: usize) -> f64 {
        self.groups[group].settings.lr()
    }

    #[track_caller]
    fn set_group_lr(&mut self, group: usize, lr: f64) -> Result<(), Error> {
        let mut settings = self.groups[group].settings.clone();
        settings.set_lr(lr);
        settings.check()?;
        self.groups[group].settings = settings;
        Ok(())
    }

    fn parameters(&self) -> Vec<(String, Parameter<T>)> {
        self.all.iter().map(|named| (named.name.clone(), named.parameter.clone())).collect()
    }

    fn state(&self) -> OptimizerState {
        let settings: Vec<&R> = self.groups.iter().map(|group| &group.settings).collect();
        let mut state = OptimizerState::new(R::NAME, &settings);
        for (place, (named, memory)) in self.all.iter().zip(&self.memory).enumerate() {
            memory.save(&group_of(&self.groups, place).settings, &named.name, &mut state.tensors);
        }
        state
    }

    fn load_state(&mut self, state: &OptimizerState) -> Result<(), Error> {
        let settings: Vec<R> = state.settings(R::NAME, self.groups.len())?;
        let mut memories = Vec::with_capacity(self.all.len());
        let mut rules = HashMap::new();
        for (place, named) in self.all.iter().enumerate() {
            let group = self.groups.iter().position(|group| group.members.contains(&place)).expect("in a group");
            memories.push(Memory::load(&settings[group], named, &state.tensors)?);
            rules.insert(named.name.as_str(), &settings[group]);
        }
        let known = |name: &str, entry: &str| rules.get(name).is_some_and(|rule| Memory::<T>::saves(*rule, entry));
        state.check_entries(|entry| entry.rsplit_once('.').is_some_and(|(name, entry)| known(name, entry)))?;
        self.memory = memories;
        self.groups.iter_mut().zip(settings).for_each(|(group, settings)| group.settings = settings);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{Optimizer, Sgd};
    use autograd_nn::Parameter;

    #[test]
    fn a_scale_that_single_precision_does_not_hold_is_refused() {
        let w = Parameter::new([1.0f32, 2.0]);
        let mut optimizer = Sgd::new(vec![w.clone()], 0.1).unwrap();
        assert!(optimizer.step_scaled(&w.var().sum().backward(), 1e39).is_err());
        assert_eq!(w.value().to_vec(), [1.0, 2.0]);
    }
}
