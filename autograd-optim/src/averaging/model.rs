//! `AveragedModel`: the average of a model's parameters, beside the model.

use crate::Error;
use autograd_core::{Real, Tensor, for_each_part};
use autograd_nn::state::{AnyTensor, StateDict};
use autograd_nn::{Buffer, Module, Parameter};
use std::collections::HashSet;

/// Elements of a part: enough to be worth handing over to a thread.
const PART: usize = 1 << 14;
/// The entry of a state that counts the updates, and what stands before the names of the others; both are PyTorch's.
const COUNT: &str = "n_averaged";
const PREFIX: &str = "module";

/// How points enter an average: [`EmaOptions`](crate::EmaOptions), [`SwaOptions`](crate::SwaOptions), or a rule of one's own.
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{AveragedModel, Averaging};
///
/// /// A mean in which later points weigh more, in proportion to their number.
/// struct Late;
///
/// impl Averaging for Late {
///     fn share(&self, updates: u64) -> f64 {
///         2.0 / (updates as f64 + 2.0)
///     }
/// }
///
/// let w = Parameter::new([0.0]);
/// let mut average = AveragedModel::<Late, _>::new(&w, Late)?;
/// for point in [3.0, 6.0] {
///     w.set([point]);
///     average.update();
/// }
/// assert_eq!(average.with(|| w.value().to_vec()), [5.0]);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
pub trait Averaging {
    /// Refuses settings that make no sense.
    ///
    /// # Errors
    /// The first setting outside its range.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// The share of the next point in the average, after so many updates, from 1; the very first point is taken whole.
    fn share(&self, updates: u64) -> f64;

    /// Whether buffers are averaged too.
    fn use_buffers(&self) -> bool {
        false
    }
}

/// The average of a model's parameters over the updates: [`Ema`](crate::Ema), [`Swa`](crate::Swa).
///
/// The model goes on with its own values. [`with`](AveragedModel::with) lends it the average for an evaluation,
/// [`apply`](AveragedModel::apply) gives it for good. Updates have the same bits for any number of threads.
pub struct AveragedModel<A, T: Real = f32> {
    averaging: A,
    places: Vec<Place<T>>,
    updates: u64,
}

/// A parameter or buffer with its average.
struct Place<T: Real> {
    name: String,
    slot: Slot<T>,
    average: Tensor<T>,
}

enum Slot<T: Real> {
    Parameter(Parameter<T>),
    Buffer(Buffer<T>),
}

impl<T: Real> Slot<T> {
    fn value(&self) -> Tensor<T> {
        match self {
            Slot::Parameter(parameter) => parameter.value(),
            Slot::Buffer(buffer) => buffer.value(),
        }
    }

    fn set(&self, value: Tensor<T>) {
        match self {
            Slot::Parameter(parameter) => parameter.set(value),
            Slot::Buffer(buffer) => buffer.set(value),
        }
    }
}

impl<A: Averaging, T: Real> AveragedModel<A, T> {
    /// The average of no point yet, which until the first update is where the model is now.
    ///
    /// # Errors
    /// If a setting makes no sense or the model has no parameter.
    pub fn new(model: &(impl Module<T> + ?Sized), averaging: impl Into<A>) -> Result<Self, Error> {
        let averaging = averaging.into();
        averaging.check()?;
        let parameters = model.named_parameters().into_iter().map(|(name, slot)| (name, Slot::Parameter(slot)));
        let mut slots: Vec<(String, Slot<T>)> = parameters.collect();
        if slots.is_empty() {
            return Err(Error::NoParameters);
        }
        if averaging.use_buffers() {
            slots.extend(model.named_buffers().into_iter().map(|(name, slot)| (name, Slot::Buffer(slot))));
        }
        let place = |(name, slot): (String, Slot<T>)| Place { average: slot.value().contiguous(), name, slot };
        Ok(AveragedModel { averaging, places: slots.into_iter().map(place).collect(), updates: 0 })
    }

    /// Takes the point where the model is into the average.
    #[doc(alias = "update_parameters")]
    pub fn update(&mut self) {
        let share = if self.updates == 0 { 1.0 } else { self.averaging.share(self.updates) };
        self.updates += 1;
        let share = T::of(share);
        let values: Vec<Tensor<T>> = self.places.iter().map(|place| place.slot.value().contiguous()).collect();
        let work = values.iter().map(Tensor::numel).sum();
        let mut parts = Vec::new();
        for (place, value) in self.places.iter_mut().zip(&values) {
            let elements = value.as_slice().expect("row-major");
            parts.extend(place.average.as_mut_slice().chunks_mut(PART).zip(elements.chunks(PART)));
        }
        for_each_part(parts, work, |(average, value): (&mut [T], &[T])| {
            if share == T::one() {
                return average.copy_from_slice(value);
            }
            for (a, &w) in average.iter_mut().zip(value) {
                // An infinite weight, as in a mask, has no difference to itself.
                *a = if *a == w { w } else { *a + (w - *a) * share };
            }
        });
    }

