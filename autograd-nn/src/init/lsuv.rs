//! `lsuv`: layers scaled one after the other until each gives a variance of 1.

use super::{Gain, orthogonal, zeros};
use crate::{Module, Observation, Parameter, observe, table};
use autograd_core::{Generator, Real, Tensor, Var, no_grad};
use std::collections::HashMap;
use std::fmt;

/// How [`lsuv`] proceeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LsuvOptions {
    /// How far from 1 a variance may stay.
    pub tolerance: f64,
    /// How often a layer is scaled at most.
    pub scalings: usize,
    /// Whether weights begin orthonormal and biases at 0, as in the paper, instead of at what they are.
    pub orthonormal: bool,
}

impl Default for LsuvOptions {
    /// Orthonormal first, then at most 10 scalings to within 0.1.
    fn default() -> Self {
        LsuvOptions { tolerance: 0.1, scalings: 10, orthonormal: true }
    }
}

/// What [`lsuv`] did, printed as a table.
#[derive(Clone, Debug, PartialEq)]
pub struct LsuvReport {
    /// The layers, in the order of the forward pass. One that is not here did not take part: it gave nothing, is frozen, or has no matrix
    /// or kernel named `weight`.
    pub layers: Vec<LsuvLayer>,
}

/// A layer that [`lsuv`] looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct LsuvLayer {
    /// Its name within the module; empty for the module itself.
    pub name: String,
    /// Its type.
    pub kind: &'static str,
    /// The variance of its result before it was scaled.
    pub before: f64,
    /// The variance of its result in the end.
    pub after: f64,
    /// How often it was scaled.
    pub scalings: usize,
}

/// Why [`lsuv`] stopped. The layers before have been scaled.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LsuvError {
    /// A layer gives one and the same number everywhere, or numbers that are not finite: no factor makes the variance 1.
    #[error("the result of layer {name:?} ({kind}) has variance {variance}")]
    Variance {
        /// The layer.
        name: String,
        /// Its type.
        kind: &'static str,
        /// The variance.
        variance: f64,
    },
    /// In the forward pass no layer was seen that has a weight.
    #[error("the forward pass used no layer of the module that has a weight to scale")]
    NoLayer,
}

/// Scales the weight of one layer after the other, in the order of the forward pass, until the variance of what it gives is 1: the signal
/// then neither dies nor explodes, whatever lies between the layers.
///
/// `forward` is one pass of the module over a batch of true inputs; it runs, without recording, about twice for each layer, in the mode the
/// module is in: in evaluation dropout does not disturb it. Layers with a trainable matrix or kernel named `weight` take part.
///
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::init::{LsuvOptions, lsuv};
/// use autograd_nn::{Forward, Linear, Relu, Sequential};
/// let generator = &mut Generator::seed(0);
/// let mut mlp = Sequential::new();
/// for _ in 0..5 {
///     mlp = mlp.then(Linear::<f32>::new(32, 32, generator)).then(Relu);
/// }
/// let x = Var::constant(Tensor::normal([64, 32], 0.0, 3.0, generator));
/// let report = lsuv(&mlp, || mlp.forward(&x), LsuvOptions::default(), generator)?;
/// assert_eq!(report.layers.len(), 5);
/// assert!(report.layers.iter().all(|layer| (layer.after - 1.0).abs() < 0.1));
/// # Ok::<(), autograd_nn::init::LsuvError>(())
/// ```
///
/// Source: Mishkin and Matas, "All You Need is a Good Init" (2016), algorithm 1.
///
/// # Errors
/// If a layer's result has variance 0 or one that is not finite, or no layer takes part.
#[doc(alias = "layer_sequential_unit_variance")]
pub fn lsuv<T: Real>(
    module: &(impl Module<T> + ?Sized),
    forward: impl Fn() -> Var<T>,
    options: LsuvOptions,
    generator: &mut Generator,
) -> Result<LsuvReport, LsuvError> {
    let pass = || observe(module, || no_grad(|| drop(forward()))).1;
    let layers = layers(module, pass());
    if layers.is_empty() {
        return Err(LsuvError::NoLayer);
    }
    if options.orthonormal {
        for layer in &layers {
            layer.weight.set(orthogonal(layer.weight.shape(), Gain::Linear, generator));
            layer.bias.iter().for_each(|bias| bias.set(zeros(bias.shape())));
        }
    }
    let mut report = LsuvReport { layers: Vec::with_capacity(layers.len()) };
    for Layer { name, kind, weight, .. } in layers {
        let measure = || {
            let found = pass().into_iter().find(|seen| seen.name == name);
            let variance = found.map_or(f64::NAN, |seen| variance(seen.output.value()));
            let scalable = variance > 0.0 && variance.is_finite();
            if scalable { Ok(variance) } else { Err(LsuvError::Variance { name: name.clone(), kind, variance }) }
        };
        let before = measure()?;
        let (mut after, mut scalings) = (before, 0);
        while (after - 1.0).abs() > options.tolerance && scalings < options.scalings {
            let factor = T::of(after.sqrt().recip());
            weight.update(|weight| weight.write(|weight| weight.iter_mut().for_each(|w| *w *= factor)));
            scalings += 1;
            after = measure()?;
        }
        report.layers.push(LsuvLayer { name, kind, before, after, scalings });
    }
    Ok(report)
}

