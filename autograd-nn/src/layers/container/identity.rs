//! `Identity`: what comes in goes out.

use crate::layers::prelude::*;

/// What comes in goes out: stands where a layer could be, as a classifier that was taken off or a shortcut without projection.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Identity};
/// let x = Var::leaf([1.0, 2.0]);
/// let y = Identity.forward(&x);
/// assert_eq!(y.to_vec(), [1.0, 2.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 1.0]);
/// ```
#[derive(Clone, Debug, Default, Module)]
#[module(stateless)]
pub struct Identity;

impl<T: Real> Forward<T> for Identity {
    fn forward(&self, x: &Var<T>) -> Var<T> {
        report(self, x.clone())
    }
}

#[cfg(test)]
impl Checked for Identity {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("a matrix", |_| Identity, [2, 3]).output([2, 3]))
            .case(Case::forward("a number", |_| Identity, []).output([]))
    }
}
