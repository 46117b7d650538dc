//! `log_sigmoid`: the logarithm of the logistic function.

use super::unary::Unary;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The natural logarithm of the logistic function of each element: the log-likelihood of a yes with logit `x`.
    ///
    /// `y = ln σ(x) = -softplus(-x)`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dy · σ(-x)`. Saves `x`.
    ///
    /// # Edge cases
    /// Far above 0 result and gradient are 0, far below 0 they are `x` and 1, exactly, at infinity too. `log_sigmoid(NaN) = NaN`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, -800.0, 800.0]);
    /// let y = x.log_sigmoid();
    /// assert_eq!(y.to_vec(), [-2f64.ln(), -800.0, 0.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.5, 1.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "logsigmoid")]
    pub fn log_sigmoid(&self) -> Self {
        record(LogSigmoid, [self])
    }
}

/// The op of [`Var::log_sigmoid`].
#[derive(Clone)]
pub struct LogSigmoid;

impl Unary for LogSigmoid {
    const NAME: &'static str = "log_sigmoid";
    const SAVES: Save = Save::INPUTS;
    const COST: usize = 32;

    #[inline(always)]
    fn f<T: Real>(&self, x: T) -> T {
        -math::softplus(-x)
    }

    fn dx<T: Real>(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> Var<T> {
        dy * saved.input(0).neg().sigmoid()
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for LogSigmoid {
    fn cases() -> Cases<Self> {
        Cases::unary(LogSigmoid, |x| -(1.0 + (-x).exp()).ln())
            .pin("saturated", LogSigmoid, tensors![[-1000.0, 1000.0]], [-1000.0, 0.0], tensors![[1.0, 0.0]])
            .pin("nearly 0", LogSigmoid, tensors![[50.0]], [-(-50f64).exp()], tensors![[(-50f64).exp()]])
            .pin(
                "at infinity",
                LogSigmoid,
                tensors![[f64::NEG_INFINITY, f64::INFINITY]],
                [f64::NEG_INFINITY, 0.0],
                tensors![[1.0, 0.0]],
            )
            .pin("NaN", LogSigmoid, tensors![[f64::NAN]], [f64::NAN], tensors![[f64::NAN]])
    }
}
