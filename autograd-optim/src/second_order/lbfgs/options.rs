//! The settings of L-BFGS.

use super::NAME;
use crate::{Error, LineSearch, check};
use serde::{Deserialize, Serialize};

/// The settings of [`Lbfgs`](crate::Lbfgs); a number alone is the learning rate. The default is PyTorch's: without a line search.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LbfgsOptions {
    /// The learning rate: the length that is tried first, in units of the direction.
    pub lr: f64,
    /// The most iterations of a step.
    pub max_iter: usize,
    /// A step ends once the loss was evaluated this often; `None` for 5/4 of `max_iter`.
    pub max_eval: Option<usize>,
    /// A step ends where no element of the gradient is larger.
    pub tolerance_grad: f64,
    /// A step ends after an iteration that changed the loss, or each element of the parameters, by no more.
    pub tolerance_change: f64,
    /// The number of iterations that are remembered.
    pub history_size: usize,
    /// How far an iteration goes.
    pub line_search: LineSearch,
    /// Whether steps go uphill.
    pub maximize: bool,
}

impl Default for LbfgsOptions {
    fn default() -> Self {
        LbfgsOptions {
            lr: 1.0,
            max_iter: 20,
            max_eval: None,
            tolerance_grad: 1e-7,
            tolerance_change: 1e-9,
            history_size: 100,
            line_search: LineSearch::Fixed,
            maximize: false,
        }
    }
}

impl From<f64> for LbfgsOptions {
    fn from(lr: f64) -> Self {
        LbfgsOptions { lr, ..LbfgsOptions::default() }
    }
}

impl LbfgsOptions {
    pub(super) fn check(&self) -> Result<(), Error> {
        check::not_negative(NAME, "lr", self.lr)?;
        let counts =
            [("max_iter", Some(self.max_iter)), ("max_eval", self.max_eval), ("history_size", Some(self.history_size))];
        for (option, count) in counts {
            check::option(NAME, option, 0.0, "at least 1", count != Some(0))?;
        }
        check::not_negative(NAME, "tolerance_grad", self.tolerance_grad)?;
        check::not_negative(NAME, "tolerance_change", self.tolerance_change)
    }

    /// How often a step may evaluate the loss.
    pub(super) fn max_eval(&self) -> usize {
        self.max_eval.unwrap_or(self.max_iter.saturating_mul(5) / 4)
    }
}
