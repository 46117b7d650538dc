//! `apply`: first values for a whole module by one rule.

use crate::Module;
use autograd_core::{Real, Shape, Tensor};

/// Gives each parameter the value that `rule` has for its name and shape; it keeps its own where there is none.
///
/// Tied parameters are visited once, under their first name.
///
/// ```
/// use autograd_core::Generator;
/// use autograd_nn::init::{self, Fan, Gain};
/// use autograd_nn::{Linear, Module, Relu, Sequential};
/// let generator = &mut Generator::seed(0);
/// let mlp = Sequential::new().then(Linear::<f32>::new(4, 8, generator)).then(Relu).then(Linear::new(8, 2, generator));
/// init::apply(&mlp, |name, shape| match name {
///     "2.weight" => Some(init::zeros(shape)), // the network begins by predicting 0
///     _ if name.ends_with("bias") => Some(init::zeros(shape)),
///     _ => Some(init::he_normal(shape, Fan::In, Gain::Relu, generator)),
/// });
/// let last = mlp.named_parameters().pop().unwrap();
/// assert_eq!((last.0.as_str(), last.1.value().to_vec()), ("2.bias", vec![0.0, 0.0]));
/// ```
///
/// # Panics
/// If a value has not the shape of its parameter; those before it have changed then.
#[track_caller]
pub fn apply<T: Real>(module: &(impl Module<T> + ?Sized), mut rule: impl FnMut(&str, &Shape) -> Option<Tensor<T>>) {
    for (name, parameter) in module.named_parameters() {
        let shape = parameter.shape();
        if let Some(value) = rule(&name, &shape) {
            let given = value.shape();
            assert!(*given == shape, "apply: the value for {name} has shape {given}, the parameter {shape}");
            parameter.set(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Linear, init};
    use autograd_core::Generator;

    #[test]
    fn what_the_rule_does_not_know_stays() {
        let layer = Linear::<f64>::new(3, 2, &mut Generator::seed(0));
        let before = layer.weight.value();
        apply(&layer, |name, shape| (name == "bias").then(|| init::constant(shape, 0.5)));
        assert_eq!(layer.weight.value(), before);
        assert_eq!(layer.bias.as_ref().unwrap().value().to_vec(), [0.5; 2]);
    }

    #[test]
    #[should_panic(expected = "apply: the value for weight has shape [1], the parameter [2, 3]")]
    fn another_shape_is_refused() {
        apply(&Linear::<f64>::new(3, 2, &mut Generator::seed(0)), |_, _| Some(init::zeros([1])));
    }
}
