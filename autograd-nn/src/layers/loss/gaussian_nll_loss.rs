//! `GaussianNllLoss`: normal noise whose variance is predicted too.

use super::Reduction;
use crate::layers::prelude::*;

/// The negative log-likelihood of targets with normal noise around `x`, of a variance that is predicted too.
///
/// `(log v + (x − target)² / v) / 2` with `v = max(variance, eps)`, and `+ log(2 π) / 2` with [`full`](GaussianNllLoss::full).
///
/// # Shape
/// `[..] x [..] x [..] -> []`, or `[..]` without a reduction; the variance broadcasts to the others, which have one shape
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::GaussianNllLoss;
/// let (x, target, variance) = (Var::leaf([1.0, 3.0]), Var::constant([2.0, 3.0]), Var::leaf([2.0, 1.0]));
/// let loss = GaussianNllLoss::default().forward(&x, &target, &variance);
/// assert_eq!(loss.item(), (2f64.ln() / 2.0 + 0.25) / 2.0);
/// let gradients = loss.backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [-0.25, 0.0]);
/// assert_eq!(gradients.get(&variance).unwrap().to_vec(), [0.0625, 0.25]);
/// ```
///
/// Source: Nix and Weigend, "Estimating the Mean and Variance of the Target Probability Distribution" (1994).
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
#[doc(alias = "GaussianNLLLoss")]
pub struct GaussianNllLoss {
    /// Constant, least variance and reduction.
    pub options: ops::GaussianNllLossOptions,
}

impl GaussianNllLoss {
    /// Says whether the constant `log(2 π) / 2` is added.
    #[must_use]
    pub fn full(self, full: bool) -> Self {
        GaussianNllLoss { options: self.options.full(full) }
    }

    /// With another least variance than 10⁻⁶.
    ///
    /// # Panics
    /// If `eps` is not above 0.
    #[must_use]
    #[track_caller]
    pub fn eps(self, eps: f64) -> Self {
        require!(eps > 0.0, "GaussianNllLoss: eps is {eps}, it must be above 0");
        GaussianNllLoss { options: self.options.eps(eps) }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        GaussianNllLoss { options: self.options.reduction(reduction) }
    }

    /// The loss of `x` and `variance` against `target`.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, target: &Var<T>, variance: &Var<T>) -> Var<T> {
        report(self, x.gaussian_nll_loss(target, variance, self.options))
    }
}

#[cfg(test)]
impl Checked for GaussianNllLoss {
    fn cases() -> Cases<Self> {
        let call = |loss: &GaussianNllLoss, x: &[Var<f64>]| vec![loss.forward(&x[0], &x[1], &x[2])];
        let full = |_: &mut Generator| GaussianNllLoss::default().full(true).reduction(Reduction::None);
        Cases::new(
            Case::new("mean", |_| GaussianNllLoss::default(), call)
                .input([2, 3])
                .input([2, 3])
                .input_between([2, 1], 0.4, 1.6)
                .output([]),
        )
        .case(Case::new("full", full, call).input([2, 3]).input([2, 3]).input_between([2, 3], 0.4, 1.6).output([2, 3]))
        .rejects("GaussianNllLoss: eps is 0, it must be above 0", |_| {
            let _ = GaussianNllLoss::default().eps(0.0);
        })
    }
}
