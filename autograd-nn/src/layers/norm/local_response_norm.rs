//! `LocalResponseNorm`: each element divided by what its neighbours among the channels amount to.

use crate::layers::prelude::*;

/// Each element divided by a power of the mean square of its neighbours among the channels:
/// `y[c] = x[c] / (k + alpha / size · Σ x[j]²)^beta` over `size` channels `j` around `c`.
///
/// # Shape
/// `[n, c, ..] -> [n, c, ..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, LocalResponseNorm};
/// let layer = LocalResponseNorm::new(1).alpha(1.0).beta(1.0).k(1.0); // x / (1 + x²)
/// let x = Var::leaf([[1.0, 2.0]]);
/// let y = layer.forward(&x);
/// assert_eq!(y.to_vec(), [0.5, 0.4]);
/// let dx: Vec<f64> = y.sum().backward().get(&x).unwrap().to_vec();
/// assert!(dx[0].abs() < 1e-15 && (dx[1] + 0.12).abs() < 1e-15); // (1 - x²) / (1 + x²)²
/// ```
///
/// Krizhevsky, Sutskever, Hinton 2012, "ImageNet Classification with Deep Convolutional Neural Networks", section 3.3, with `alpha` divided by
/// the size, as PyTorch has it.
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct LocalResponseNorm {
    /// Size, `alpha`, `beta` and `k`.
    pub options: ops::LocalResponseNorm,
}

impl LocalResponseNorm {
    /// A layer over so many channels, with `alpha` 0.0001, `beta` 0.75 and `k` 1.
    ///
    /// # Panics
    /// If the size is 0.
    #[track_caller]
    pub fn new(size: usize) -> Self {
        require!(size > 0, "LocalResponseNorm: the size is 0, it must be at least 1");
        LocalResponseNorm { options: ops::LocalResponseNorm::new(size) }
    }

    /// With this factor of the mean square.
    #[must_use]
    pub fn alpha(self, alpha: f64) -> Self {
        LocalResponseNorm { options: self.options.alpha(alpha) }
    }

    /// With this exponent.
    #[must_use]
    pub fn beta(self, beta: f64) -> Self {
        LocalResponseNorm { options: self.options.beta(beta) }
    }

    /// With this number added.
    #[must_use]
    pub fn k(self, k: f64) -> Self {
        LocalResponseNorm { options: self.options.k(k) }
    }
}

impl<T: Real> Forward<T> for LocalResponseNorm {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        report(self, x.local_response_norm(self.options))
    }
}

#[cfg(test)]
impl Checked for LocalResponseNorm {
    fn cases() -> Cases<Self> {
        let strong = |_: &mut Generator| LocalResponseNorm::new(2).alpha(0.5).k(2.0).beta(0.5);
        Cases::new(Case::forward("plain", |_| LocalResponseNorm::new(3), [2, 4]).output([2, 4]))
            .case(Case::forward("strong", strong, [2, 3, 2]).output([2, 3, 2]))
            .rejects("LocalResponseNorm: the size is 0", |_| {
                let _ = LocalResponseNorm::new(0);
            })
            .rejects("local_response_norm: x has 1 axes, images and channels are at least 2", |_| {
                let _ = LocalResponseNorm::new(1).forward(&Var::constant([1.0]));
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_reach_the_op_with_the_numbers_of_pytorch() {
        let x = Var::constant([[[1.0, 2.0], [-1.0, 0.5]], [[4.0, -3.0], [2.0, 2.5]]]);
        let expected = [
            0.5443310539518174,
            0.8773826753016617,
            -0.5029733718731741,
            0.21597969886241553,
            1.0433897200488582,
            -1.0135135450679649,
            0.46473616048508165,
            0.6678328600153723,
        ];
        crate::layers::norm::close(&LocalResponseNorm::new(2).alpha(0.5).k(2.0).forward(&x).to_vec(), &expected);
    }
}
