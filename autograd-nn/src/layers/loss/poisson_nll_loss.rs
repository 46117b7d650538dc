//! `PoissonNllLoss`: counts, and the rate at which they happen.

use super::Reduction;
use crate::layers::prelude::*;

/// The negative log-likelihood of counts that follow a Poisson distribution whose logarithmic rate is `x`.
///
/// `eˣ − target · x`; without [`log_input`](PoissonNllLoss::log_input) `x` is the rate itself, and the loss `x − target · log(x + eps)`;
/// with [`full`](PoissonNllLoss::full) plus Stirling's approximation of `log target!` for targets above 1.
///
/// # Shape
/// `[..] x [..] -> []`, or `[..]` without a reduction; the shapes are the same
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::PoissonNllLoss;
/// let x = Var::leaf([0.0, 2f64.ln()]);
/// let loss = PoissonNllLoss::default().forward(&x, &Var::constant([3.0, 2.0]));
/// assert_eq!(loss.item(), (1.0 + 2.0 - 2.0 * 2f64.ln()) / 2.0);
/// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-1.0, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
#[doc(alias = "PoissonNLLLoss")]
pub struct PoissonNllLoss {
    /// What `x` is, constant, `eps` and reduction.
    pub options: ops::PoissonNllLossOptions,
}

impl PoissonNllLoss {
    /// Says whether `x` is the logarithm of the rate, as it is by default, or the rate.
    #[must_use]
    pub fn log_input(self, log_input: bool) -> Self {
        PoissonNllLoss { options: self.options.log_input(log_input) }
    }

    /// Says whether Stirling's approximation is added.
    #[must_use]
    pub fn full(self, full: bool) -> Self {
        PoissonNllLoss { options: self.options.full(full) }
    }

    /// With another addend than 10⁻⁸ in the logarithm of a rate.
    #[must_use]
    pub fn eps(self, eps: f64) -> Self {
        PoissonNllLoss { options: self.options.eps(eps) }
    }

    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        PoissonNllLoss { options: self.options.reduction(reduction) }
    }

    /// The loss of `x` against the counts `target`.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, target: &Var<T>) -> Var<T> {
        report(self, x.poisson_nll_loss(target, self.options))
    }
}

#[cfg(test)]
impl Checked for PoissonNllLoss {
    fn cases() -> Cases<Self> {
        let call = |loss: &PoissonNllLoss, x: &[Var<f64>]| vec![loss.forward(&x[0], &x[1])];
        let rates = |_: &mut Generator| {
            PoissonNllLoss::default().log_input(false).full(true).eps(0.1).reduction(Reduction::None)
        };
        let operands = |case: Case<Self>| case.input_between([2, 3], 0.3, 2.0).input_between([2, 3], 0.2, 4.0);
        Cases::new(operands(Case::new("mean", |_| PoissonNllLoss::default(), call)).output([]))
            .case(operands(Case::new("rates", rates, call)).output([2, 3]))
            .rejects("poisson_nll_loss: shapes differ", |_| {
                let _ = PoissonNllLoss::default().forward(&Var::constant([0.0; 2]), &Var::constant([0.0]));
            })
    }
}
