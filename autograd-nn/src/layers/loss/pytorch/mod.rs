//! Values and gradients that PyTorch 2.15 gives in double precision, for each option of each loss.
//!
//! Those of focal loss are computed by the formula of torchvision's `sigmoid_focal_loss`.

mod classes;
mod decisions;
mod regression;

use autograd_core::Var;

fn scores() -> Var<f64> {
    Var::leaf([[0.5, -1.2, 2.0], [-0.3, 0.8, -1.7]])
}

fn probabilities() -> Var<f64> {
    Var::leaf([[0.6, 0.2, 0.9], [0.4, 0.7, 0.15]])
}

fn target() -> Var<f64> {
    Var::constant([[0.1, 0.9, 0.4], [0.7, 0.2, 0.3]])
}

fn other() -> Var<f64> {
    Var::constant([[0.4, -0.9, 1.1], [1.5, -0.6, -2.2]])
}

/// Compares a loss, and the gradient of its sum, with numbers of 13 decimals.
#[track_caller]
fn agree(x: &Var<f64>, loss: Var<f64>, value: &[f64], gradient: &[f64]) {
    let found = (loss.to_vec(), loss.sum().backward().get(x).expect("a gradient").to_vec());
    for (found, expected) in [(found.0, value), (found.1, gradient)] {
        let near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12);
        assert!(near && found.len() == expected.len(), "{found:?}, not {expected:?}");
    }
}