/// A layer that takes part.
struct Layer<T: Real> {
    name: String,
    kind: &'static str,
    weight: Parameter<T>,
    bias: Option<Parameter<T>>,
}

/// Those of the layers seen that have a weight to scale, each once, in the order of the pass.
fn layers<T: Real>(module: &(impl Module<T> + ?Sized), seen: Vec<Observation<T>>) -> Vec<Layer<T>> {
    let parameters: HashMap<String, Parameter<T>> = module.named_parameters().into_iter().collect();
    let mut layers: Vec<Layer<T>> = Vec::new();
    for Observation { name, kind, .. } in seen {
        let field = |field: &str| {
            let full = if name.is_empty() { field.to_owned() } else { format!("{name}.{field}") };
            parameters.get(&full).filter(|parameter| parameter.is_trainable()).cloned()
        };
        let weight = field("weight").filter(|weight| weight.shape().rank() >= 2);
        if let Some(weight) = weight.filter(|_| layers.iter().all(|layer| layer.name != name)) {
            let bias = field("bias");
            layers.push(Layer { name, kind, weight, bias });
        }
    }
    layers
}

/// The variance of all elements, in double precision.
fn variance<T: Real>(x: &Tensor<T>) -> f64 {
    let x: Vec<f64> = x.to_vec().into_iter().map(Real::as_f64).collect();
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n
}

