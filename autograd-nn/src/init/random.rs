//! Constants, and values of the uniform, the normal and the truncated normal distribution.

use autograd_core::{Generator, Real, Shape, Tensor};
use std::f64::consts::TAU;
use std::ops::RangeInclusive;

/// All elements `value`.
pub fn constant<T: Real>(shape: impl Into<Shape>, value: f64) -> Tensor<T> {
    Tensor::full(shape, T::of(value))
}

/// All elements 0.
pub fn zeros<T: Real>(shape: impl Into<Shape>) -> Tensor<T> {
    Tensor::zeros(shape)
}

/// All elements 1.
pub fn ones<T: Real>(shape: impl Into<Shape>) -> Tensor<T> {
    Tensor::ones(shape)
}

/// Each value within `[low, high)` equally likely.
///
/// # Panics
/// If a bound is not finite or `low > high`.
#[track_caller]
pub fn uniform<T: Real>(shape: impl Into<Shape>, low: f64, high: f64, generator: &mut Generator) -> Tensor<T> {
    Tensor::uniform(shape, low, high, generator)
}

/// The normal distribution.
///
/// # Panics
/// If the mean is not finite or the standard deviation is negative or not finite.
#[track_caller]
pub fn normal<T: Real>(shape: impl Into<Shape>, mean: f64, std: f64, generator: &mut Generator) -> Tensor<T> {
    Tensor::normal(shape, mean, std, generator)
}

/// The normal distribution without what lies outside of `within`: no value is far off.
///
/// The bounds are values, not multiples of the standard deviation, which is that of the whole normal distribution; what is left of it
/// spreads less. A bound may be infinite. Each value is accepted or drawn again (Robert 1995), so that the distribution is exact wherever
/// the bounds lie, far out in a tail too.
///
/// ```
/// use autograd_core::{Generator, Tensor};
/// use autograd_nn::init::truncated_normal;
/// let w: Tensor<f64> = truncated_normal([1000], 0.0, 1.0, -2.0..=2.0, &mut Generator::seed(1));
/// assert!(w.to_vec().iter().all(|w| w.abs() <= 2.0));
/// let variance = w.to_vec().iter().map(|w| w * w).sum::<f64>() / 1000.0;
/// assert!((variance - 0.774).abs() < 0.1); // of the whole distribution 1
/// ```
///
/// Source: Robert, "Simulation of Truncated Normal Variables" (1995).
///
/// # Panics
/// If the mean is not finite, the standard deviation not above 0 and finite, or the bounds hold no number.
#[track_caller]
#[doc(alias = "trunc_normal_")]
pub fn truncated_normal<T: Real>(
    shape: impl Into<Shape>,
    mean: f64,
    std: f64,
    within: RangeInclusive<f64>,
    generator: &mut Generator,
) -> Tensor<T> {
    let (low, high) = (*within.start(), *within.end());
    let normal = mean.is_finite() && std.is_finite() && std > 0.0;
    assert!(
        normal,
        "truncated_normal: mean {mean} and standard deviation {std} are not those of a normal distribution"
    );
    let some = low <= high && low < f64::INFINITY && high > f64::NEG_INFINITY;
    assert!(some, "truncated_normal: no number lies from {low} to {high}");
    let (from, to) = ((low - mean) / std, (high - mean) / std);
    // A tail on the left is that on the right, mirrored.
    let mirrored = to < 0.0;
    // Beyond this, the density falls off within less than the distance between two floats: all of it lies on the bound.
    const FARTHEST: f64 = 1e100;
    let near = if mirrored { -to } else { from };
    if near > FARTHEST {
        return Tensor::full(shape, T::of(if mirrored { high } else { low }));
    }
    let standard = if mirrored { Truncated::new(-to, -from) } else { Truncated::new(from, to) };
    Tensor::from_fn(shape, |_| {
        let z = standard.draw(generator);
        let x = mean + std * if mirrored { -z } else { z };
        // The last rounding could leave the bounds again.
        T::of(x.clamp(low, high))
    })
}

/// The standard normal distribution within two bounds, the upper one at least 0.
struct Truncated {
    low: f64,
    high: f64,
    proposal: Proposal,
}

/// Where a value is drawn from, to be accepted with a probability that makes up for the difference.
enum Proposal {
    Normal,
    Uniform,
    Exponential { rate: f64 },
}

impl Truncated {
    fn new(low: f64, high: f64) -> Self {
        let proposal = if low <= 0.0 {
            // Between bounds this far apart at least 49 in 100 normal values lie.
            if high - low > TAU.sqrt() { Proposal::Normal } else { Proposal::Uniform }
        } else {
            // Robert 1995, proposition 2.3 and the bound after it.
            let root = low.hypot(2.0);
            let rate = (low + root) / 2.0;
            let narrow = (0.5 + low * (low - root) / 4.0).exp() / rate;
            if high - low <= narrow { Proposal::Uniform } else { Proposal::Exponential { rate } }
        };
        Truncated { low, high, proposal }
    }

