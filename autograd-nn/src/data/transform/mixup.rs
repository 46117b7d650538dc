//! `mixup` and `cutmix`: each example of a batch mixed with another one.

use autograd_core::{Generator, Real, Tensor};

/// Each example mixed with another one of its batch, and their targets likewise (Zhang et al., "mixup: beyond empirical risk minimization",
/// 2017, equation 3).
///
/// `x'ᵢ = λ xᵢ + (1 - λ) xⱼ` and `y'ᵢ = λ yᵢ + (1 - λ) yⱼ` with `j` from a random order and one `λ` for the batch, of the distribution
/// Beta(alpha, alpha). Targets are shares of classes: [`one_hot`](Tensor::one_hot) makes them of labels.
///
/// # Shape
/// `[n, ..] x [n, ..] -> [n, ..], [n, ..]`
///
/// # Panics
/// If `alpha` is not above 0 and finite, or the first axes differ.
///
/// # Example
/// In the workers of a loader, by [`map_batches`](crate::data::DataLoader::map_batches):
/// ```
/// use autograd_core::Tensor;
/// use autograd_nn::data::{DataLoader, TensorDataset, mixup};
/// let data = TensorDataset::new(Tensor::<f32>::arange(8).reshape([4, 2]), Tensor::from([0i64, 1, 2, 0]));
/// let loader = DataLoader::new(data, 4).map_batches(|(x, y), generator| mixup(&x, &y.one_hot(3), 0.4, generator));
/// let (x, y) = loader.epoch(0).next().unwrap()?;
/// assert!((x.to_vec().iter().sum::<f32>() - 28.0).abs() < 1e-5);
/// assert!((y.to_vec().iter().sum::<f32>() - 4.0).abs() < 1e-6);
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
#[must_use]
#[track_caller]
pub fn mixup<T: Real>(x: &Tensor<T>, y: &Tensor<T>, alpha: f64, generator: &mut Generator) -> (Tensor<T>, Tensor<T>) {
    let partners = partners("mixup", x, y, alpha, generator);
    let share = T::of(beta(alpha, generator));
    (mixed(x, &partners, share), mixed(y, &partners, share))
}

/// A rectangle of each image replaced by that of another one of its batch, and their targets mixed by the share of the area (Yun et al.,
/// "CutMix: regularization strategy to train strong classifiers with localizable features", 2019, equation 1).
///
/// The rectangle has the image's proportions and a share `1 - λ` of its area, with `λ` of the distribution Beta(alpha, alpha), around a
/// pixel that is drawn; what lies outside is cut off, and counts for the share.
///
/// # Shape
/// `[n, c, h, w] x [n, ..] -> [n, c, h, w], [n, ..]`
///
/// # Panics
/// If `alpha` is not above 0 and finite, the first axes differ, or `x` is no batch of images.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor};
/// use autograd_nn::data::cutmix;
/// let x = Tensor::from([[[[0.0f64, 0.0]]], [[[1.0, 1.0]]]]);
/// let (x, y) = cutmix(&x, &Tensor::from([[1.0, 0.0], [0.0, 1.0]]), 1.0, &mut Generator::seed(1));
/// assert_eq!(x.to_vec().iter().sum::<f64>(), 2.0);
/// assert_eq!(y.to_vec().iter().sum::<f64>(), 2.0);
/// ```
#[must_use]
#[track_caller]
pub fn cutmix<T: Real>(x: &Tensor<T>, y: &Tensor<T>, alpha: f64, generator: &mut Generator) -> (Tensor<T>, Tensor<T>) {
    let partners = partners("cutmix", x, y, alpha, generator);
    let &[_, c, h, w] = &x.shape()[..] else { panic!("cutmix: x is {}, it must be [n, c, h, w]", x.shape()) };
    let side = (1.0 - beta(alpha, generator)).sqrt();
    let mut range = |n: usize| {
        let (half, centre) = ((n as f64 * side) as usize / 2, generator.below(n.max(1)));
        centre.saturating_sub(half)..(centre + half).min(n)
    };
    let (rows, columns) = (range(h), range(w));
    let original = x.contiguous();
    let (old, mut cut) = (original.as_slice().expect("contiguous"), original.clone());
    cut.write(|pixels| {
        for (i, plane) in pixels.chunks_mut((h * w).max(1)).enumerate() {
            let from = (partners[i / c] * c + i % c) * h * w;
            for row in rows.clone() {
                let at = row * w + columns.start..row * w + columns.end;
                plane[at.clone()].copy_from_slice(&old[from..from + h * w][at]);
            }
        }
    });
    let share = 1.0 - (rows.len() * columns.len()) as f64 / (h * w).max(1) as f64;
    (cut, mixed(y, &partners, T::of(share)))
}

/// For each example the one it is mixed with.
#[track_caller]
fn partners<T: Real>(name: &str, x: &Tensor<T>, y: &Tensor<T>, alpha: f64, generator: &mut Generator) -> Vec<usize> {
    assert!(alpha > 0.0 && alpha.is_finite(), "{name}: alpha is {alpha}, it must be above 0 and finite");
    let (n, targets) = (x.shape().first(), y.shape().first());
    assert!(n.is_some() && n == targets, "{name}: x is {} and y is {}, not as many examples", x.shape(), y.shape());
    let mut partners: Vec<usize> = (0..x.shape()[0]).collect();
    generator.shuffle(&mut partners);
    partners
}

