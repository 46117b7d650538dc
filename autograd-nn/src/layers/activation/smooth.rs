//! Smooth activations: `Sigmoid`, `LogSigmoid`, `Tanh`, `Softplus`, `Softsign`, `Gelu`, `GeluTanh`, `Silu` and `Mish`.

use crate::layers::prelude::*;

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

/// The logarithm of [`Sigmoid`], `-log(1 + e⁻ˣ)`, elementwise, exact where that underflows.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, LogSigmoid};
/// let x = Var::leaf([-1000.0, 0.0]);
/// let y = LogSigmoid.forward(&x);
/// assert_eq!(y.to_vec(), [-1000.0, -std::f64::consts::LN_2]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct LogSigmoid;

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

/// `log(1 + e^(beta x)) / beta`, elementwise: a [`Relu`](crate::Relu) with a round corner, rounder for smaller `beta`.
///
/// It overflows only where `beta x` does, and is exact far from 0, so that there is no threshold to set, as PyTorch has one.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Softplus};
/// let x = Var::leaf([0.0, 1000.0]);
/// let y = Softplus { beta: 2.0 }.forward(&x);
/// assert_eq!(y.to_vec(), [std::f64::consts::LN_2 / 2.0, 1000.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.5, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct Softplus {
    /// How sharp the corner is; above 0.
    pub beta: f64,
}

impl Default for Softplus {
    /// A `beta` of 1.
    fn default() -> Self {
        Softplus { beta: 1.0 }
    }
}

impl<T: Real> Forward<T> for Softplus {
    /// # Panics
    /// If `beta` is not above 0.
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let Softplus { beta } = *self;
        require!(beta > 0.0 && beta.is_finite(), "Softplus: beta is {beta}, it must be a number above 0");
        let y = match beta {
            1.0 => x.softplus(),
            _ => x.mul_scalar(T::of(beta)).softplus().div_scalar(T::of(beta)),
        };
        report(self, y)
    }
}

/// `x / (1 + |x|)`, elementwise: a [`Tanh`] that saturates slowly.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Softsign};
/// let x = Var::leaf([-1.0, 3.0]);
/// let y = Softsign.forward(&x);
/// assert_eq!(y.to_vec(), [-0.5, 0.75]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.25, 0.0625]);
/// ```
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct Softsign;

/// `x Φ(x)`, elementwise, with the normal distribution `Φ`: the Gaussian error linear unit, exactly; see [`GeluTanh`] for the approximation.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Gelu};
/// let x = Var::leaf([0.0, 100.0]);
/// let y = Gelu.forward(&x);
/// assert_eq!(y.to_vec(), [0.0, 100.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.5, 1.0]);
/// ```
///
/// Hendrycks, Gimpel 2016, "Gaussian Error Linear Units", section 2.
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct Gelu;

/// [`Gelu`] by a hyperbolic tangent: `x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2`, elementwise; that of GPT-2 and of BERT's first code.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, GeluTanh};
/// let x = Var::leaf([0.0, 100.0]);
/// let y = GeluTanh.forward(&x);
/// assert_eq!(y.to_vec(), [0.0, 100.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.5, 1.0]);
/// ```
///
/// Hendrycks, Gimpel 2016, "Gaussian Error Linear Units", section 2.
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct GeluTanh;

/// `x σ(x)` with the logistic function `σ`, elementwise: the sigmoid linear unit.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Silu};
/// let x = Var::leaf([0.0, 100.0]);
/// let y = Silu.forward(&x);
/// assert_eq!(y.to_vec(), [0.0, 100.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.5, 1.0]);
/// ```
///
/// Elfwing, Uchibe, Doya 2018, "Sigmoid-Weighted Linear Units for Neural Network Function Approximation in Reinforcement Learning".
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
#[doc(alias = "Swish")]
pub struct Silu;

/// `x tanh(log(1 + eˣ))`, elementwise.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Mish};
/// let x = Var::leaf([0.0, 100.0]);
/// let y = Mish.forward(&x);
/// assert_eq!(y.to_vec(), [0.0, 100.0]);
/// let dx: Vec<f64> = y.sum().backward().get(&x).unwrap().to_vec();
/// assert!((dx[0] - 0.6).abs() < 1e-15); // tanh(log 2)
/// ```
///
/// Misra 2019, "Mish: A Self Regularized Non-Monotonic Activation Function", equation 1.
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct Mish;

forwards! {
    Sigmoid: |_layer, x| x.sigmoid();
    LogSigmoid: |_layer, x| x.log_sigmoid();
    Tanh: |_layer, x| x.tanh();
    Softsign: |_layer, x| x.softsign();
    Gelu: |_layer, x| x.gelu();
    GeluTanh: |_layer, x| x.gelu_tanh();
    Silu: |_layer, x| x.silu();
    Mish: |_layer, x| x.mish();
}

#[cfg(test)]
checked! {
    Sigmoid: "plain" => Sigmoid;
    LogSigmoid: "plain" => LogSigmoid;
    Tanh: "plain" => Tanh;
    Softsign: "plain" => Softsign;
    Gelu: "plain" => Gelu;
    GeluTanh: "plain" => GeluTanh;
    Silu: "plain" => Silu;
    Mish: "plain" => Mish;
}

#[cfg(test)]
impl Checked for Softplus {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("plain", |_| Softplus::default(), [3, 4]).output([3, 4]))
            .case(Case::forward("sharp", |_| Softplus { beta: 2.5 }, [3, 4]).output([3, 4]))
            .rejects("Softplus: beta is 0, it must be a number above 0", |_| {
                let _ = Softplus { beta: 0.0 }.forward(&Var::constant(1.0));
            })
    }
}
