//! `Fans` and `Gain`: what first values are scaled by.

use autograd_core::Shape;

/// The numbers of connections into and out of one unit, from the shape of a weight.
///
/// A weight has shape `[out, in, ..]`; the sizes of a kernel's window count on both sides.
///
/// ```
/// use autograd_nn::init::Fans;
/// assert_eq!(Fans::of([16, 6, 5, 5]), Fans { inputs: 150, outputs: 400 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fans {
    /// Connections into one unit.
    #[doc(alias = "fan_in")]
    pub inputs: usize,
    /// Connections out of one unit.
    #[doc(alias = "fan_out")]
    pub outputs: usize,
}

impl Fans {
    /// The fans of a weight.
    ///
    /// # Panics
    /// If the shape has fewer than two axes: a bias has no fans.
    #[track_caller]
    pub fn of(shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        let [outputs, inputs, window @ ..] = &*shape else {
            panic!("Fans::of: a weight has at least two axes, [out, in, ..], this one has shape {shape}");
        };
        let connections = |units: usize| window.iter().fold(units, |product, &size| product.saturating_mul(size));
        Fans { inputs: connections(*inputs), outputs: connections(*outputs) }
    }
}

/// Which fan [`he_uniform`](super::he_uniform) and [`he_normal`](super::he_normal) keep the variance over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fan {
    /// Connections into a unit: keeps the variance of the forward pass.
    In,
    /// Connections out of a unit: keeps the variance of the backward pass.
    Out,
}

/// What follows a layer, by which its first weights are scaled so that the variance of the signal is kept.
///
/// The table of PyTorch's `calculate_gain`. For SELU, whose fixed point asks for a variance of 1 / fan in (Klambauer et al. 2017), take
/// [`Linear`](Gain::Linear); 3/4 trades that for a steadier gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gain {
    /// Nothing, or a convolution: 1.
    Linear,
    /// The logistic function: 1.
    Sigmoid,
    /// The hyperbolic tangent: 5/3.
    Tanh,
    /// ReLU: √2.
    Relu,
    /// ReLU with this slope below 0: √(2 / (1 + slope²)).
    LeakyRelu(f64),
    /// SELU: 3/4, found by experiment.
    Selu,
    /// Any other factor.
    Factor(f64),
}

impl Gain {
    /// The factor.
    ///
    /// ```
    /// use autograd_nn::init::Gain;
    /// assert_eq!(Gain::LeakyRelu(0.0).factor(), 2f64.sqrt());
    /// assert_eq!(Gain::Linear.factor(), 1.0);
    /// ```
    #[doc(alias = "calculate_gain")]
    pub fn factor(self) -> f64 {
        match self {
            Gain::Linear | Gain::Sigmoid => 1.0,
            Gain::Tanh => 5.0 / 3.0,
            Gain::Relu => 2f64.sqrt(),
            Gain::LeakyRelu(slope) => (2.0 / (1.0 + slope * slope)).sqrt(),
            Gain::Selu => 0.75,
            Gain::Factor(factor) => factor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_that_of_calculate_gain() {
        let table = [
            (Gain::Linear, 1.0),
            (Gain::Sigmoid, 1.0),
            (Gain::Tanh, 1.6666666666666667),
            (Gain::Relu, std::f64::consts::SQRT_2),
            (Gain::LeakyRelu(0.2), 1.3867504905630728),
            (Gain::Selu, 0.75),
            (Gain::Factor(3.5), 3.5),
        ];
        for (gain, factor) in table {
            assert_eq!(gain.factor(), factor, "{gain:?}");
        }
    }

    #[test]
    #[should_panic(expected = "Fans::of: a weight has at least two axes, [out, in, ..], this one has shape [4]")]
    fn a_bias_has_no_fans() {
        Fans::of([4]);
    }
}
