//! `Sequential`: modules one after the other.

use crate::layers::prelude::*;
#[cfg(test)]
use crate::{Linear, Tanh};
use std::panic::Location;
use std::{fmt, slice, vec};

/// Modules one after the other, named by their numbers.
///
/// # Shape
/// What the first takes `->` what the last gives.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Var};
/// use autograd_nn::{Forward, Linear, Module, Relu, Sequential};
/// let mut generator = Generator::seed(0);
/// let mlp = Sequential::new()
///     .then(Linear::new(4, 8, &mut generator))
///     .then(Relu)
///     .then(Linear::new(8, 2, &mut generator));
/// let names: Vec<String> = mlp.named_parameters().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["0.weight", "0.bias", "2.weight", "2.bias"]);
/// let y = mlp.forward(&Var::constant([[1.0f32, 2.0, 3.0, 4.0]]));
/// assert_eq!(*y.shape(), [1, 2]);
/// assert!(autograd_nn::unreached(&mlp, &y.sum().backward()).is_empty());
///
/// // Collected from an iterator, and used up to the third layer.
/// let deep: Sequential = (0..10).map(|_| Linear::new(4, 4, &mut generator)).collect();
/// let x = Var::constant([1.0f32; 4]);
/// let features = deep.iter().take(3).fold(x, |x, layer| layer.forward(&x));
/// assert_eq!(*features.shape(), [4]);
/// ```
pub struct Sequential<T: Real = f32> {
    modules: Vec<AnyForward<T>>,
}

/// A module of any type.
type AnyForward<T> = Box<dyn Forward<T> + Send + Sync>;

impl<T: Real> Sequential<T> {
    /// No module yet: what comes in goes out.
    pub fn new() -> Self {
        Sequential { modules: Vec::new() }
    }

    /// The same with one more module at the end.
    #[must_use]
    pub fn then(mut self, module: impl Forward<T> + Send + Sync + 'static) -> Self {
        self.push(module);
        self
    }

    /// Adds a module at the end.
    pub fn push(&mut self, module: impl Forward<T> + Send + Sync + 'static) {
        self.modules.push(Box::new(module));
    }

    /// Takes the last module away, as to put another classifier in its place.
    pub fn pop(&mut self) -> Option<AnyForward<T>> {
        self.modules.pop()
    }

    /// The module of this number.
    pub fn get(&self, i: usize) -> Option<&AnyForward<T>> {
        self.modules.get(i)
    }

    /// The modules in their order.
    pub fn iter(&self) -> slice::Iter<'_, AnyForward<T>> {
        self.modules.iter()
    }

    /// The number of modules.
    pub fn len(&self) -> usize {
        self.modules.len()
    }

    /// Whether there is no module.
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }
}

impl<T: Real> Default for Sequential<T> {
    fn default() -> Self {
        Sequential::new()
    }
}

impl<T: Real, M: Forward<T> + Send + Sync + 'static> Extend<M> for Sequential<T> {
    fn extend<I: IntoIterator<Item = M>>(&mut self, modules: I) {
        modules.into_iter().for_each(|module| self.push(module));
    }
}

impl<T: Real, M: Forward<T> + Send + Sync + 'static> FromIterator<M> for Sequential<T> {
    fn from_iter<I: IntoIterator<Item = M>>(modules: I) -> Self {
        let mut all = Sequential::new();
        all.extend(modules);
        all
    }
}

impl<'a, T: Real> IntoIterator for &'a Sequential<T> {
    type Item = &'a AnyForward<T>;
    type IntoIter = slice::Iter<'a, AnyForward<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Real> IntoIterator for Sequential<T> {
    type Item = AnyForward<T>;
    type IntoIter = vec::IntoIter<AnyForward<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.modules.into_iter()
    }
}

impl<T: Real> Module<T> for Sequential<T> {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.module(self);
        self.modules.visit(visitor);
    }
}

impl<T: Real> Forward<T> for Sequential<T> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        // Behind a pointer the layers do not see who called; a mistake in a shape is this one's caller's.
        let through = || {
            let modules = self.modules.iter().enumerate();
            modules.fold(x.clone(), |x, (place, module)| in_layer(place, || module.forward(&x)))
        };
        report(self, blame(Location::caller(), through))
    }
}

/// The shapes of its parameters by name.
impl<T: Real> fmt::Debug for Sequential<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.named_parameters()).finish()
    }
}

#[cfg(test)]
impl Checked for Sequential<f64> {
    fn cases() -> Cases<Self> {
        let mlp =
            |g: &mut Generator| Sequential::new().then(Linear::new(3, 4, g)).then(Tanh).then(Linear::new(4, 2, g));
        let state = ["0.weight [4, 3]", "0.bias [4]", "2.weight [2, 4]", "2.bias [2]"];
        Cases::new(Case::forward("three", mlp, [2, 3]).output([2, 2]).state(state))
            .case(Case::forward("none", |_| Sequential::new(), [2, 3]).output([2, 3]))
            .rejects("linear: x has 4 inputs, the weight has 3\n  x      [1, 4]", move |g| {
                let _ = mlp(g).forward(&Var::constant([[0.0; 4]]));
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Linear;
    use autograd_core::Generator;

    #[test]
    fn modules_follow_one_another_and_nest() {
        let generator = &mut Generator::seed(5);
        let (a, b) = (Linear::<f64>::new(3, 3, generator), Linear::new(3, 2, generator));
        let x = Var::constant([1.0, -2.0, 3.0]);
        let expected = b.forward(&a.forward(&x)).to_vec();
        let nested = Sequential::new().then(a).then(Sequential::new().then(b));
        assert_eq!(nested.forward(&x).to_vec(), expected);
        assert_eq!(nested.named_parameters()[2].0, "1.0.weight");
        assert_eq!((nested.len(), nested.is_empty(), nested.parameter_count()), (2, false, 20));
        assert!(format!("{nested:?}").starts_with("{\"0.weight\": Parameter([3, 3]), "));
    }

    #[test]
    fn nothing_gives_what_comes_in() {
        let x = Var::leaf([1.0, 2.0]);
        let y = Sequential::default().forward(&x);
        assert!(y.value().shares(x.value()));
    }

    #[test]
    fn modules_are_collected_taken_apart_and_replaced() {
        let generator = &mut Generator::seed(6);
        let mut net: Sequential<f64> = (0..3).map(|_| Linear::new(2, 2, generator)).collect();
        let x = Var::constant([1.0, -2.0]);
        let y = net.forward(&x).to_vec();
        assert_eq!((&net).into_iter().fold(x.clone(), |x, layer| layer.forward(&x)).to_vec(), y);
        assert_eq!(net.get(2).unwrap().named_parameters()[0].0, "weight");
        assert!(net.get(3).is_none());

        // Modules taken out of one go into another, under the names that they have there.
        let head = net.pop().unwrap();
        net.extend([Tanh]);
        net.push(head);
        let names: Vec<String> = net.named_parameters().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias"]);
        let again: Sequential<f64> = net.into_iter().filter(|layer| layer.parameter_count() > 0).collect();
        assert_eq!(again.forward(&x).to_vec(), y);
    }

    #[test]
    fn a_model_can_be_shared_by_threads() {
        fn shared<M: Send + Sync>(_: &M) {}
        shared(&Sequential::<f32>::new().then(Linear::new(1, 1, &mut Generator::seed(0))));
    }
}
