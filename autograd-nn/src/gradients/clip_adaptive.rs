//! `clip_grad_adaptive`: the gradient of each unit bounded by the size of its weights.

use super::error::{ClipError, check};
use super::norm::sum;
use super::scope::distinct;
use crate::Parameter;
use autograd_core::{Gradients, Real, Tensor};

/// What the norm of a unit's weights counts at least, so that weights of 0 can begin to move.
const LEAST: f64 = 1e-3;

/// Scales the gradient of each unit so that its norm is at most `factor` times that of the unit's weights; returns the number of units whose
/// gradient was scaled.
///
/// `g ← g · min(1, factor · max(‖w‖, 10⁻³) / ‖g‖)` for each row of a matrix and each kernel, `[out, in, ..]`; vectors, as biases, are one unit
/// each. A step then changes no unit by more than a fraction of itself, which lets networks without normalisation train in large batches.
/// The paper takes 0.01, and leaves out the last layer.
///
/// # Errors
/// If the norm of a gradient is not finite or `factor` is negative or NaN; the gradients are unchanged then.
///
/// # Example
/// ```
/// use autograd_nn::{Parameter, clip_grad_adaptive};
/// // Two units with weights of norms 5 and 2.
/// let w = Parameter::new([[3.0, 4.0], [0.0, 2.0]]);
/// let mut gradients = (w.var() * 0.25).sum().backward();
/// let clipped = clip_grad_adaptive(&mut gradients, &[w.clone()], 0.1)?;
/// assert_eq!(clipped, 1); // the norm 0.354 is below 0.5, but above 0.2
/// let left = w.gradient(&gradients).unwrap().to_vec();
/// assert_eq!(left[..2], [0.25, 0.25]);
/// assert!(left[2..].iter().all(|g: &f64| (g - 0.2 / 2f64.sqrt()).abs() < 1e-15));
/// # Ok::<(), autograd_nn::ClipError>(())
/// ```
///
/// Source: Brock, De, Smith and Simonyan, "High-Performance Large-Scale Image Recognition Without Normalization" (2021), equation 3.
pub fn clip_grad_adaptive<T: Real>(
    gradients: &mut Gradients<T>,
    parameters: &[Parameter<T>],
    factor: f64,
) -> Result<usize, ClipError> {
    check(factor)?;
    let parameters = distinct(parameters);
    // All factors first: an error changes nothing.
    let mut factors: Vec<Vec<f64>> = Vec::with_capacity(parameters.len());
    for parameter in &parameters {
        let Some(gradient) = parameter.gradient(gradients) else {
            factors.push(Vec::new());
            continue;
        };
        let [weights, norms] = [&parameter.value(), gradient].map(unit_norms);
        if let Some(&norm) = norms.iter().find(|norm| !norm.is_finite()) {
            return Err(ClipError::NonFinite { norm });
        }
        factors.push(weights.iter().zip(norms).map(|(weight, norm)| factor * weight.max(LEAST) / norm).collect());
    }
    let mut clipped = 0;
    for (parameter, factors) in parameters.into_iter().zip(factors) {
        // That of a gradient of 0 is infinite, or NaN.
        let below = factors.iter().filter(|factor| **factor < 1.0).count();
        clipped += below;
        if let Some(gradient) = parameter.gradient_mut(gradients).filter(|_| below > 0) {
            let size = unit_size(gradient.shape());
            gradient.write(|elements| {
                for (unit, factor) in elements.chunks_mut(size).zip(factors).filter(|(_, factor)| *factor < 1.0) {
                    unit.iter_mut().for_each(|g| *g *= T::of(factor));
                }
            });
        }
    }
    Ok(clipped)
}

/// The norm of each unit.
fn unit_norms<T: Real>(x: &Tensor<T>) -> Vec<f64> {
    let x = x.contiguous();
    let units = x.as_slice().expect("contiguous").chunks(unit_size(x.shape()));
    units.map(|unit| sum(unit, |x| x * x).sqrt()).collect()
}

/// The number of weights of one unit; at least 1.
fn unit_size(shape: &[usize]) -> usize {
    match shape {
        [_, rest @ ..] if !rest.is_empty() => rest.iter().product::<usize>().max(1),
        _ => shape.iter().product::<usize>().max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::with_gradients;
    use super::*;
    use autograd_core::Var;

    #[test]
    fn kernels_are_units_and_vectors_are_one() {
        let kernel = Parameter::<f64>::new(Tensor::ones([2, 1, 2, 2]));
        let bias = Parameter::new([3.0, 4.0]);
        let gradient = Tensor::from_fn([2, 1, 2, 2], |i| if i < 4 { 0.01 } else { 1.0 });
        let loss = (kernel.var() * Var::constant(gradient)).sum() + bias.var().sum();
        let mut gradients = loss.backward();
        assert_eq!(clip_grad_adaptive(&mut gradients, &[kernel.clone(), bias.clone()], 0.1), Ok(2));
        // Kernels of norm 2: gradients of norm 0.02 and 2, of which 0.2 is left. The bias of norm 5 may have 0.5.
        let left = kernel.gradient(&gradients).unwrap().to_vec();
        assert_eq!(left[..4], [0.01; 4]);
        assert!(left[4..].iter().all(|g| (g - 0.1).abs() < 1e-15), "{left:?}");
        let left = bias.gradient(&gradients).unwrap().to_vec();
        assert!(left.iter().all(|g| (g - 0.5 / 2f64.sqrt()).abs() < 1e-15), "{left:?}");
    }

    #[test]
    fn weights_of_0_may_move_a_little_and_gradients_of_0_stay() {
        let ([a, b], mut gradients) = with_gradients([&[3.0, 4.0], &[0.0]]);
        assert_eq!(clip_grad_adaptive(&mut gradients, &[a.clone(), b.clone(), a.clone()], 0.5), Ok(1));
        let norm = crate::grad_norm_of(&gradients, &[a], 2.0);
        assert!((norm - 0.5e-3).abs() < 1e-18, "{norm}");
        assert_eq!(b.gradient(&gradients).unwrap().item(), 0.0);
        let unreached = Parameter::new([1.0]);
        assert_eq!(clip_grad_adaptive(&mut gradients, &[unreached], 0.0), Ok(0));
    }

    #[test]
    fn errors_change_nothing() {
        let ([a, b], mut gradients) = with_gradients([&[3.0], &[f64::NAN]]);
        let error = clip_grad_adaptive(&mut gradients, &[a.clone(), b], 0.01).unwrap_err();
        assert!(error.to_string().starts_with("the norm of the gradients is NaN; GradientReport names"), "{error}");
        assert_eq!(a.gradient(&gradients).unwrap().item(), 3.0);
        assert_eq!(clip_grad_adaptive(&mut gradients, &[a], -1.0), Err(ClipError::Bound { bound: -1.0 }));
    }
}