impl fmt::Display for LsuvReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["layer", "kind", "before", "after", "scalings"].map(str::to_owned);
        let row = |LsuvLayer { name, kind, before, after, scalings }: &LsuvLayer| {
            let [before, after] = [before, after].map(|variance| format!("{variance:.3e}"));
            [table::name(name), (*kind).to_owned(), before, after, scalings.to_string()]
        };
        let rows: Vec<_> = std::iter::once(head).chain(self.layers.iter().map(row)).collect();
        table::write(f, &rows, 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Conv2d, Flatten, Forward, Linear, Relu, Sequential, Tanh};

    fn net(generator: &mut Generator) -> Sequential<f64> {
        Sequential::new()
            .then(Conv2d::new(1, 4, [3, 3], generator))
            .then(Relu)
            .then(Flatten::default())
            .then(Linear::new(16, 8, generator))
            .then(Tanh)
            .then(Linear::new(8, 3, generator))
    }

    fn batch(generator: &mut Generator) -> Var<f64> {
        Var::constant(Tensor::normal([16, 1, 4, 4], 2.0, 5.0, generator))
    }

    #[test]
    fn every_layer_with_a_weight_gives_variance_1() {
        let generator = &mut Generator::seed(1);
        let (net, x) = (net(generator), batch(generator));
        let options = LsuvOptions { tolerance: 1e-6, ..LsuvOptions::default() };
        let report = lsuv(&net, || net.forward(&x), options, generator).unwrap();
        let names: Vec<(&str, &str)> = report.layers.iter().map(|layer| (layer.name.as_str(), layer.kind)).collect();
        assert_eq!(names, [("0", "Conv2d"), ("3", "Linear"), ("5", "Linear")]);
        let (_, seen) = observe(&net, || net.forward(&x));
        for layer in report.layers {
            let output = &seen.iter().find(|seen| seen.name == layer.name).unwrap().output;
            let found = variance(output.value());
            assert!((found - 1.0).abs() < 1e-6, "{}: {found}", layer.name);
            // Without a bias one scaling does it; a second can mend the rounding.
            assert!(layer.scalings <= 2, "{layer:?}");
            assert!((layer.before - 1.0).abs() > 0.1, "{layer:?}");
        }
        // The weight stays orthogonal, each row as long as the next.
        let weight = net.named_parameters()[2].1.value().to_vec();
        let lengths: Vec<f64> = weight.chunks(16).map(|row| row.iter().map(|w| w * w).sum()).collect();
        assert!(lengths.iter().all(|length| (length - lengths[0]).abs() < 1e-12 * lengths[0]));
    }

    #[test]
    fn without_the_orthonormal_beginning_weights_keep_their_directions() {
        let generator = &mut Generator::seed(2);
        let layer = Linear::<f64>::new(3, 2, generator).without_bias();
        let x = Var::constant(Tensor::normal([50, 3], 0.0, 1.0, generator));
        let before = layer.weight.value().to_vec();
        let options = LsuvOptions { orthonormal: false, tolerance: 1e-9, ..LsuvOptions::default() };
        let report = lsuv(&layer, || layer.forward(&x), options, generator).unwrap();
        let after = layer.weight.value().to_vec();
        let factor = after[0] / before[0];
        assert!(before.iter().zip(&after).all(|(before, after)| (after / before / factor - 1.0).abs() < 1e-12));
        assert!((factor - report.layers[0].before.sqrt().recip()).abs() < 1e-9);
        assert_eq!(report.layers[0].name, "");
    }

    #[test]
    fn frozen_layers_stay() {
        let generator = &mut Generator::seed(3);
        let (net, x) = (net(generator), batch(generator));
        let frozen = net.named_parameters()[2].1.clone();
        frozen.freeze();
        let before = frozen.value();
        let report = lsuv(&net, || net.forward(&x), LsuvOptions::default(), generator).unwrap();
        assert_eq!(frozen.value(), before);
        assert_eq!(report.layers.len(), 2);
    }

    #[test]
    fn a_constant_result_is_an_error_that_names_the_layer() {
        let generator = &mut Generator::seed(4);
        let net = Sequential::new().then(Linear::<f64>::new(2, 2, generator)).then(Linear::new(2, 2, generator));
        let x = Var::constant(Tensor::zeros([5, 2]));
        let error = lsuv(&net, || net.forward(&x), LsuvOptions::default(), generator).unwrap_err();
        assert_eq!(error.to_string(), "the result of layer \"0\" (Linear) has variance 0");
        let x = Var::constant(Tensor::full([5, 2], f64::INFINITY));
        assert!(lsuv(&net, || net.forward(&x), LsuvOptions::default(), generator).is_err());
    }

    #[test]
    fn nothing_to_scale_is_an_error() {
        let nothing = Sequential::<f64>::new().then(Relu);
        let x = Var::constant([1.0, 2.0]);
        let result = lsuv(&nothing, || nothing.forward(&x), LsuvOptions::default(), &mut Generator::seed(0));
        assert_eq!(result, Err(LsuvError::NoLayer));
    }

    #[test]
    fn the_report_is_a_table() {
        let layer = |name: &str, before, scalings| LsuvLayer {
            name: name.to_owned(),
            kind: "Linear",
            before,
            after: 1.0,
            scalings,
        };
        let report = LsuvReport { layers: vec![layer("encoder.0", 1234.5, 1), layer("", 0.98, 0)] };
        let expected = "\
layer      kind      before    after  scalings
encoder.0  Linear   1.234e3  1.000e0         1
(itself)   Linear  9.800e-1  1.000e0         0
";
        assert_eq!(report.to_string(), expected);
    }
}
