//! `local_response_norm`: each element divided by what its neighbours among the channels amount to.

use crate::error::Error;
use crate::ops::prelude::*;
use crate::tensor::AxisSlice;

/// The options of [`Var::local_response_norm`]: `LocalResponseNorm::new(5).alpha(1e-4)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalResponseNorm {
    /// How many neighbouring channels count, the element's own included.
    pub size: usize,
    /// The factor of their mean square; 0.0001 if not set.
    pub alpha: f64,
    /// The exponent; 0.75 if not set.
    pub beta: f64,
    /// What is added; 1 if not set.
    pub k: f64,
}

impl LocalResponseNorm {
    /// Over so many channels.
    pub fn new(size: usize) -> Self {
        LocalResponseNorm { size, alpha: 1e-4, beta: 0.75, k: 1.0 }
    }

    /// With this factor of the mean square.
    #[must_use]
    pub fn alpha(self, alpha: f64) -> Self {
        LocalResponseNorm { alpha, ..self }
    }

    /// With this exponent.
    #[must_use]
    pub fn beta(self, beta: f64) -> Self {
        LocalResponseNorm { beta, ..self }
    }

    /// With this number added.
    #[must_use]
    pub fn k(self, k: f64) -> Self {
        LocalResponseNorm { k, ..self }
    }
}

impl<T: Real> Var<T> {
    /// Each element divided by a power of the mean square of its neighbours among the channels: lateral inhibition.
    ///
    /// `y[n, c, ..] = x[n, c, ..] / (k + alpha / size · Σ x[n, j, ..]²)^beta` over the `size` channels `j` from `c − size / 2` on, those beyond
    /// the ends being 0.
    ///
    /// # Shape
    /// `[n, c, ..] -> [n, c, ..]`
    ///
    /// # Gradient
    /// That of the formula; composed of other ops, which save their operands.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::LocalResponseNorm};
    /// let x = Var::leaf([[3.0, 4.0]]);
    /// let y = x.local_response_norm(LocalResponseNorm::new(1).alpha(1.0).beta(1.0).k(0.0)); // x / x²
    /// let gradients = y.sum().backward();
    /// assert_eq!(y.to_vec(), [1.0 / 3.0, 0.25]);
    /// let dx: Vec<f64> = gradients.get(&x).unwrap().to_vec();
    /// assert!((dx[1] + 1.0 / 16.0).abs() < 1e-15); // −1 / x²
    /// ```
    ///
    /// Krizhevsky, Sutskever, Hinton 2012, "ImageNet Classification with Deep Convolutional Neural Networks", section 3.3, with `alpha`
    /// divided by the size, as PyTorch has it.
    ///
    /// # Panics
    /// If there are no channels, or the size is 0.
    #[track_caller]
    #[must_use]
    pub fn local_response_norm(&self, options: LocalResponseNorm) -> Self {
        let LocalResponseNorm { size, alpha, beta, k } = options;
        let why = match self.rank() {
            0 | 1 => format!("x has {} axes, images and channels are at least 2", self.rank()),
            _ if size == 0 => "the size is 0, it must be at least 1".to_owned(),
            _ => String::new(),
        };
        if !why.is_empty() {
            let rule = "[n, c, ..] -> [n, c, ..]";
            Error::refused("local_response_norm", rule, Mismatch::new(why), &[], [self.shape()].into_iter()).raise();
        }
        let channels = self.shape()[1];
        // Channels further away than there are any add nothing.
        let (before, after) = ((size / 2).min(channels), ((size - 1) / 2).min(channels));
        let mut pads = vec![(0, 0); self.rank()];
        pads[1] = (before, after);
        let padded = self.square().pad(pads, T::zero());
        let mut sum = padded.slice(vec![AxisSlice::from(..), AxisSlice::from(0..channels)]);
        for first in 1..=before + after {
            sum += padded.slice(vec![AxisSlice::from(..), AxisSlice::from(first..first + channels)]);
        }
        self * (sum * T::of(alpha / size as f64) + T::of(k)).pow_scalar(T::of(-beta))
    }
}

#[cfg(test)]
mod tests {
    use super::LocalResponseNorm;
    use crate::testing::{element, from_index, gradcheck, gradgradcheck};
    use crate::{Generator, Tensor, Var};

    #[test]
    fn neighbours_among_the_channels_count() {
        for size in [1, 2, 3, 5, 9] {
            let x = Tensor::<f64>::uniform([2, 4, 3], -2.0, 2.0, &mut Generator::seed(size as u64));
            let options = LocalResponseNorm::new(size).alpha(0.5).k(2.0);
            let expected = from_index(x.shape().clone(), |at| {
                let window = (at[1] + size).saturating_sub(size + size / 2)..(at[1] + size - size / 2).min(4);
                let sum: f64 = window.map(|c| element(&x, &[at[0], c, at[2]]).powi(2)).sum();
                element(&x, at) / (2.0 + 0.5 / size as f64 * sum).powf(0.75)
            });
            let y = Var::constant(&x).local_response_norm(options);
            assert!(y.value().zip(&expected, |a, b| (a - b).abs() < 1e-14).all(), "{size}");
            gradcheck(|x| x[0].local_response_norm(options), std::slice::from_ref(&x)).unwrap();
            gradgradcheck(|x| x[0].local_response_norm(options), &[x]).unwrap();
        }
    }

    #[test]
    #[should_panic(expected = "local_response_norm: the size is 0, it must be at least 1")]
    fn a_window_of_nothing_is_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 1])).local_response_norm(LocalResponseNorm::new(0));
    }
}