    /// The number of updates.
    #[doc(alias = "n_averaged")]
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// The settings.
    pub fn averaging(&self) -> &A {
        &self.averaging
    }

    /// Each average with the name of its parameter or buffer.
    pub fn averages(&self) -> impl ExactSizeIterator<Item = (&str, &Tensor<T>)> {
        self.places.iter().map(|place| (place.name.as_str(), &place.average))
    }

    /// Runs `f` while the model has the average; it has its own values again afterwards, also if `f` panics.
    ///
    /// What `f` does to the values meanwhile is lost.
    pub fn with<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let _swapped = self.swap();
        f()
    }

    /// Gives the model the average until the guard is dropped, and then its own values again.
    ///
    /// ```
    /// use autograd_nn::Parameter;
    /// use autograd_optim::Ema;
    /// let w = Parameter::new([1.0]);
    /// let mut ema = Ema::new(&w, 0.5)?;
    /// ema.update();
    /// w.set([2.0]);
    /// let swapped = ema.swap();
    /// assert_eq!(w.value().to_vec(), [1.0]);
    /// drop(swapped);
    /// assert_eq!(w.value().to_vec(), [2.0]);
    /// # Ok::<(), autograd_optim::Error>(())
    /// ```
    pub fn swap(&mut self) -> Swapped<'_, T> {
        let own = self.places.iter().map(|place| place.slot.value()).collect();
        self.apply();
        Swapped { places: &self.places, own }
    }

    /// Gives the model the average for good.
    pub fn apply(&self) {
        self.places.iter().for_each(|place| place.slot.set(place.average.clone()));
    }

    /// The averages by name, as `module.fc1.weight`, and the number of updates, `n_averaged`: PyTorch's names.
    pub fn state(&self) -> StateDict {
        let count = i64::try_from(self.updates).unwrap_or(i64::MAX);
        let mut state: StateDict = [(COUNT, Tensor::<i64>::from(count))].into_iter().collect();
        for Place { name, average, .. } in &self.places {
            state.insert(format!("{PREFIX}.{name}"), AnyTensor::of(average));
        }
        state
    }

    /// Goes on from a state.
    ///
    /// # Errors
    /// If it is that of another model. Nothing has changed then.
    pub fn load_state(&mut self, state: &StateDict) -> Result<(), Error> {
        let missing = |entry: &str| Error::Missing { entry: entry.to_owned() };
        let count = state.get(COUNT).and_then(AnyTensor::as_i64).filter(|count| count.numel() == 1);
        let updates = count.and_then(|count| u64::try_from(count.item()).ok()).ok_or_else(|| missing(COUNT))?;
        let mut averages = Vec::with_capacity(self.places.len());
        for Place { name, average, .. } in &self.places {
            let entry = format!("{PREFIX}.{name}");
            let value = state.get(&entry).ok_or_else(|| missing(&entry))?.to_real::<T>().contiguous();
            let (shape, found) = (average.shape().clone(), value.shape().clone());
            if shape != found {
                return Err(Error::Shape { what: "the average", parameter: name.clone(), shape, found });
            }
            averages.push(value);
        }
        let known: HashSet<String> = self.places.iter().map(|place| format!("{PREFIX}.{}", place.name)).collect();
        if let Some(name) = state.names().find(|&name| name != COUNT && !known.contains(name)) {
            return Err(Error::Unknown { name: name.to_owned() });
        }
        self.updates = updates;
        self.places.iter_mut().zip(averages).for_each(|(place, average)| place.average = average);
        Ok(())
    }
}

/// A model that has its [average](AveragedModel::swap), until this is dropped.
#[must_use = "the model has its own values again as soon as this is dropped"]
pub struct Swapped<'a, T: Real = f32> {
    places: &'a [Place<T>],
    /// The values of the model itself.
    own: Vec<Tensor<T>>,
}

impl<T: Real> Drop for Swapped<'_, T> {
    fn drop(&mut self) {
        self.places.iter().zip(self.own.drain(..)).for_each(|(place, own)| place.slot.set(own));
    }
}
