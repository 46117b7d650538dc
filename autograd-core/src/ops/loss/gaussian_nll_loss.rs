//! `gaussian_nll_loss`: the negative log-likelihood of normal noise whose variance is predicted too.

use super::checks::accept;
use super::reduction::Reduction;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The negative log-likelihood of targets with normal noise around the variable, of a variance that is predicted too.
    ///
    /// `loss = (log v + (x − target)² / v) / 2` with `v = max(variance, eps)`, and `+ log(2 π) / 2` with `full`
    ///
    /// # Shape
    /// `[..] x [..] x [..] -> []`, or `[..]` without a reduction; the variance broadcasts to the others, which have one shape
    ///
    /// # Gradient
    /// `dx = dy · (x − target) / v`, `−dx` for the target, and `dy · (1 / v − (x − target)² / v²) / 2` for the variance. Saves what it is
    /// composed of.
    ///
    /// # Edge cases
    /// A variance below `eps` has the gradient at `eps`, not 0: it is still driven out of there.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::GaussianNllLossOptions};
    /// let (x, target, variance) = (Var::leaf([1.0, 3.0]), Var::constant([2.0, 3.0]), Var::leaf([2.0, 1.0]));
    /// let loss = x.gaussian_nll_loss(&target, &variance, GaussianNllLossOptions::new());
    /// assert_eq!(loss.item(), (2f64.ln() / 2.0 + 0.25) / 2.0);
    /// let gradients = loss.backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [-0.25, 0.0]);
    /// assert_eq!(gradients.get(&variance).unwrap().to_vec(), [0.0625, 0.25]);
    /// ```
    ///
    /// Source: Nix and Weigend, "Estimating the Mean and Variance of the Target Probability Distribution" (1994).
    #[track_caller]
    #[must_use]
    pub fn gaussian_nll_loss(&self, target: &Var<T>, variance: &Var<T>, options: GaussianNllLossOptions) -> Self {
        let GaussianNllLossOptions { full, eps, reduction } = options;
        let operands = [("x", self.shape()), ("target", target.shape()), ("variance", variance.shape())];
        let accepted = same_shape(self.shape(), target.shape())
            .and_then(|shape| variance.shape().broadcast(&shape).map(|common| (shape, common)))
            .and_then(|(shape, common)| same_shape(&shape, &common));
        accept("gaussian_nll_loss", "[..] x [..] x [..] -> [..], the variance broadcasts", &operands, accepted);
        let eps = T::of(eps);
        let low = variance.value().lt(eps);
        // Raised by a constant, not clamped: the gradient passes.
        let v = match low.any() {
            true => {
                // To 0 first, which is exact: far below 0, one sum would round `eps` away.
                let raise = |by: fn(T, T) -> T| {
                    Var::constant(variance.value().map(|v| if v < eps { by(v, eps) } else { T::zero() }))
                };
                variance + raise(|v, _| -v) + raise(|_, eps| eps)
            }
            false => variance.clone(),
        };
        let losses = (v.log() + (self - target).square() / &v).mul_scalar(T::of(0.5));
        let constant = T::of(std::f64::consts::TAU.ln() / 2.0);
        reduction.of(if full { losses.add_scalar(constant) } else { losses })
    }
}

/// How [`Var::gaussian_nll_loss`] is computed. By default without its constant, with variances from 10⁻⁶ on, and the mean is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianNllLossOptions {
    /// Whether the constant `log(2 π) / 2` is added.
    pub full: bool,
    /// The least variance.
    pub eps: f64,
    /// What is made of the losses.
    pub reduction: Reduction,
}

impl Default for GaussianNllLossOptions {
    fn default() -> Self {
        GaussianNllLossOptions { full: false, eps: 1e-6, reduction: Reduction::Mean }
    }
}

impl GaussianNllLossOptions {
    /// Without the constant, with variances from 10⁻⁶ on, and the mean.
    pub fn new() -> Self {
        Self::default()
    }

    /// With the constant.
    #[must_use]
    pub fn full(self, full: bool) -> Self {
        Self { full, ..self }
    }

    /// With another least variance.
    #[must_use]
    pub fn eps(self, eps: f64) -> Self {
        Self { eps, ..self }
    }

    /// With another reduction.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        Self { reduction, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn it_is_the_density_of_the_normal_distribution() {
        let options = GaussianNllLossOptions::new().full(true);
        let loss = Var::constant([1.5f64]).gaussian_nll_loss(&Var::constant([1.0]), &Var::constant([0.3]), options);
        let density = (-0.25f64 / 0.6).exp() / (std::f64::consts::TAU * 0.3).sqrt();
        assert!((loss.item() + density.ln()).abs() < 1e-15);
    }

    #[test]
    fn a_small_variance_is_driven_up() {
        let (x, target, v) = (Var::leaf([1.0f64]), Var::leaf([2.0]), Var::leaf([0.25]));
        let loss = x.gaussian_nll_loss(&target, &v, GaussianNllLossOptions::new().eps(0.5));
        assert_eq!(loss.item(), (0.5f64.ln() + 2.0) / 2.0);
        assert_eq!(loss.backward().get(&v).unwrap().to_vec(), [(2.0 - 4.0) / 2.0]);
    }

    #[test]
    fn a_variance_far_below_zero_is_the_least_one() {
        let of = |x: f32| Var::constant([x]);
        let loss = |v: f32| of(1.0).gaussian_nll_loss(&of(0.0), &of(v), GaussianNllLossOptions::new());
        assert_eq!(loss(-100.0).item(), loss(1e-6).item());
    }

    #[test]
    fn gradients() {
        let inputs = [[[1.0, 2.0], [0.5, -1.0]].into(), [[0.0, 2.5], [1.0, 1.0]].into(), [[0.5], [2.0]].into()];
        let loss = |x: &[Var<f64>]| x[0].gaussian_nll_loss(&x[1], &x[2], GaussianNllLossOptions::new());
        gradcheck(loss, &inputs).unwrap();
        gradgradcheck(loss, &inputs).unwrap();
    }

    #[test]
    #[should_panic(expected = "gaussian_nll_loss: shapes differ\n  x        [1]\n  target   [1]\n  variance [2]")]
    fn a_larger_variance_is_refused() {
        let x = Var::leaf([1.0]);
        let _ = x.gaussian_nll_loss(&x, &Var::leaf([1.0, 1.0]), GaussianNllLossOptions::new());
    }
}
