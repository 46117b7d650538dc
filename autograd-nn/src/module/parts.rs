//! `Parts`: a module whose type is forgotten, so that what works on the parts of modules is compiled once, and not for each type of module.

use super::{Module, Visitor};
use autograd_core::Real;

/// The parts of a module: how it is visited.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'m, T: Real>(pub &'m dyn Fn(&mut Visitor<'_, T>));

impl<T: Real> Module<T> for Parts<'_, T> {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        (self.0)(visitor);
    }
}
