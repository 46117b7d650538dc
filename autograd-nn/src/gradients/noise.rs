//! `GradientNoise`: normal noise on gradients that fades as training goes on.

use autograd_core::{Generator, Gradients, Real};

/// Normal noise on gradients, of a variance that fades as training goes on: `σ² = η / (1 + t)^γ` at step `t`.
///
/// It helps very deep networks out of bad first values and flat regions.
///
/// ```
/// use autograd_core::{Generator, Var};
/// use autograd_nn::GradientNoise;
/// let noise = GradientNoise::new(0.3);
/// assert_eq!(noise.variance(0), 0.3);
/// let x = Var::leaf([1.0, 2.0]);
/// let mut gradients = x.sum().backward();
/// noise.add(&mut gradients, 0, &mut Generator::seed(1));
/// let noisy = gradients.get(&x).unwrap().to_vec();
/// assert!(noisy.iter().all(|g: &f64| *g != 1.0 && (g - 1.0).abs() < 4.0 * 0.3f64.sqrt()));
/// ```
///
/// Source: Neelakantan et al., "Adding Gradient Noise Improves Learning for Very Deep Networks" (2015), equation 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientNoise {
    /// The variance at step 0; the paper takes 0.01, 0.3 or 1.
    pub eta: f64,
    /// How fast it fades.
    pub gamma: f64,
}

impl GradientNoise {
    /// Noise that begins with the variance `eta`, and fades with the power 0.55 of the paper.
    ///
    /// # Panics
    /// If `eta` is negative or not finite.
    #[track_caller]
    pub fn new(eta: f64) -> Self {
        assert!(eta >= 0.0 && eta.is_finite(), "GradientNoise: eta is {eta}, it must be at least 0 and finite");
        GradientNoise { eta, gamma: 0.55 }
    }

    /// Noise that fades with another power; with 0 it does not.
    ///
    /// # Panics
    /// If `gamma` is negative or NaN.
    #[must_use]
    #[track_caller]
    pub fn gamma(self, gamma: f64) -> Self {
        assert!(gamma >= 0.0, "GradientNoise: gamma is {gamma}, it must be at least 0");
        GradientNoise { gamma, ..self }
    }

    /// The variance at a step; the first is 0.
    pub fn variance(&self, step: u64) -> f64 {
        self.eta / (1.0 + step as f64).powf(self.gamma)
    }

    /// Adds noise to all gradients, in the order in which the pass reached the leaves.
    pub fn add<T: Real>(&self, gradients: &mut Gradients<T>, step: u64, generator: &mut Generator) {
        let deviation = self.variance(step).sqrt();
        for gradient in gradients.iter_mut() {
            gradient.write(|elements| {
                elements.iter_mut().for_each(|g| *g += T::of(deviation * generator.standard_normal()));
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::with_gradients;
    use super::*;

    #[test]
    fn noise_has_mean_0_and_the_variance_of_its_step() {
        let n = 10_000;
        for (step, expected) in [(0, 0.3), (99, 0.3 / 100f64.powf(0.55))] {
            let ([x], mut gradients) = with_gradients([&vec![2.0; n]]);
            GradientNoise::new(0.3).add(&mut gradients, step, &mut Generator::seed(5));
            let noise: Vec<f64> = x.gradient(&gradients).unwrap().to_vec().iter().map(|g| g - 2.0).collect();
            let mean = noise.iter().sum::<f64>() / n as f64;
            let variance = noise.iter().map(|g| g * g).sum::<f64>() / n as f64;
            // Five standard errors.
            assert!(mean.abs() < 5.0 * (expected / n as f64).sqrt(), "step {step}: {mean}");
            assert!((variance / expected - 1.0).abs() < 5.0 * (2.0 / n as f64).sqrt(), "step {step}: {variance}");
        }
    }

    #[test]
    fn it_fades_as_it_is_told() {
        assert_eq!(GradientNoise::new(1.0).gamma(0.0).variance(1000), 1.0);
        assert_eq!(GradientNoise::new(1.0).gamma(2.0).variance(3), 1.0 / 16.0);
    }

    #[test]
    #[should_panic(expected = "GradientNoise: eta is -1, it must be at least 0 and finite")]
    fn a_negative_variance_is_refused() {
        let _ = GradientNoise::new(-1.0);
    }
}
