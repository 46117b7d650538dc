//! `Visitor`: the walk through a module, which knows the name of the place it is at.

use super::observe::Place;
use super::{Buffer, Counter, KeyStream, Module, Training};
use crate::Parameter;
use autograd_core::Real;

/// What a module can consist of.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Part<'a, T: Real = f32> {
    /// A module; its parts follow.
    Module(ModuleRef),
    /// A trainable value.
    Parameter(&'a Parameter<T>),
    /// A value that is saved with the module but not trained.
    Buffer(&'a Buffer<T>),
    /// Whether a part of the module is being trained.
    Training(&'a Training),
    /// How often something happened; saved with the module.
    Counter(&'a Counter),
    /// Where a module takes its random numbers from.
    KeyStream(&'a KeyStream),
}

/// A module that a walk came to.
#[derive(Clone, Copy, Debug)]
pub struct ModuleRef {
    pub(super) place: Place,
}

impl ModuleRef {
    /// The name of its type, without path and parameters: `Linear`.
    pub fn kind(self) -> &'static str {
        self.place.kind()
    }
}

/// The walk through a module: knows the name of the place it is at, and passes on each part that it meets.
///
/// ```
/// use autograd_nn::{Module, Parameter, Part, Visitor};
/// let nested = vec![(Parameter::new(1.0f32), Parameter::new(2.0f32))];
/// let mut names = Vec::new();
/// nested.visit(&mut Visitor::new(&mut |name, part| {
///     if let Part::Parameter(_) = part {
///         names.push(name.to_owned());
///     }
/// }));
/// assert_eq!(names, ["0.0", "0.1"]);
/// ```
pub struct Visitor<'v, T: Real = f32> {
    path: String,
    found: &'v mut dyn FnMut(&str, Part<'_, T>),
}

impl<'v, T: Real> Visitor<'v, T> {
    /// A walk that passes each part, with its name, to `found`.
    pub fn new(found: &'v mut dyn FnMut(&str, Part<'_, T>)) -> Self {
        Visitor { path: String::new(), found }
    }

    /// Walks through a field.
    pub fn field<M: Module<T> + ?Sized>(&mut self, name: &str, module: &M) {
        let before = self.path.len();
        if before > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        module.visit(self);
        self.path.truncate(before);
    }

    /// Walks through the elements of a list, which are named by their numbers.
    pub fn list<'m, M: Module<T> + ?Sized + 'm>(&mut self, modules: impl IntoIterator<Item = &'m M>) {
        for (i, module) in modules.into_iter().enumerate() {
            self.field(&i.to_string(), module);
        }
    }

    /// Says that the module of this place is `module`: the first line of a `visit` written by hand.
    ///
    /// The walk can then name it, in [`observe`](crate::observe) and in summaries.
    pub fn module<M>(&mut self, module: &M) {
        self.part(Part::Module(ModuleRef { place: Place::of(module) }));
    }

    /// Passes on a part that lies at this place.
    pub fn part(&mut self, part: Part<'_, T>) {
        (self.found)(&self.path, part);
    }
}
