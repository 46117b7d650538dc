//! `Reference`: what PyTorch gave, and the formulas by which parameters, operands, masks and cotangents follow.

use autograd_core::{Tensor, Var};
use autograd_nn::Module;
use serde_json::Value;

/// The results and gradients of `reference.json`.
pub struct Reference(Value);

/// `sin(frequency · i + phase)`.
fn wave(shape: &[usize], frequency: f64, phase: f64) -> Tensor<f64> {
    Tensor::from_fn(shape, |i| (frequency * i as f64 + phase).sin())
}

/// Some are hidden, and in no row all.
pub fn hidden(shape: &[usize]) -> Tensor<bool> {
    Tensor::from_fn(shape, |i| i * 5 % 7 < 2)
}

/// The last key of each sequence but the first.
pub fn padding(n: usize, s: usize) -> Tensor<bool> {
    Tensor::from_fn([n, s], |i| i >= s && i % s == s - 1)
}

/// Minus infinity where `hidden`.
pub fn bias(shape: &[usize]) -> Tensor<f64> {
    wave(shape, 1.3, 0.2).zip(&hidden(shape), |x, hidden| if hidden { f64::NEG_INFINITY } else { x })
}

/// Fails unless both are as many and alike to 1e-9.
pub fn close(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let off = (found - expected).abs();
        assert!(off <= 1e-9 * (1.0 + expected.abs()), "{what}, element {i}: {found}, not {expected}");
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    let numbers = value.as_array().expect("a list");
    numbers.iter().map(|x| x.as_f64().expect("a number")).collect()
}

impl Reference {
    pub fn load() -> Self {
        Reference(serde_json::from_str(include_str!("reference.json")).expect("json"))
    }

    /// Compares a module, with the parameters and operands of the formulas, with the case of this name.
    pub fn check<M: Module<f64>>(
        &self,
        name: &str,
        module: &M,
        shapes: &[&[usize]],
        call: impl Fn(&M, &[Var<f64>]) -> Vec<Var<f64>>,
    ) {
        let case = &self.0["cases"][name];
        let parameters = module.named_parameters();
        for (j, (_, parameter)) in parameters.iter().enumerate() {
            parameter.set(wave(&parameter.shape(), 0.9, 0.3 + 2.1 * j as f64).map(|x| 0.5 * x));
        }
        let operands: Vec<Var<f64>> = (0u8..)
            .map(f64::from)
            .zip(shapes)
            .map(|(k, shape)| Var::leaf(wave(shape, 0.7 + 0.4 * k, 1.0 + k)))
            .collect();
        let results = call(module, &operands);
        let expected = case["results"].as_array().unwrap_or_else(|| panic!("there is no case {name:?}"));
        assert_eq!(results.len(), expected.len(), "{name}: results");
        for (y, expected) in results.iter().zip(expected) {
            close(&format!("{name}: result"), &y.to_vec(), &numbers(expected));
        }

        let weigh = |(k, y): (usize, &Var<f64>)| (y * Var::constant(wave(y.shape(), 0.6, 0.5 + k as f64))).sum();
        let loss = results.iter().enumerate().map(weigh).reduce(|a, b| a + b).expect("a result");
        let gradients = loss.backward();
        for (k, x) in operands.iter().enumerate() {
            let dx = gradients.get(x).expect("a gradient").to_vec();
            close(&format!("{name}: gradient of operand {k}"), &dx, &numbers(&case["operands"][k]));
        }
        let expected = case["parameters"].as_object().expect("gradients by name");
        assert_eq!(parameters.len(), expected.len(), "{name}: parameters");
        for (key, parameter) in &parameters {
            let dw = parameter.gradient(&gradients).expect("a gradient").to_vec();
            close(&format!("{name}: gradient of {key}"), &dw, &numbers(&expected[key]));
        }
    }
}
