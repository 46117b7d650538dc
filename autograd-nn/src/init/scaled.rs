//! Xavier and He: random values by which a layer keeps the variance of the signal.

use super::{Fan, Fans, Gain, normal, uniform};
use autograd_core::{Generator, Real, Shape, Tensor};

/// Uniform within `±gain √(6 / (fan in + fan out))`: keeps the variance both ways (Glorot and Bengio 2010, equation 16).
///
/// ```
/// use autograd_core::{Generator, Tensor};
/// use autograd_nn::init::{Gain, xavier_uniform};
/// let w: Tensor<f64> = xavier_uniform([20, 30], Gain::Linear, &mut Generator::seed(1));
/// let bound = (6.0f64 / 50.0).sqrt();
/// assert!(w.to_vec().iter().all(|w| w.abs() <= bound));
/// ```
///
/// # Panics
/// If the shape has fewer than two axes.
#[track_caller]
#[doc(alias = "glorot_uniform")]
pub fn xavier_uniform<T: Real>(shape: impl Into<Shape>, gain: Gain, generator: &mut Generator) -> Tensor<T> {
    let shape = shape.into();
    let bound = 3f64.sqrt() * xavier_std(&shape, gain);
    uniform(shape, -bound, bound, generator)
}

/// Normal with standard deviation `gain √(2 / (fan in + fan out))`: keeps the variance both ways (Glorot and Bengio 2010, equation 12).
///
/// # Panics
/// If the shape has fewer than two axes.
#[track_caller]
#[doc(alias = "glorot_normal")]
pub fn xavier_normal<T: Real>(shape: impl Into<Shape>, gain: Gain, generator: &mut Generator) -> Tensor<T> {
    let shape = shape.into();
    let std = xavier_std(&shape, gain);
    normal(shape, 0.0, std, generator)
}

/// Uniform within `±gain √(3 / fan)`: keeps the variance one way (He et al. 2015, equation 10).
///
/// # Panics
/// If the shape has fewer than two axes.
#[track_caller]
#[doc(alias = "kaiming_uniform")]
pub fn he_uniform<T: Real>(shape: impl Into<Shape>, fan: Fan, gain: Gain, generator: &mut Generator) -> Tensor<T> {
    let shape = shape.into();
    let bound = 3f64.sqrt() * he_std(&shape, fan, gain);
    uniform(shape, -bound, bound, generator)
}

/// Normal with standard deviation `gain / √fan`: keeps the variance one way (He et al. 2015, equation 10).
///
/// ```
/// use autograd_core::{Generator, Tensor};
/// use autograd_nn::init::{Fan, Gain, he_normal};
/// let w: Tensor<f64> = he_normal([200, 50], Fan::In, Gain::Relu, &mut Generator::seed(1));
/// let variance = w.to_vec().iter().map(|w| w * w).sum::<f64>() / w.numel() as f64;
/// assert!((variance - 2.0 / 50.0).abs() < 0.002);
/// ```
///
/// # Panics
/// If the shape has fewer than two axes.
#[track_caller]
#[doc(alias = "kaiming_normal")]
pub fn he_normal<T: Real>(shape: impl Into<Shape>, fan: Fan, gain: Gain, generator: &mut Generator) -> Tensor<T> {
    let shape = shape.into();
    let std = he_std(&shape, fan, gain);
    normal(shape, 0.0, std, generator)
}

/// Uniform within `±1 / √inputs`: what PyTorch gives weights and biases of linear layers and convolutions. Zeros if there are no inputs.
pub fn fan_in_uniform<T: Real>(shape: impl Into<Shape>, inputs: usize, generator: &mut Generator) -> Tensor<T> {
    let bound = reciprocal(inputs as f64).sqrt();
    uniform(shape, -bound, bound, generator)
}

#[track_caller]
fn xavier_std(shape: &Shape, gain: Gain) -> f64 {
    let fans = Fans::of(shape);
    gain.factor() * (2.0 * reciprocal(fans.inputs as f64 + fans.outputs as f64)).sqrt()
}

#[track_caller]
fn he_std(shape: &Shape, fan: Fan, gain: Gain) -> f64 {
    let fans = Fans::of(shape);
    let fan = match fan {
        Fan::In => fans.inputs,
        Fan::Out => fans.outputs,
    };
    gain.factor() * reciprocal(fan as f64).sqrt()
}

/// `1/x`, or 0 for 0: a layer without inputs has no weights to spread.
fn reciprocal(x: f64) -> f64 {
    if x > 0.0 { x.recip() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::moments;
    use super::*;

    #[test]
    fn each_scheme_has_the_variance_of_its_formula() {
        let (shape, generator) = ([40, 30, 3, 3], &mut Generator::seed(3));
        let (inputs, outputs) = (270.0f64, 360.0);
        let gain = 25.0 / 9.0;
        let schemes = [
            (xavier_uniform(shape, Gain::Tanh, generator), gain * 2.0 / (inputs + outputs)),
            (xavier_normal(shape, Gain::Tanh, generator), gain * 2.0 / (inputs + outputs)),
            (he_uniform(shape, Fan::In, Gain::Relu, generator), 2.0 / inputs),
            (he_uniform(shape, Fan::Out, Gain::Relu, generator), 2.0 / outputs),
            (he_normal(shape, Fan::In, Gain::LeakyRelu(1.0), generator), 1.0 / inputs),
            (he_normal(shape, Fan::Out, Gain::Selu, generator), 0.5625 / outputs),
            (fan_in_uniform(shape, 270, generator), 1.0 / (3.0 * inputs)),
        ];
        for (i, (x, expected)) in schemes.into_iter().enumerate() {
            let (mean, variance, _) = moments(&x);
            assert!(mean.abs() < 4.0 * (expected / 10_800.0).sqrt(), "scheme {i}: mean {mean}");
            assert!((variance / expected - 1.0).abs() < 0.06, "scheme {i}: variance {variance}, not {expected}");
        }
    }

    #[test]
    fn uniform_schemes_keep_within_their_bounds_and_fill_them() {
        let generator = &mut Generator::seed(4);
        let (_, _, largest) = moments(&he_uniform([100, 100], Fan::In, Gain::Factor(2.0), generator));
        let bound = 2.0 * (3.0f64 / 100.0).sqrt();
        assert!(largest <= bound && largest > 0.99 * bound);
    }

    #[test]
    fn a_layer_without_inputs_begins_at_zero() {
        assert_eq!(fan_in_uniform::<f32>([3], 0, &mut Generator::seed(0)).to_vec(), [0.0; 3]);
        assert_eq!(he_normal::<f32>([3, 0], Fan::In, Gain::Relu, &mut Generator::seed(0)).numel(), 0);
    }
}
