//! `poisson_nll_loss`: the negative log-likelihood of counts.

use super::checks::alike;
use super::reduction::Reduction;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The negative log-likelihood of counts that follow a Poisson distribution whose rate, or its logarithm, is the variable.
    ///
    /// `loss = eˣ − target · x` with `log_input`, else `x − target · log(x + eps)`; with `full` plus Stirling's approximation of
    /// `log target!`, which is `(target + 1/2) · log target − target + log(2 π) / 2`, for targets above 1.
    ///
    /// # Shape
    /// `[..] x [..] -> []`, or `[..]` without a reduction; the shapes are the same
    ///
    /// # Gradient
    /// `dx = dy · (eˣ − target)`, else `dy · (1 − target / (x + eps))`; `−dy · x` for the target, else `−dy · log(x + eps)`, and with `full`
    /// that of the approximation. Saves what it is composed of.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::PoissonNllLossOptions};
    /// let x = Var::leaf([0.0, 2f64.ln()]);
    /// let loss = x.poisson_nll_loss(&Var::constant([3.0, 2.0]), PoissonNllLossOptions::new());
    /// assert_eq!(loss.item(), (1.0 + 2.0 - 2.0 * 2f64.ln()) / 2.0);
    /// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-1.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn poisson_nll_loss(&self, target: &Var<T>, options: PoissonNllLossOptions) -> Self {
        let PoissonNllLossOptions { log_input, full, eps, reduction } = options;
        alike("poisson_nll_loss", self, target);
        let losses = match log_input {
            true => self.exp() - target * self,
            false => self - target * self.add_scalar(T::of(eps)).log(),
        };
        reduction.of(if full { losses + stirling(target) } else { losses })
    }
}

/// Stirling's approximation of `log n!`, and 0 for numbers that are not above 1.
#[track_caller]
fn stirling<T: Real>(n: &Var<T>) -> Var<T> {
    let small = n.value().gt(T::one()).not();
    // 1 takes the place of small numbers: at 0 the logarithm's slope is infinite.
    let n = n.masked_fill(&small, T::one());
    ((&n + T::of(0.5)) * n.log() - n + T::of(std::f64::consts::TAU.ln() / 2.0)).masked_fill(&small, T::zero())
}

/// How [`Var::poisson_nll_loss`] is computed. By default from logarithms of rates, without its constant, and the mean is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoissonNllLossOptions {
    /// Whether the variable is the logarithm of the rate.
    pub log_input: bool,
    /// Whether the logarithm of the target's factorial is added, which has no gradient.
    pub full: bool,
    /// What is added to a rate before its logarithm is taken.
    pub eps: f64,
    /// What is made of the losses.
    pub reduction: Reduction,
}

impl Default for PoissonNllLossOptions {
    fn default() -> Self {
        PoissonNllLossOptions { log_input: true, full: false, eps: 1e-8, reduction: Reduction::Mean }
    }
}

impl PoissonNllLossOptions {
    /// From logarithms of rates, without the constant, and the mean.
    pub fn new() -> Self {
        Self::default()
    }

    /// From logarithms of rates, or from rates.
    #[must_use]
    pub fn log_input(self, log_input: bool) -> Self {
        Self { log_input, ..self }
    }

    /// With the constant.
    #[must_use]
    pub fn full(self, full: bool) -> Self {
        Self { full, ..self }
    }

    /// With this added to a rate before its logarithm is taken.
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
    fn rates_and_their_logarithms_agree() {
        let (rate, target) = (Var::constant([0.5f64, 2.0]), Var::constant([0.0, 5.0]));
        let options = PoissonNllLossOptions::new().full(true).reduction(Reduction::None);
        let from_log = rate.log().poisson_nll_loss(&target, options);
        let from_rate = rate.poisson_nll_loss(&target, options.log_input(false).eps(0.0));
        let exact = [0.5, 2.0 - 5.0 * 2f64.ln() + 120f64.ln()];
        for ((a, b), exact) in from_log.to_vec().into_iter().zip(from_rate.to_vec()).zip(exact) {
            assert!((a - b).abs() < 1e-14, "{a} {b}");
            assert!((a - exact).abs() < 0.02, "Stirling's formula is 1 / (12 · 5) off: {a} {exact}");
        }
    }

    #[test]
    fn gradients() {
        let inputs = [[0.5, 1.5, 2.0].into(), [0.0, 0.9, 5.0].into()];
        for log_input in [true, false] {
            let options = PoissonNllLossOptions::new().log_input(log_input).full(true);
            let loss = |x: &[Var<f64>]| x[0].poisson_nll_loss(&x[1], options);
            gradcheck(loss, &inputs).unwrap();
            gradgradcheck(loss, &inputs).unwrap();
        }
    }

    #[test]
    #[should_panic(expected = "poisson_nll_loss: shapes differ")]
    fn another_shape_is_refused() {
        let _ = Var::leaf([1.0]).poisson_nll_loss(&Var::constant([1.0, 2.0]), PoissonNllLossOptions::new());
    }
}
