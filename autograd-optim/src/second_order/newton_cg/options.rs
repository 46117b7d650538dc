//! The settings of Newton-CG.

use super::NAME;
use crate::{Error, LineSearch, check};
use serde::{Deserialize, Serialize};

/// The settings of [`NewtonCg`](crate::NewtonCg); a number alone is the learning rate. The default is the algorithm of the book.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewtonCgOptions {
    /// The length that is tried first, in units of Newton's step.
    pub lr: f64,
    /// The most products with the Hessian in a step.
    pub max_cg: usize,
    /// How exactly Newton's equation is solved.
    pub forcing: Forcing,
    /// What is added to the diagonal of the Hessian: shorter steps, nearer to the gradient (Levenberg 1944).
    pub damping: f64,
    /// How far a step goes.
    pub line_search: LineSearch,
    /// The most evaluations of a line search.
    pub max_eval: usize,
}

impl Default for NewtonCgOptions {
    fn default() -> Self {
        NewtonCgOptions {
            lr: 1.0,
            max_cg: 100,
            forcing: Forcing::Superlinear,
            damping: 0.0,
            line_search: LineSearch::Armijo,
            max_eval: 25,
        }
    }
}

impl From<f64> for NewtonCgOptions {
    fn from(lr: f64) -> Self {
        NewtonCgOptions { lr, ..NewtonCgOptions::default() }
    }
}

impl NewtonCgOptions {
    pub(super) fn check(&self) -> Result<(), Error> {
        check::not_negative(NAME, "lr", self.lr)?;
        check::option(NAME, "max_cg", 0.0, "at least 1", self.max_cg > 0)?;
        if let Forcing::Constant(share) = self.forcing {
            check::share(NAME, "forcing", share)?;
        }
        check::not_negative(NAME, "damping", self.damping)?;
        check::option(NAME, "max_eval", 0.0, "at least 1", self.max_eval > 0)
    }
}

/// How exactly [`NewtonCg`](crate::NewtonCg) solves Newton's equation `H d = -g`: until the residual is no longer than this share of the gradient.
///
/// Far from a minimum an exact solution is not worth its products (Nocedal and Wright 2006, section 7.1). Rounding ends it in any case.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forcing {
    /// Always this share.
    Constant(f64),
    /// `min(1/2, √|g|)`: each step near a minimum multiplies the correct digits by 1.5.
    Superlinear,
    /// `min(1/2, |g|)`: each step near a minimum doubles the correct digits.
    Quadratic,
}

impl Forcing {
    /// The share for a gradient of this length.
    pub(super) fn share(self, norm: f64) -> f64 {
        match self {
            Forcing::Constant(share) => share,
            Forcing::Superlinear => norm.sqrt().min(0.5),
            Forcing::Quadratic => norm.min(0.5),
        }
    }
}
