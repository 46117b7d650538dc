//! `Residual`: a module and a way around it.

use crate::layers::prelude::*;
#[cfg(test)]
use crate::{Linear, Sequential, Tanh};
use std::fmt;
use std::panic::Location;

/// A module and a way around it: `y = f(x) + x`, or `y = f(x) + s(x)` with a shortcut that brings `x` to the shape of `f(x)`.
///
/// An activation after the sum is the next module of a [`Sequential`](crate::Sequential).
///
/// # Shape
/// What the body takes `->` what it gives; without a shortcut both must be the same.
///
/// # Parameters
/// Those of `f` under `body`, those of `s` under `shortcut`.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Var};
/// use autograd_nn::{Conv2d, Forward, Lambda, Module, Relu, Residual, Sequential};
/// let triple = Residual::new(Lambda::new(|x| x * 2.0));
/// let x = Var::leaf([1.0, 2.0]);
/// let y = triple.forward(&x);
/// assert_eq!(y.to_vec(), [3.0, 6.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [3.0, 3.0]);
///
/// let mut generator = Generator::seed(0);
/// let body = Sequential::new()
///     .then(Conv2d::new(8, 16, 3, &mut generator).stride(2).padding(1))
///     .then(Relu)
///     .then(Conv2d::new(16, 16, 3, &mut generator).padding(1));
/// let projection = Conv2d::new(8, 16, 1, &mut generator).stride(2).without_bias();
/// let block: Sequential = Sequential::new().then(Residual::new(body).shortcut(projection)).then(Relu);
/// let names: Vec<String> = block.named_parameters().into_iter().map(|(name, _)| name).collect();
/// let body = ["0.body.0.weight", "0.body.0.bias", "0.body.2.weight", "0.body.2.bias"];
/// assert_eq!(names, [&body[..], &["0.shortcut.weight"]].concat());
/// ```
///
/// He, Zhang, Ren and Sun, "Deep residual learning for image recognition" (2016), equations 1 and 2.
#[derive(Module)]
#[doc(alias = "skip connection")]
pub struct Residual<T: Real = f32> {
    /// `f`.
    pub body: Box<dyn Forward<T> + Send + Sync>,
    /// `s`; the identity if there is none.
    pub shortcut: Option<Box<dyn Forward<T> + Send + Sync>>,
}

impl<T: Real> Residual<T> {
    /// `y = f(x) + x`.
    pub fn new(body: impl Forward<T> + Send + Sync + 'static) -> Self {
        Residual { body: Box::new(body), shortcut: None }
    }

    /// `y = f(x) + s(x)`: as with a projection, where the body gives another shape than it takes.
    #[must_use]
    #[doc(alias = "downsample")]
    pub fn shortcut(self, shortcut: impl Forward<T> + Send + Sync + 'static) -> Self {
        Residual { shortcut: Some(Box::new(shortcut)), ..self }
    }
}

impl<T: Real> Forward<T> for Residual<T> {
    /// # Panics
    /// If the two ways give different shapes; neither is broadcast.
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let (body, shortcut) = blame(Location::caller(), || {
            let body = self.body.forward(x);
            (body, self.shortcut.as_ref().map_or_else(|| x.clone(), |shortcut| shortcut.forward(x)))
        });
        let (through, around) = (body.shape(), shortcut.shape());
        require!(through == around, "Residual: the body gives shape {through}, the shortcut {around}");
        report(self, body + shortcut)
    }
}

/// The shapes of its parameters by name.
impl<T: Real> fmt::Debug for Residual<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.named_parameters()).finish()
    }
}

#[cfg(test)]
impl Checked for Residual<f64> {
    fn cases() -> Cases<Self> {
        let body = |outputs: usize, g: &mut Generator| Sequential::new().then(Linear::new(3, outputs, g)).then(Tanh);
        let plain = move |g: &mut Generator| Residual::new(body(3, g));
        let projected =
            move |g: &mut Generator| Residual::new(body(2, g)).shortcut(Linear::new(3, 2, g).without_bias());
        Cases::new(
            Case::forward("plain", plain, [2, 3]).output([2, 3]).state(["body.0.weight [3, 3]", "body.0.bias [3]"]),
        )
        .case(Case::forward("projected", projected, [2, 3]).output([2, 2]).state([
            "body.0.weight [2, 3]",
            "body.0.bias [2]",
            "shortcut.weight [2, 3]",
        ]))
        .rejects("linear: x has 4 inputs, the weight has 3", move |g| {
            let _ = plain(g).forward(&Var::constant([[0.0; 4]]));
        })
        .rejects("Residual: the body gives shape [1, 1], the shortcut [1, 3]", move |g| {
            let _ = Residual::new(body(1, g)).forward(&Var::constant([[0.0; 3]]));
        })
    }
}