/// `share` of each row and the rest of its partner.
fn mixed<T: Real>(x: &Tensor<T>, partners: &[usize], share: T) -> Tensor<T> {
    let old = x.contiguous();
    let old = old.as_slice().expect("contiguous");
    let row = old.len() / partners.len().max(1);
    Tensor::from_fn(x.shape().clone(), |i| share * old[i] + (T::one() - share) * old[partners[i / row] * row + i % row])
}

/// A number of the distribution Beta(alpha, alpha), from two of the gamma distribution.
fn beta(alpha: f64, generator: &mut Generator) -> f64 {
    let [a, b] = [(); 2].map(|()| log_gamma_draw(alpha, generator));
    // a / (a + b); by logarithms, since for a small alpha both are too small for a number.
    1.0 / (1.0 + libm::exp(b - a))
}

/// The logarithm of a number of the gamma distribution of shape `alpha` (Marsaglia, Tsang, "A simple method for generating gamma variables",
/// 2000; for `alpha < 1` their section 6).
fn log_gamma_draw(alpha: f64, generator: &mut Generator) -> f64 {
    if alpha < 1.0 {
        let log = log_gamma_draw(alpha + 1.0, generator);
        return log + libm::log1p(-generator.unit()) / alpha;
    }
    let d = alpha - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = generator.standard_normal();
        let v = (1.0 + c * x).powi(3);
        let log_u = libm::log1p(-generator.unit());
        if v > 0.0 && log_u < 0.5 * x * x + d - d * v + d * libm::log(v) {
            return libm::log(d) + libm::log(v);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_the_moments_of_the_beta_distribution() {
        let generator = &mut Generator::seed(1);
        for alpha in [0.001, 0.2, 1.0, 4.0] {
            let n = 20_000;
            let draws: Vec<f64> = (0..n).map(|_| beta(alpha, generator)).collect();
            assert!(draws.iter().all(|x| (0.0..=1.0).contains(x)));
            let mean = draws.iter().sum::<f64>() / f64::from(n);
            let variance = draws.iter().map(|x| (x - 0.5).powi(2)).sum::<f64>() / f64::from(n);
            let expected = 0.25 / (2.0 * alpha + 1.0);
            // Five standard deviations of the mean; the variance of a square within 0 to 1/4 is at most 1/64.
            assert!((mean - 0.5).abs() < 5.0 * (expected / f64::from(n)).sqrt(), "{alpha}: mean {mean}");
            assert!((variance - expected).abs() < 5.0 / (64.0 * f64::from(n)).sqrt(), "{alpha}: variance {variance}");
        }
    }

    #[test]
    fn examples_and_targets_are_mixed_alike() {
        let x = Tensor::<f64>::eye(5);
        let (mixed_x, mixed_y) = mixup(&x, &x.map(|x| 3.0 * x), 1.0, &mut Generator::seed(2));
        assert!(mixed_x.zip(&mixed_y, |x, y| (3.0 * x - y).abs() < 1e-15).all());
        let rows = mixed_x.to_vec();
        assert!(rows.chunks(5).all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 1e-15));
        assert!(rows.iter().any(|&share| share > 0.0 && share < 1.0));
    }

    #[test]
    fn the_share_of_the_target_is_the_area_that_is_left() {
        // Each image is filled with its own class, so that its mean says which share is whose.
        let classes = Tensor::from([0i64, 1, 2, 3]);
        let x = Tensor::from_fn([4, 2, 6, 5], |i| (i / 60) as f64);
        for seed in 0..40 {
            let (cut, y) = cutmix(&x, &classes.one_hot(4), 1.0, &mut Generator::seed(seed));
            for image in 0..4 {
                let mean = cut.slice((image,)).to_vec().iter().sum::<f64>() / 60.0;
                let shares = y.slice((image,)).to_vec();
                let expected: f64 = shares.iter().enumerate().map(|(class, share)| class as f64 * share).sum();
                assert!((mean - expected).abs() < 1e-12);
            }
        }
    }

    #[test]
    #[should_panic(expected = "mixup: x is [2] and y is [3, 1], not as many examples")]
    fn as_many_targets_as_examples() {
        let _ = mixup(&Tensor::<f32>::zeros([2]), &Tensor::zeros([3, 1]), 1.0, &mut Generator::seed(0));
    }

    #[test]
    #[should_panic(expected = "cutmix: x is [2, 3, 3], it must be [n, c, h, w]")]
    fn cutting_takes_a_batch_of_images() {
        let _ = cutmix(&Tensor::<f32>::zeros([2, 3, 3]), &Tensor::zeros([2]), 1.0, &mut Generator::seed(0));
    }

    #[test]
    #[should_panic(expected = "mixup: alpha is 0, it must be above 0 and finite")]
    fn alpha_is_above_zero() {
        let _ = mixup(&Tensor::<f32>::zeros([2]), &Tensor::zeros([2]), 0.0, &mut Generator::seed(0));
    }
}
