//! `Bilinear`: a form that is linear in each of two operands, and a bias.

use crate::layers::prelude::*;

/// The bilinear map `y[o] = x1ᵀ W[o] x2 + b[o]`: linear in each operand.
///
/// # Shape
/// `[.., in1] x [.., in2] -> [.., out]`, with equal leading axes
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Bilinear, Parameter};
/// let layer = Bilinear { weight: Parameter::new([[[1.0, 0.0], [0.0, 2.0]]]), bias: Some(Parameter::new([0.5])) };
/// let (x1, x2) = (Var::leaf([[1.0, 2.0]]), Var::leaf([[3.0, 4.0]]));
/// let y = layer.forward(&x1, &x2);
/// assert_eq!(y.to_vec(), [19.5]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x1).unwrap().to_vec(), [3.0, 8.0]);
/// assert_eq!(layer.weight.gradient(&gradients).unwrap().to_vec(), [3.0, 4.0, 6.0, 8.0]);
/// ```
#[derive(Debug, Module)]
pub struct Bilinear<T: Real = f32> {
    /// `W`, of shape `[out, in1, in2]`.
    pub weight: Parameter<T>,
    /// `b`, of shape `[out]`.
    pub bias: Option<Parameter<T>>,
}

impl<T: Real> Bilinear<T> {
    /// A layer from operands of `in1` and `in2` numbers to `outputs`, with weight and bias uniform within `±1/√in1` as in PyTorch.
    pub fn new(in1: usize, in2: usize, outputs: usize, generator: &mut Generator) -> Self {
        let weight = Parameter::new(init::fan_in_uniform([outputs, in1, in2], in1, generator));
        let bias = Parameter::new(init::fan_in_uniform([outputs], in1, generator));
        Bilinear { weight, bias: Some(bias) }
    }

    /// The same layer without bias.
    #[must_use]
    pub fn without_bias(self) -> Self {
        Bilinear { bias: None, ..self }
    }

    /// Computes the result.
    ///
    /// # Panics
    /// If an operand has another number of inputs than the weight, or their leading axes differ.
    #[track_caller]
    #[must_use]
    pub fn forward(&self, x1: &Var<T>, x2: &Var<T>) -> Var<T> {
        let bias = self.bias.as_ref().map(Parameter::var);
        report(self, x1.bilinear(x2, &self.weight.var(), bias.as_ref()))
    }
}

#[cfg(test)]
impl Checked for Bilinear<f64> {
    fn cases() -> Cases<Self> {
        let plain = |g: &mut Generator| Bilinear::new(2, 3, 2, g);
        let call = |layer: &Bilinear<f64>, x: &[Var<f64>]| vec![layer.forward(&x[0], &x[1])];
        Cases::new(
            Case::new("plain", plain, call)
                .input([4, 2])
                .input([4, 3])
                .output([4, 2])
                .state(["weight [2, 2, 3]", "bias [2]"]),
        )
        .case(
            Case::new("no bias, vectors", move |g| plain(g).without_bias(), call)
                .input([2])
                .input([3])
                .output([2])
                .state(["weight [2, 2, 3]"]),
        )
        .rejects("bilinear: leading axes differ, [1] and [2]", move |g| {
            let _ = plain(g).forward(&Var::constant([[0.0; 2]]), &Var::constant([[0.0; 3]; 2]));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_numbers_of_pytorch() {
        let layer = Bilinear::new(2, 3, 2, &mut Generator::seed(0));
        layer.weight.set(Tensor::<f64>::arange(12).reshape([2, 2, 3]));
        layer.bias.as_ref().unwrap().set([1.0, -1.0]);
        let y = layer.forward(&Var::constant([[1.0, 2.0]]), &Var::constant([[0.5, -1.0, 2.0]]));
        assert_eq!(y.to_vec(), [19.0, 44.0]);
    }

    #[test]
    fn first_values_are_within_the_bound_of_the_first_operand() {
        let layer = Bilinear::<f32>::new(25, 4, 40, &mut Generator::seed(3));
        let bias = layer.bias.as_ref().unwrap().value().to_vec();
        let largest = layer.weight.value().to_vec().iter().chain(&bias).fold(0f32, |a, w| a.max(w.abs()));
        assert!(largest <= 0.2 && largest > 0.19);
    }
}
