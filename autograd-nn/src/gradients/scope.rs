//! `Scope`: which gradients are meant.

use crate::Parameter;
use autograd_core::{Gradients, Real, Tensor};
use std::collections::HashSet;

/// The parameters, a tied one once.
pub(super) fn distinct<T: Real>(parameters: &[Parameter<T>]) -> Vec<&Parameter<T>> {
    let mut seen = HashSet::new();
    parameters.iter().filter(|parameter| seen.insert(parameter.id())).collect()
}

/// Which gradients are meant.
pub(super) enum Scope<'p, T: Real> {
    /// All of them, in the order in which the pass reached the leaves.
    All,
    /// Those of some parameters, in this order; parameters without a gradient are passed over.
    Of(Vec<&'p Parameter<T>>),
}

impl<'p, T: Real> Scope<'p, T> {
    /// The gradients of parameters, of a tied one once.
    pub fn of(parameters: &'p [Parameter<T>]) -> Self {
        Scope::Of(distinct(parameters))
    }

    pub fn each(&self, gradients: &Gradients<T>, f: impl FnMut(&Tensor<T>)) {
        match self {
            Scope::All => gradients.iter().for_each(f),
            Scope::Of(parameters) => {
                parameters.iter().filter_map(|parameter| parameter.gradient(gradients)).for_each(f)
            }
        }
    }

    pub fn each_mut(&self, gradients: &mut Gradients<T>, mut f: impl FnMut(&mut Tensor<T>)) {
        match self {
            Scope::All => gradients.iter_mut().for_each(f),
            Scope::Of(parameters) => {
                parameters.iter().for_each(|parameter| parameter.gradient_mut(gradients).into_iter().for_each(&mut f))
            }
        }
    }
}
