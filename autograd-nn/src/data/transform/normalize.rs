//! `Normalize`: each channel with mean 0 and variance 1, and the `statistics` that this takes.

use super::{Transform, sizes};
use crate::data::{DataError, Dataset};
use crate::refuse::require;
use autograd_core::{Generator, Real, Tensor};

/// Each channel less its mean, by its standard deviation: `y[c] = (x[c] - mean[c]) / std[c]`.
///
/// # Shape
/// `[.., c, h, w] -> [.., c, h, w]`; one mean and one deviation stand for all channels
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor};
/// use autograd_nn::data::{Normalize, Transform};
/// let image = Tensor::from([[[0.0, 1.0]], [[1.0, 2.0]]]);
/// let y = Normalize::new([0.5, 1.0], [0.5, 2.0]).apply(&image, &mut Generator::seed(0));
/// assert_eq!(y, [[[-1.0, 1.0]], [[0.0, 0.5]]].into());
/// ```
#[derive(Clone, Debug)]
pub struct Normalize {
    mean: Vec<f64>,
    std: Vec<f64>,
}

impl Normalize {
    /// The mean and the standard deviation of each channel.
    ///
    /// # Panics
    /// If there are not as many of the one as of the other, or a number is not finite, or a deviation not above 0.
    #[track_caller]
    pub fn new(mean: impl Into<Vec<f64>>, std: impl Into<Vec<f64>>) -> Self {
        let (mean, std) = (mean.into(), std.into());
        assert!(
            mean.len() == std.len() && !mean.is_empty(),
            "normalize: {} means and {} standard deviations, there must be one of each for each channel",
            mean.len(),
            std.len()
        );
        let fit = |(mean, std): (&f64, &f64)| mean.is_finite() && std.is_finite() && *std > 0.0;
        assert!(
            mean.iter().zip(&std).all(fit),
            "normalize: the means {mean:?} and standard deviations {std:?} must be finite, deviations above 0"
        );
        Normalize { mean, std }
    }
}

/// # Panics
/// If a channel does not vary, so that its deviation is 0.
impl From<Statistics> for Normalize {
    #[track_caller]
    fn from(statistics: Statistics) -> Self {
        Normalize::new(statistics.mean, statistics.std)
    }
}

impl<T: Real> Transform<T> for Normalize {
    #[track_caller]
    fn apply(&self, x: &Tensor<T>, _: &mut Generator) -> Tensor<T> {
        let [channels, h, w] = sizes("normalize", x);
        let known = self.mean.len();
        require!(known == 1 || known == channels, "normalize: {channels} channels, but {known} means");
        let mut y = x.contiguous();
        let plane = h * w;
        y.write(|pixels| {
            for (i, plane) in pixels.chunks_mut(plane.max(1)).enumerate() {
                let channel = i % channels % known;
                let (mean, std) = (T::of(self.mean[channel]), T::of(self.std[channel]));
                plane.iter_mut().for_each(|pixel| *pixel = (*pixel - mean) / std);
            }
        });
        y
    }
}

/// Mean and standard deviation of each channel: the result of [`statistics`].
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// The mean of each channel.
    pub mean: Vec<f64>,
    /// The standard deviation of each channel, of all pixels (divided by their number).
    pub std: Vec<f64>,
}

/// Mean and standard deviation of each channel over all images `[c, h, w]` of a data set, in double precision.
///
/// Image by image, by the rule for the variance of two parts together (Chan, Golub, LeVeque 1979): nothing cancels, and only one image is in
/// memory at a time.
///
/// # Errors
/// If an item cannot be read, or there is none, or channels differ in number.
///
/// # Example
/// ```
/// use autograd_core::Tensor;
/// use autograd_nn::data::{Items, Normalize, statistics};
/// let images = Items(vec![(Tensor::from([[[1.0f64, 3.0]]]), 0i64), (Tensor::from([[[5.0, 7.0]]]), 1)]);
/// let statistics = statistics(&images)?;
/// assert_eq!((statistics.mean[0], statistics.std[0]), (4.0, 5f64.sqrt()));
/// let normalize = Normalize::from(statistics);
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
pub fn statistics<T: Real, Y>(data: &impl Dataset<Item = (Tensor<T>, Y)>) -> Result<Statistics, DataError> {
    let fails = |what: String| Err(DataError::new("statistics", what, "pass images [c, h, w] of the same channels"));
    // Count, mean and sum of squared deviations of each channel so far.
    let mut so_far: Vec<[f64; 3]> = Vec::new();
    for i in 0..data.len() {
        let (x, _) = data.get(i)?;
        let &[c, h, w] = &x.shape()[..] else { return fails(format!("item {i} has shape {}", x.shape())) };
        if i == 0 {
            so_far = vec![[0.0; 3]; c];
        }
        if so_far.len() != c {
            return fails(format!("item {i} has {c} channels, item 0 has {}", so_far.len()));
        }
        let pixels = x.to_vec();
        for (channel, so_far) in so_far.iter_mut().enumerate() {
            let plane = &pixels[channel * h * w..(channel + 1) * h * w];
            *so_far = together(*so_far, moments(plane));
        }
    }
    if so_far.is_empty() || so_far[0][0] == 0.0 {
        return fails("there is no pixel".to_owned());
    }
    let mean = so_far.iter().map(|[_, mean, _]| *mean).collect();
    let std = so_far.iter().map(|[count, _, squares]| (squares / count).sqrt()).collect();
    Ok(Statistics { mean, std })
}

