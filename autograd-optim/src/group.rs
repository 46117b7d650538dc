//! Parameters with their names, in groups that have settings of their own.

use crate::{Error, Rule};
use autograd_core::{Gradients, List, Real, Tensor};
use autograd_nn::{Module, Parameter};
use std::collections::HashMap;

/// What an optimiser can be made of: a module, or a list of parameters with or without names.
///
/// Names stand in errors and in saved states. Without them parameters are numbered: `parameter 0`.
pub trait IntoParameters<T: Real> {
    /// Each parameter with its name, or with none.
    fn into_parameters(self) -> Vec<(Option<String>, Parameter<T>)>;
}

impl<T: Real, M: Module<T> + ?Sized> IntoParameters<T> for &M {
    fn into_parameters(self) -> Vec<(Option<String>, Parameter<T>)> {
        self.named_parameters().into_parameters()
    }
}
impl<T: Real> IntoParameters<T> for Vec<(String, Parameter<T>)> {
    fn into_parameters(self) -> Vec<(Option<String>, Parameter<T>)> {
        // A parameter that is a module by itself has no name.
        self.into_iter().map(|(name, parameter)| (Some(name).filter(|name| !name.is_empty()), parameter)).collect()
    }
}
impl<T: Real> IntoParameters<T> for Vec<Parameter<T>> {
    fn into_parameters(self) -> Vec<(Option<String>, Parameter<T>)> {
        self.into_iter().map(|parameter| (None, parameter)).collect()
    }
}

/// Parameters that share settings.
pub(crate) struct Group<R> {
    pub settings: R,
    /// The places of its parameters in the list of all.
    pub members: std::ops::Range<usize>,
    /// Whether rows without gradient stay as they are, as those of an embedding that a batch does not name.
    pub sparse_rows: bool,
}

/// A parameter under the name that errors and states give it.
pub(crate) struct Named<T: Real> {
    pub name: String,
    pub parameter: Parameter<T>,
}

/// Adds a group's parameters to the list of all. Refuses an empty group, and a parameter or name that is there already.
pub(crate) fn extend<T: Real>(
    all: &mut Vec<Named<T>>,
    parameters: Vec<(Option<String>, Parameter<T>)>,
) -> Result<std::ops::Range<usize>, Error> {
    if parameters.is_empty() {
        return Err(Error::NoParameters);
    }
    let mut ids: HashMap<usize, usize> = all.iter().enumerate().map(|(i, named)| (named.parameter.id(), i)).collect();
    let mut names: HashMap<String, usize> = all.iter().enumerate().map(|(i, named)| (named.name.clone(), i)).collect();
    let mut new = Vec::with_capacity(parameters.len());
    for (place, (name, parameter)) in (all.len()..).zip(parameters) {
        let name = name.unwrap_or_else(|| format!("parameter {place}"));
        if let Some(first) = ids.insert(parameter.id(), place) {
            return Err(Error::Twice { first, second: place });
        }
        if names.insert(name.clone(), place).is_some() {
            return Err(Error::SameName { name });
        }
        new.push(Named { name, parameter });
    }
    let members = all.len()..all.len() + new.len();
    all.extend(new);
    Ok(members)
}

/// A parameter that a step is to change.
pub(crate) struct Due<T: Real> {
    /// Its place in the list of all.
    pub place: usize,
    /// Its gradient in row-major order.
    pub gradient: Tensor<T>,
}

/// Each parameter that a step is to change, with its gradient, whose shape is right.
pub(crate) fn due<T: Real>(all: &[Named<T>], gradients: &Gradients<T>) -> Result<List<Due<T>>, Error> {
    let mut found = List::new();
    for (place, Named { name, parameter }) in all.iter().enumerate() {
        if !parameter.is_trainable() {
            continue;
        }
        if let Some(gradient) = parameter.gradient(gradients) {
            check_shape("the gradient", name, parameter, gradient)?;
            found.push(Due { place, gradient: gradient.contiguous() });
        }
    }
    Ok(found)
}

/// Refuses a tensor that has not the shape of its parameter.
pub(crate) fn check_shape<T: Real>(
    what: &'static str,
    name: &str,
    parameter: &Parameter<T>,
    tensor: &Tensor<T>,
) -> Result<(), Error> {
    let (shape, found) = (parameter.shape(), tensor.shape().clone());
    if shape == found { Ok(()) } else { Err(Error::Shape { what, parameter: name.to_owned(), shape, found }) }
}

/// The group that holds a place.
pub(crate) fn group_of<R: Rule>(groups: &[Group<R>], place: usize) -> &Group<R> {
    groups.iter().find(|group| group.members.contains(&place)).expect("each place is in a group")
}
