//! `Linear`: a matrix product and a bias.

use crate::Weighted;
use crate::layers::prelude::*;

/// The affine map `y = x Wᵀ + b`.
///
/// # Shape
/// `[.., in] -> [.., out]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Linear, Parameter};
/// let layer = Linear { weight: Parameter::new([[1.0, 2.0], [0.0, -1.0]]), bias: Some(Parameter::new([10.0, 20.0])) };
/// let x = Var::leaf([[3.0, 4.0]]);
/// let y = layer.forward(&x);
/// assert_eq!(y.to_vec(), [21.0, 16.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 1.0]);
/// assert_eq!(layer.weight.gradient(&gradients).unwrap().to_vec(), [3.0, 4.0, 3.0, 4.0]);
/// ```
#[derive(Debug, Module)]
#[doc(alias = "Dense")]
#[doc(alias = "Affine")]
pub struct Linear<T: Real = f32> {
    /// `W`, of shape `[out, in]`.
    pub weight: Parameter<T>,
    /// `b`, of shape `[out]`.
    pub bias: Option<Parameter<T>>,
}

impl<T: Real> Linear<T> {
    /// A layer from `inputs` numbers to `outputs`, with weight and bias uniform within `±1/√inputs` as in PyTorch.
    pub fn new(inputs: usize, outputs: usize, generator: &mut Generator) -> Self {
        let weight = Parameter::new(init::fan_in_uniform([outputs, inputs], inputs, generator));
        let bias = Parameter::new(init::fan_in_uniform([outputs], inputs, generator));
        Linear { weight, bias: Some(bias) }
    }

    /// The same layer without bias: `y = x Wᵀ`.
    #[must_use]
    pub fn without_bias(self) -> Self {
        Linear { bias: None, ..self }
    }
}

impl<T: Real> Forward<T> for Linear<T> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        report(self, self.forward_with(&self.weight.var(), x))
    }
}

impl<T: Real> Weighted<T> for Linear<T> {
    fn weight(&self) -> &Parameter<T> {
        &self.weight
    }

    fn bias(&self) -> Option<&Parameter<T>> {
        self.bias.as_ref()
    }

    #[track_caller]
    fn forward_with(&self, weight: &Var<T>, x: &Var<T>) -> Var<T> {
        let bias = self.bias.as_ref().map(Parameter::var);
        x.linear(weight, bias.as_ref())
    }
}

#[cfg(test)]
impl Checked for Linear<f64> {
    fn cases() -> Cases<Self> {
        let plain = |g: &mut Generator| Linear::new(3, 2, g);
        Cases::new(Case::forward("plain", plain, [4, 3]).output([4, 2]).state(["weight [2, 3]", "bias [2]"]))
            .case(Case::forward("a vector", plain, [3]).output([2]).state(["weight [2, 3]", "bias [2]"]))
            .case(
                Case::forward("no bias, more axes", move |g| plain(g).without_bias(), [2, 2, 3])
                    .output([2, 2, 2])
                    .state(["weight [2, 3]"]),
            )
            .rejects("linear: x has 4 inputs, the weight has 3", move |g| {
                let _ = plain(g).forward(&Var::constant([[0.0; 4]]));
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::AssertUnwindSafe;

    #[test]
    fn leading_axes_are_kept_and_a_vector_gives_a_vector() {
        let layer = Linear::<f64>::new(3, 2, &mut Generator::seed(1));
        let x = Var::constant(Tensor::arange(12).reshape([2, 2, 3]));
        let y = layer.forward(&x);
        assert_eq!(*y.shape(), [2, 2, 2]);
        let last = layer.forward(&Var::constant([9.0, 10.0, 11.0]));
        assert_eq!(*last.shape(), [2]);
        assert_eq!(y.to_vec()[6..], last.to_vec());
    }

    #[test]
    fn first_values_are_within_the_bound_and_repeat_with_the_seed() {
        let layer = |seed| Linear::<f32>::new(25, 40, &mut Generator::seed(seed));
        let (a, b) = (layer(3), layer(3));
        assert_eq!(a.weight.value(), b.weight.value());
        assert_ne!(a.weight.value(), layer(4).weight.value());
        let bias = a.bias.as_ref().unwrap().value().to_vec();
        assert!(a.weight.value().to_vec().iter().chain(&bias).all(|w| w.abs() <= 0.2));
    }

    #[test]
    fn without_bias_there_is_one_parameter() {
        let layer = Linear::<f32>::new(3, 2, &mut Generator::seed(0)).without_bias();
        assert_eq!(layer.parameter_count(), 6);
        assert_eq!(layer.forward(&Var::constant([0.0f32; 3])).to_vec(), [0.0, 0.0]);
    }

    #[test]
    fn another_number_of_inputs_is_refused_at_the_line_of_the_caller() {
        let layer = Linear::new(3, 2, &mut Generator::seed(0));
        let x = Var::constant([[0.0f32; 4]]);
        let line = line!() + 1;
        let panic = std::panic::catch_unwind(AssertUnwindSafe(|| layer.forward(&x))).unwrap_err();
        let message = panic.downcast_ref::<String>().expect("a panic with a message");
        assert!(message.starts_with("linear: x has 4 inputs, the weight has 3"), "{message}");
        assert!(message.contains(&format!("linear.rs:{line}")), "{message}");
    }
}
