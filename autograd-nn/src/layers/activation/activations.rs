//! Activations as layers, to stand in [`Sequential`](crate::Sequential); elsewhere the methods of `Var` say the same.

use crate::layers::prelude::*;

/// `max(x, 0)`, elementwise.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Relu};
/// let x = Var::leaf([-1.0, 2.0]);
/// let y = Relu.forward(&x);
/// assert_eq!(y.to_vec(), [0.0, 2.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct Relu;

/// `x` above 0, `slope · x` below, elementwise.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, LeakyRelu};
/// let x = Var::leaf([-4.0, 2.0]);
/// let y = LeakyRelu { slope: 0.25 }.forward(&x);
/// assert_eq!(y.to_vec(), [-1.0, 2.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.25, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct LeakyRelu {
    /// The slope below 0.
    pub slope: f64,
}

impl Default for LeakyRelu {
    /// A slope of 0.01, as PyTorch's.
    fn default() -> Self {
        LeakyRelu { slope: 0.01 }
    }
}

/// The hyperbolic tangent, elementwise.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Tanh};
/// let x = Var::leaf([0.0]);
/// let y = Tanh.forward(&x);
/// assert_eq!(y.to_vec(), [0.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct Tanh;

/// The logistic function `1 / (1 + e⁻ˣ)`, elementwise.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Sigmoid};
/// let x = Var::leaf([0.0]);
/// let y = Sigmoid.forward(&x);
/// assert_eq!(y.to_vec(), [0.5]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.25]);
/// ```
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct Sigmoid;

/// `eˣ / Σ eˣ` along an axis: scores become probabilities.
///
/// # Shape
/// `[.., n, ..] -> [.., n, ..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Softmax};
/// let x = Var::leaf([[1.0, 1.0], [7.0, 7.0]]);
/// let y = Softmax { axis: -1 }.forward(&x);
/// assert_eq!(y.to_vec(), [0.5; 4]);
/// let gradients = y.backward_with(&[[4.0, 0.0], [0.0, 4.0]].into());
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, -1.0, -1.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct Softmax {
    /// The axis; counted from the end if negative.
    pub axis: isize,
}

/// `x - log Σ eˣ` along an axis: the logarithm of [`Softmax`], exact where that underflows.
///
/// # Shape
/// `[.., n, ..] -> [.., n, ..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, LogSoftmax};
/// let x = Var::leaf([[0.0, 1000.0]]);
/// let y = LogSoftmax { axis: 1 }.forward(&x);
/// assert_eq!(y.to_vec(), [-1000.0, 0.0]);
/// let gradients = y.backward_with(&[[1.0, 0.0]].into());
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, -1.0]);
/// ```
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct LogSoftmax {
    /// The axis; counted from the end if negative.
    pub axis: isize,
}

macro_rules! activations {
    ($($Layer:ident: |$layer:ident, $x:ident| $y:expr;)+) => {$(
        impl<T: Real> Forward<T> for $Layer {
            #[track_caller]
            fn forward(&self, $x: &Var<T>) -> Var<T> {
                let $layer = self;
                report(self, $y)
            }
        }
    )+};
}
activations! {
    Relu: |_layer, x| x.relu();
    LeakyRelu: |layer, x| x.leaky_relu(T::of(layer.slope));
    Tanh: |_layer, x| x.tanh();
    Sigmoid: |_layer, x| x.sigmoid();
    Softmax: |layer, x| x.softmax(layer.axis);
    LogSoftmax: |layer, x| x.log_softmax(layer.axis);
}

#[cfg(test)]
macro_rules! checked {
    ($($Layer:ident: $layer:expr;)+) => {$(
        impl Checked for $Layer {
            fn cases() -> Cases<Self> {
                Cases::new(Case::forward("elementwise", |_| $layer, [3, 4]).output([3, 4]))
            }
        }
    )+};
}
#[cfg(test)]
checked! {
    Relu: Relu;
    LeakyRelu: LeakyRelu { slope: 0.25 };
    Tanh: Tanh;
    Sigmoid: Sigmoid;
    Softmax: Softmax { axis: -1 };
    LogSoftmax: LogSoftmax { axis: 0 };
}
