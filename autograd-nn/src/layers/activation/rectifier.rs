//! Rectifiers: `Relu`, `Relu6`, `LeakyRelu`, `Elu`, `Celu` and `Selu`.

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

/// `min(max(x, 0), 6)`, elementwise: a [`Relu`] that saturates, for low precision.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Relu6};
/// let x = Var::leaf([-1.0, 2.0, 7.0]);
/// let y = Relu6.forward(&x);
/// assert_eq!(y.to_vec(), [0.0, 2.0, 6.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct Relu6;

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
    #[doc(alias = "negative_slope")]
    pub slope: f64,
}

impl Default for LeakyRelu {
    /// A slope of 0.01, as PyTorch's.
    fn default() -> Self {
        LeakyRelu { slope: 0.01 }
    }
}

/// `x` above 0, `alpha (eˣ - 1)` below, elementwise: the exponential linear unit.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Elu, Forward};
/// let x = Var::leaf([f64::NEG_INFINITY, 2.0]);
/// let y = Elu { alpha: 0.5 }.forward(&x);
/// assert_eq!(y.to_vec(), [-0.5, 2.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0]);
/// ```
///
/// Clevert, Unterthiner, Hochreiter 2016, "Fast and Accurate Deep Network Learning by Exponential Linear Units", equation 16.
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct Elu {
    /// How far below 0 it goes.
    pub alpha: f64,
}

impl Default for Elu {
    /// An `alpha` of 1.
    fn default() -> Self {
        Elu { alpha: 1.0 }
    }
}

/// `max(x, 0) + min(alpha (e^(x / alpha) - 1), 0)`, elementwise: an [`Elu`] whose slope is continuous for every `alpha`.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Celu, Forward};
/// let x = Var::leaf([f64::NEG_INFINITY, 0.0, 3.0]);
/// let y = Celu { alpha: 2.0 }.forward(&x);
/// assert_eq!(y.to_vec(), [-2.0, 0.0, 3.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 1.0]);
/// ```
///
/// Barron 2017, "Continuously Differentiable Exponential Linear Units", equation 2.
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct Celu {
    /// How far below 0 it goes; above 0.
    pub alpha: f64,
}

impl Default for Celu {
    /// An `alpha` of 1.
    fn default() -> Self {
        Celu { alpha: 1.0 }
    }
}

impl<T: Real> Forward<T> for Celu {
    /// # Panics
    /// If `alpha` is not above 0.
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let Celu { alpha } = *self;
        require!(alpha > 0.0 && alpha.is_finite(), "Celu: alpha is {alpha}, it must be a number above 0");
        let alpha = T::of(alpha);
        // Linear above 0, where the factors cancel only up to rounding.
        let below = x.div_scalar(alpha).elu(T::one()).mul_scalar(alpha);
        report(self, Var::where_(&x.value().gt(T::zero()), x, &below))
    }
}

/// `λ x` above 0, `λ alpha (eˣ - 1)` below, elementwise, with the two constants that keep mean 0 and variance 1 through deep networks.
///
/// It wants weights of variance `1 / inputs`, and [`AlphaDropout`](crate::AlphaDropout) for noise.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Selu};
/// let x = Var::leaf([f64::NEG_INFINITY, 1.0]);
/// let y = Selu.forward(&x);
/// assert_eq!(y.to_vec(), [-1.7580993408473766, 1.0507009873554805]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0507009873554805]);
/// ```
///
/// Klambauer et al. 2017, "Self-Normalizing Neural Networks", equation 2.
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct Selu;

forwards! {
    Relu: |_layer, x| x.relu();
    Relu6: |_layer, x| x.relu6();
    LeakyRelu: |layer, x| x.leaky_relu(T::of(layer.slope));
    Elu: |layer, x| x.elu(T::of(layer.alpha));
    Selu: |_layer, x| x.selu();
}

#[cfg(test)]
checked! {
    Relu: "plain" => Relu;
    Relu6: "plain" => Relu6;
    LeakyRelu: "plain" => LeakyRelu::default(), "steeper" => LeakyRelu { slope: 0.25 };
    Elu: "plain" => Elu::default(), "half as deep" => Elu { alpha: 0.5 };
    Selu: "plain" => Selu;
}

#[cfg(test)]
impl Checked for Celu {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("plain", |_| Celu::default(), [3, 4]).output([3, 4]))
            .case(Case::forward("half as deep", |_| Celu { alpha: 0.5 }, [3, 4]).output([3, 4]))
            .rejects("Celu: alpha is 0, it must be a number above 0", |_| {
                let _ = Celu { alpha: 0.0 }.forward(&Var::constant(1.0));
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn celu_has_the_numbers_of_pytorch_for_another_alpha() {
        let x = Var::leaf([-4.0f64, -1.25, -0.25, 0.75, 3.5]);
        let y = Celu { alpha: 2.0 }.forward(&x);
        let expected = [-1.729_329_433_526_774_6, -0.929_477_142_962_019_6, -0.235_006_194_830_809_2, 0.75, 3.5];
        y.to_vec().iter().zip(expected).for_each(|(y, expected)| assert!((y - expected).abs() < 1e-15));
        let gradients = y.sum().backward();
        let expected = [0.135_335_283_236_612_7, 0.535_261_428_518_990_3, 0.882_496_902_584_595_5, 1.0, 1.0];
        let dx = gradients.get(&x).unwrap().to_vec();
        dx.iter().zip(expected).for_each(|(dx, expected)| assert!((dx - expected).abs() < 1e-15));
    }
}
