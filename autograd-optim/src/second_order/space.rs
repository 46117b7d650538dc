//! `Space`: the trainable parameters of a step side by side, as one vector.

use super::vector::{PIECE, scaled};
use crate::Error;
use crate::group::{Named, check_shape};
use autograd_core::{Gradients, Real, Tensor, for_each_part};
use std::sync::Arc;

/// A loss and its gradient.
pub(super) struct Evaluation<T> {
    pub loss: f64,
    pub gradient: Arc<Vec<T>>,
}

/// The trainable parameters among those of an optimiser, side by side.
pub(super) struct Space<'a, T: Real> {
    /// Their places in the list of all.
    pub places: Vec<usize>,
    members: Vec<&'a Named<T>>,
}

impl<'a, T: Real> Space<'a, T> {
    pub fn of(all: &'a [Named<T>]) -> Self {
        let trainable = all.iter().enumerate().filter(|(_, named)| named.parameter.is_trainable());
        let (places, members) = trainable.unzip();
        Space { places, members }
    }

    pub fn members(&self) -> impl Iterator<Item = &'a Named<T>> {
        self.members.iter().copied()
    }

    /// Where the parameters are.
    pub fn point(&self) -> Vec<T> {
        let values: Vec<Tensor<T>> = self.members().map(|named| named.parameter.value()).collect();
        self.flat(&values.iter().map(Some).collect::<Vec<_>>())
    }

    /// Moves the parameters to a point.
    pub fn set(&self, point: &[T]) {
        self.write(point, |w, point| w.copy_from_slice(point));
    }

    /// Moves the parameters to `x + t · d`, and to `x` itself where `t` is 0, even if `d` is infinite somewhere.
    pub fn set_along(&self, x: &[T], t: f64, d: &[T]) {
        self.set(x);
        if t != 0.0 {
            self.advance(t, d);
        }
    }

    /// Moves the parameters by `t · d`.
    pub fn advance(&self, t: f64, d: &[T]) {
        let t = T::of(t);
        self.write(d, |w, d| w.iter_mut().zip(d).for_each(|(w, &d)| *w += t * d));
    }

    /// The elements of all parameters, piece by piece, together with those of a vector.
    fn write(&self, vector: &[T], f: impl Fn(&mut [T], &[T]) + Sync) {
        let mut guards: Vec<_> = self.members().map(|named| named.parameter.lock()).collect();
        let (mut parts, mut rest) = (Vec::new(), vector);
        for guard in &mut guards {
            let elements = guard.elements();
            let (own, others) = rest.split_at(elements.len());
            rest = others;
            parts.extend(elements.chunks_mut(PIECE).zip(own.chunks(PIECE)));
        }
        for_each_part(parts, vector.len(), |(w, x)| f(w, x));
    }

    /// The loss and the gradient with this sign, of parameters that no path reached zero.
    ///
    /// # Errors
    /// If a gradient has not the shape of its parameter.
    pub fn evaluation(&self, loss: f64, gradients: &Gradients<T>, sign: f64) -> Result<Evaluation<T>, Error> {
        let mut parts = Vec::with_capacity(self.members.len());
        for Named { name, parameter } in self.members() {
            let gradient = parameter.gradient(gradients);
            gradient.map_or(Ok(()), |gradient| check_shape("the gradient", name, parameter, gradient))?;
            parts.push(gradient);
        }
        let mut gradient = self.flat(&parts);
        if sign != 1.0 {
            gradient = scaled(&gradient, sign);
        }
        Ok(Evaluation { loss: loss * sign, gradient: Arc::new(gradient) })
    }

    /// A tensor of each parameter side by side, zeros for those that have none.
    pub fn flat(&self, parts: &[Option<&Tensor<T>>]) -> Vec<T> {
        let mut flat = Vec::new();
        for (named, part) in self.members().zip(parts) {
            match part {
                None => flat.resize(flat.len() + named.parameter.numel(), T::zero()),
                Some(part) => flat.extend_from_slice(part.contiguous().as_slice().expect("row-major")),
            }
        }
        flat
    }

    /// Refuses a loss or a gradient that is not finite; `sign` is the one that the evaluation was given.
    pub fn check(&self, evaluation: &Evaluation<T>, sign: f64) -> Result<(), Error> {
        let mut rest = evaluation.gradient.as_slice();
        for Named { name, parameter } in self.members() {
            let (own, others) = rest.split_at(parameter.numel());
            rest = others;
            if let Some(element) = own.iter().position(|g| !g.is_finite()) {
                let value = own[element].as_f64() * sign;
                return Err(Error::NonFinite { parameter: name.clone(), shape: parameter.shape(), element, value });
            }
        }
        let value = evaluation.loss * sign;
        if value.is_finite() { Ok(()) } else { Err(Error::Loss { value }) }
    }

    /// Holds on to where the parameters are: they return there when it is dropped, after an error or a panic, unless the step is kept.
    pub fn start(&self) -> Start<'_, 'a, T> {
        Start { space: self, point: Some(self.point()) }
    }
}

/// Where the parameters were before a step.
pub(super) struct Start<'s, 'a, T: Real> {
    space: &'s Space<'a, T>,
    point: Option<Vec<T>>,
}

impl<T: Real> Start<'_, '_, T> {
    /// The step is done; the parameters stay where they are now.
    pub fn leave(mut self) {
        self.point = None;
    }
}

impl<T: Real> Drop for Start<'_, '_, T> {
    fn drop(&mut self) {
        if let Some(point) = &self.point {
            self.space.set(point);
        }
    }
}