/// Count, mean and sum of squared deviations.
fn moments<T: Real>(values: &[T]) -> [f64; 3] {
    let count = values.len() as f64;
    let mean = values.iter().map(|x| x.as_f64()).sum::<f64>() / count.max(1.0);
    [count, mean, values.iter().map(|x| (x.as_f64() - mean).powi(2)).sum()]
}

/// The moments of two parts together.
fn together([n, a, s]: [f64; 3], [m, b, t]: [f64; 3]) -> [f64; 3] {
    let (count, apart) = (n + m, b - a);
    let share = if count > 0.0 { m / count } else { 0.0 };
    [count, a + apart * share, s + t + apart * apart * n * share]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Items, TensorDataset};

    #[test]
    fn statistics_are_those_of_all_pixels_and_normalising_by_them_gives_0_and_1() {
        // Far from 0, where a sum of squares would cancel.
        let x = Tensor::<f64>::normal([7, 2, 3, 5], 1e6, 2.0, &mut Generator::seed(1));
        let data = TensorDataset::new(x.clone(), Tensor::indices(7));
        let found = statistics(&data).unwrap();
        for channel in 0..2 {
            let pixels = x.slice((.., channel)).to_vec();
            let mean = pixels.iter().sum::<f64>() / 105.0;
            let std = (pixels.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 105.0).sqrt();
            assert!((found.mean[channel] - mean).abs() < 1e-8 && (found.std[channel] - std).abs() < 1e-8);
        }
        let normal = statistics(&data.transform(Normalize::from(found))).unwrap();
        assert!(normal.mean.iter().all(|mean| mean.abs() < 1e-7) && normal.std.iter().all(|s| (s - 1.0).abs() < 1e-7));
    }

    #[test]
    fn a_batch_is_normalised_image_by_image_and_one_mean_stands_for_all_channels() {
        let x = Tensor::<f64>::arange(8).reshape([2, 2, 1, 2]);
        let y = Normalize::new([0.0, 2.0], [1.0, 2.0]).apply(&x, &mut Generator::seed(0));
        assert_eq!(y.to_vec(), [0.0, 1.0, 0.0, 0.5, 4.0, 5.0, 2.0, 2.5]);
        let y = Normalize::new([1.0], [1.0]).apply(&x.flip(-1), &mut Generator::seed(0));
        assert_eq!(y.to_vec(), [0.0, -1.0, 2.0, 1.0, 4.0, 3.0, 6.0, 5.0]);
    }

    #[test]
    fn data_without_statistics_is_an_error() {
        let says = |images: Vec<(Tensor<f64>, ())>| statistics(&Items(images)).unwrap_err().what;
        assert_eq!(says(vec![]), "there is no pixel");
        assert_eq!(says(vec![(Tensor::zeros([1, 0, 2]), ())]), "there is no pixel");
        assert_eq!(says(vec![(Tensor::zeros([2, 2]), ())]), "item 0 has shape [2, 2]");
        let two = vec![(Tensor::zeros([1, 1, 2]), ()), (Tensor::zeros([2, 1, 2]), ())];
        assert_eq!(says(two), "item 1 has 2 channels, item 0 has 1");
    }

    #[test]
    #[should_panic(expected = "must be finite, deviations above 0")]
    fn a_deviation_of_zero_is_refused() {
        let _ = Normalize::new([0.0], [0.0]);
    }

    #[test]
    #[should_panic(expected = "normalize: 2 channels, but 3 means")]
    fn other_channels_are_refused() {
        let _ = Normalize::new([0.0; 3], [1.0; 3]).apply(&Tensor::<f32>::zeros([2, 1, 1]), &mut Generator::seed(0));
    }
}