    fn draw(&self, generator: &mut Generator) -> f64 {
        loop {
            let (x, log_accept) = match self.proposal {
                Proposal::Normal => (generator.standard_normal(), 0.0),
                Proposal::Uniform => {
                    let x = self.low + (self.high - self.low) * generator.unit();
                    let peak = self.low.max(0.0);
                    (x, (peak - x) * (peak + x) / 2.0)
                }
                Proposal::Exponential { rate } => {
                    let x = self.low - (-generator.unit()).ln_1p() / rate;
                    (x, -(x - rate) * (x - rate) / 2.0)
                }
            };
            let inside = (self.low..=self.high).contains(&x);
            if inside && (log_accept == 0.0 || generator.unit() < log_accept.exp()) {
                return x;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::moments;
    use super::*;

    const INF: f64 = f64::INFINITY;

    /// Mean, deviation and bounds, then the mean and the variance of what is left, integrated numerically.
    const KNOWN: [(f64, f64, [f64; 2], f64, f64); 9] = [
        (0.0, 1.0, [-2.0, 2.0], 0.0, 0.7737413035498),
        (0.0, 1.0, [-0.5, 0.5], 0.0, 0.0805891546008),
        (0.0, 1.0, [3.0, INF], 3.2830986549122, 0.0705591867911),
        (0.0, 1.0, [3.0, 3.1], 3.0474631086507, 0.0008291974775),
        (0.0, 1.0, [-INF, -4.0], -4.2256071444654, 0.0466728384034),
        (1.0, 2.0, [0.0, 1.5], 0.7614988820718, 0.1839300837308),
        (0.0, 0.02, [-2.0, 2.0], 0.0, 0.0004),
        (0.0, 1.0, [-0.1, 3.0], 0.7289448099119, 0.3702309758035),
        (5.0, 3.0, [-INF, INF], 5.0, 9.0),
    ];

    #[test]
    fn truncated_values_keep_within_their_bounds_and_have_the_right_moments() {
        let n = 20_000;
        for (i, (mean, std, [low, high], expected, variance)) in KNOWN.into_iter().enumerate() {
            let x = truncated_normal([n], mean, std, low..=high, &mut Generator::seed(i as u64));
            assert!(x.to_vec().iter().all(|x| (low..=high).contains(x)), "{low} to {high}");
            let (found, spread, _) = moments(&x);
            // Five standard errors; that of the variance is at most √(8/n), for a distribution of kurtosis 9 as the exponential.
            assert!((found - expected).abs() < 5.0 * (variance / n as f64).sqrt(), "{low} to {high}: mean {found}");
            let error = (spread / variance - 1.0).abs();
            assert!(error < 5.0 * (8.0 / n as f64).sqrt(), "{low} to {high}: variance {spread}");
        }
    }

    #[test]
    fn single_points_far_tails_and_single_precision_are_within() {
        let generator = &mut Generator::seed(0);
        assert_eq!(truncated_normal::<f64>([2], 0.0, 1.0, 0.7..=0.7, generator).to_vec(), [0.7; 2]);
        let far = truncated_normal::<f64>([100], 0.0, 1.0, 50.0..=INF, generator).to_vec();
        assert!(far.iter().all(|x| (50.0..50.5).contains(x)));
        // So far out that the distance, in deviations, is no number any more.
        assert_eq!(truncated_normal::<f64>([2], 0.0, 1e-10, 1e300..=INF, generator).to_vec(), [1e300; 2]);
        assert_eq!(truncated_normal::<f64>([1], 0.0, 0.5, -1e308..=-9e307, generator).to_vec(), [-9e307]);
        let narrow = truncated_normal::<f32>([1000], 0.0, 1.0, -0.1..=0.1, generator).to_vec();
        assert!(narrow.iter().all(|x| x.abs() <= 0.1f32));
    }

    #[test]
    fn constants_are_what_they_say() {
        assert_eq!(constant::<f32>([2], 0.5).to_vec(), [0.5; 2]);
        assert_eq!((zeros::<f64>([2]).to_vec(), ones::<f64>([2]).to_vec()), (vec![0.0; 2], vec![1.0; 2]));
    }

    #[test]
    #[should_panic(expected = "truncated_normal: no number lies from 2 to -2")]
    fn bounds_the_wrong_way_round_are_refused() {
        truncated_normal::<f32>([1], 0.0, 1.0, 2.0..=-2.0, &mut Generator::seed(0));
    }

    #[test]
    #[should_panic(
        expected = "truncated_normal: mean 0 and standard deviation 0 are not those of a normal distribution"
    )]
    fn no_deviation_is_refused() {
        truncated_normal::<f32>([1], 0.0, 0.0, -2.0..=2.0, &mut Generator::seed(0));
    }
}
