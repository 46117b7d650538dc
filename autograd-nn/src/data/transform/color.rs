//! `ColorJitter`: brightness and contrast changed by chance.

use super::{Transform, sizes};
use autograd_core::{Generator, Real, Tensor};

/// Brightness and then contrast, each changed by a random factor; pixels from 0 to 1 stay within 0 to 1.
///
/// `y = clamp(b x)` with `b` from `[1 - brightness, 1 + brightness]`, then `z = clamp(m + k (y - m))` with `k` likewise and `m` the mean grey
/// of the image: for three channels, `0.299 r + 0.587 g + 0.114 b` (ITU-R BT.601).
///
/// # Shape
/// `[.., c, h, w] -> [.., c, h, w]`
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor};
/// use autograd_nn::data::{ColorJitter, Transform};
/// let image = Tensor::from([[[0.25f64, 0.75]]]);
/// let brighter = ColorJitter::default().brightness(0.2).apply(&image, &mut Generator::seed(1)).to_vec();
/// assert!((0.2..0.3).contains(&brighter[0]) && (brighter[1] - 3.0 * brighter[0]).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ColorJitter {
    brightness: f64,
    contrast: f64,
}

impl ColorJitter {
    /// How far the factor of the brightness is from 1 at most.
    ///
    /// # Panics
    /// If it is not from 0 to 1.
    #[must_use]
    #[track_caller]
    pub fn brightness(self, brightness: f64) -> Self {
        check("brightness", brightness);
        ColorJitter { brightness, ..self }
    }

    /// How far the factor of the contrast is from 1 at most.
    ///
    /// # Panics
    /// If it is not from 0 to 1.
    #[must_use]
    #[track_caller]
    pub fn contrast(self, contrast: f64) -> Self {
        check("contrast", contrast);
        ColorJitter { contrast, ..self }
    }
}

#[track_caller]
fn check(what: &str, amount: f64) {
    assert!((0.0..=1.0).contains(&amount), "color jitter: the {what} changes by {amount}, it must be from 0 to 1");
}

impl<T: Real> Transform<T> for ColorJitter {
    #[track_caller]
    fn apply(&self, x: &Tensor<T>, generator: &mut Generator) -> Tensor<T> {
        let [channels, h, w] = sizes("color jitter", x);
        // Both are drawn in any case, so that the one does not depend on the other.
        let mut factor = |amount: f64| 1.0 + amount * (2.0 * generator.unit() - 1.0);
        let (b, k) = (factor(self.brightness), factor(self.contrast));
        let mut y = x.contiguous();
        y.write(|pixels| {
            if self.brightness > 0.0 {
                pixels.iter_mut().for_each(|pixel| *pixel = clamped(T::of(b) * *pixel));
            }
            if self.contrast > 0.0 {
                for image in pixels.chunks_mut((channels * h * w).max(1)) {
                    let mean = T::of(grey(image, channels));
                    image.iter_mut().for_each(|pixel| *pixel = clamped(mean + T::of(k) * (*pixel - mean)));
                }
            }
        });
        y
    }
}

fn clamped<T: Real>(pixel: T) -> T {
    pixel.max(T::zero()).min(T::one())
}

/// The mean grey of an image.
fn grey<T: Real>(image: &[T], channels: usize) -> f64 {
    let plane = image.len() / channels;
    let mean = |plane: &[T]| plane.iter().map(|x| x.as_f64()).sum::<f64>() / plane.len() as f64;
    let means = image.chunks(plane).map(mean);
    match channels {
        3 => means.zip([0.299, 0.587, 0.114]).map(|(mean, share)| mean * share).sum(),
        _ => means.sum::<f64>() / channels as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_moves_pixels_away_from_the_mean_grey_of_their_own_image() {
        let x = Tensor::from([[[[0.1]], [[0.5]], [[0.6]]], [[[0.2]], [[0.4]], [[0.3]]]]);
        let y = ColorJitter::default().contrast(0.5).apply(&x, &mut Generator::seed(4));
        let mut factors: Vec<f64> = Vec::new();
        for image in 0..2 {
            let (x, y) = (x.slice((image,)).to_vec(), y.slice((image,)).to_vec());
            let mean = 0.299 * x[0] + 0.587 * x[1] + 0.114 * x[2];
            factors.extend(x.iter().zip(&y).map(|(x, y)| (y - mean) / (x - mean)));
        }
        assert!((0.5..1.5).contains(&factors[0]) && factors[0] != 1.0);
        assert!(factors.iter().all(|factor| (factor - factors[0]).abs() < 1e-9), "{factors:?}");
    }

    #[test]
    fn without_amounts_nothing_changes_and_results_stay_within_bounds() {
        let x = Tensor::from([[[-0.5, 0.0, 1.0, 1.5]]]);
        assert_eq!(ColorJitter::default().apply(&x, &mut Generator::seed(1)), x);
        let strong = ColorJitter::default().brightness(1.0).contrast(1.0);
        for seed in 0..50 {
            let y = strong.apply(&x, &mut Generator::seed(seed)).to_vec();
            assert!(y.iter().all(|y| (0.0..=1.0).contains(y)));
        }
    }

    #[test]
    #[should_panic(expected = "color jitter: the contrast changes by -0.1, it must be from 0 to 1")]
    fn a_negative_amount_is_refused() {
        let _ = ColorJitter::default().contrast(-0.1);
    }
}
