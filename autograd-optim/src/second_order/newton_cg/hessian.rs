//! `Hessian`: products with the second derivative of a loss.

use crate::second_order::space::{Evaluation, Space};
use autograd_core::{Real, Tensor, Var, grad, grad_with};
use std::sync::Arc;

/// The Hessian of a recorded loss, as the derivative of its gradient, which is recorded too.
pub(super) struct Hessian<'a, T: Real> {
    space: &'a Space<'a, T>,
    leaves: Vec<Var<T>>,
    gradient: Vec<Option<Var<T>>>,
}

impl<'a, T: Real> Hessian<'a, T> {
    /// The loss and its gradient, and what its Hessian follows from.
    pub fn record(space: &'a Space<'a, T>, loss: &Var<T>) -> (Evaluation<T>, Self) {
        assert!(loss.requires_grad(), "step: the loss was computed from no parameter that is not frozen");
        let leaves: Vec<Var<T>> = space.members().map(|named| named.parameter.var()).collect();
        let gradient = grad(loss, &leaves, true);
        let hessian = Hessian { space, leaves, gradient };
        let flat = hessian.flat(&hessian.gradient);
        (Evaluation { loss: loss.item().as_f64(), gradient: Arc::new(flat) }, hessian)
    }

    fn flat(&self, parts: &[Option<Var<T>>]) -> Vec<T> {
        self.space.flat(&parts.iter().map(|part| part.as_ref().map(Var::value)).collect::<Vec<_>>())
    }

    /// The product with a vector.
    pub fn times(&self, v: &[T]) -> Vec<T> {
        let (mut ys, mut dys, mut rest) = (Vec::new(), Vec::new(), v);
        for (leaf, gradient) in self.leaves.iter().zip(&self.gradient) {
            let (own, others) = rest.split_at(leaf.numel());
            rest = others;
            if let Some(gradient) = gradient {
                ys.push(gradient);
                dys.push(Var::constant(Tensor::<T>::from_vec(own.to_vec(), leaf.shape())));
            }
        }
        self.flat(&grad_with(&ys, &dys, &self.leaves, false))
    }
}
