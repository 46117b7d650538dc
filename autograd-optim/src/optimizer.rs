//! `Optimizer`: what gives parameters new values, and what all of them check first.

use crate::Error;
use autograd_core::{Gradients, Real, Tensor};
use autograd_nn::Parameter;
use std::collections::HashMap;

/// What gives parameters new values from their gradients.
pub trait Optimizer<T: Real = f32> {
    /// Takes one step. Parameters that are frozen or that no gradient reached stay as they are.
    ///
    /// # Errors
    /// If a gradient holds NaN or infinity. No parameter has changed then.
    fn step(&mut self, gradients: &Gradients<T>) -> Result<(), Error>;

    /// The learning rate.
    fn lr(&self) -> f64;

    /// Sets the learning rate of the steps that follow, as a schedule does.
    ///
    /// # Errors
    /// If it is negative or not finite; the old one stays then.
    fn set_lr(&mut self, lr: f64) -> Result<(), Error>;
}

/// The parameters of an optimiser, each listed once.
pub struct Parameters<T: Real> {
    list: Vec<Parameter<T>>,
}

impl<T: Real> Parameters<T> {
    /// Refuses an empty list, and a parameter that is listed twice.
    pub fn new(list: Vec<Parameter<T>>) -> Result<Self, Error> {
        if list.is_empty() {
            return Err(Error::NoParameters);
        }
        let mut places = HashMap::new();
        for (second, parameter) in list.iter().enumerate() {
            if let Some(first) = places.insert(parameter.id(), second) {
                return Err(Error::Twice { first, second });
            }
        }
        Ok(Parameters { list })
    }

    /// The number of parameters.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The parameter at a place of the list.
    pub fn get(&self, i: usize) -> &Parameter<T> {
        &self.list[i]
    }

    /// Each parameter that a step is to change. All gradients are checked first.
    pub fn due(&self, gradients: &Gradients<T>) -> Result<Vec<Due<'_, T>>, Error> {
        let mut found = Vec::with_capacity(self.list.len());
        for (i, parameter) in self.list.iter().enumerate().filter(|(_, parameter)| parameter.is_trainable()) {
            if let Some(gradient) = parameter.gradient(gradients) {
                let gradient = gradient.contiguous();
                check_shape("the gradient", i, parameter, &gradient)?;
                check_finite(i, &gradient)?;
                found.push(Due { i, parameter, gradient });
            }
        }
        Ok(found)
    }
}

/// A parameter that a step is to change.
pub struct Due<'a, T: Real> {
    /// Its place in the list.
    pub i: usize,
    /// Itself.
    pub parameter: &'a Parameter<T>,
    /// Its gradient, in row-major order.
    gradient: Tensor<T>,
}

impl<T: Real> Due<'_, T> {
    /// The elements of the gradient.
    pub fn gradient(&self) -> &[T] {
        self.gradient.as_slice().expect("row-major")
    }

    /// Zeros of the parameter's shape: a state before its first step.
    pub fn zeros(&self) -> Tensor<T> {
        Tensor::zeros(self.gradient.shape())
    }
}

/// Refuses a tensor that has not the shape of its parameter.
pub fn check_shape<T: Real>(
    what: &'static str,
    i: usize,
    parameter: &Parameter<T>,
    tensor: &Tensor<T>,
) -> Result<(), Error> {
    let (shape, found) = (parameter.shape(), tensor.shape().clone());
    if shape == found { Ok(()) } else { Err(Error::Shape { what, parameter: i, shape, found }) }
}

fn check_finite<T: Real>(parameter: usize, gradient: &Tensor<T>) -> Result<(), Error> {
    let elements = gradient.as_slice().expect("contiguous");
    match elements.iter().position(|g| !g.is_finite()) {
        Some(element) => {
            let value = elements[element].as_f64();
            Err(Error::NonFinite { parameter, shape: gradient.shape().clone(), element, value })
        }
        None => Ok(()),
    }
}

/// Refuses an option for which `holds` is false.
pub fn check_option(
    optimizer: &'static str,
    option: &'static str,
    value: f64,
    range: &'static str,
    holds: bool,
) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::BadOption { optimizer, option, value, range }) }
}

/// Refuses an option that is negative or not finite.
pub fn check_not_negative(optimizer: &'static str, option: &'static str, value: f64) -> Result<(), Error> {
    check_option(optimizer, option, value, "a number that is not negative", value >= 0.0 && value.is_finite())
}

/// The gradient with weight decay. Without decay the weight stays out of it: an infinite one, as in a mask, would turn 0 · ∞ into NaN.
#[inline]
pub fn decayed<T: Real>(dw: T, decay: T, w: T) -> T {
    if decay == T::zero() { dw } else { dw + decay * w }
}

/// Refuses a decay rate outside `[0, 1)`.
pub fn check_decay(optimizer: &'static str, option: &'static str, value: f64) -> Result<(), Error> {
    check_option(optimizer, option, value, "at least 0 and below 1", (0.0..1.0).contains(&value))
}
