//! The optimisers that learn about the curvature and evaluate the loss several times in a step, one a file.

mod armijo;
mod lbfgs;
mod line_search;
mod newton_cg;
mod space;
mod vector;
mod wolfe;

use crate::register::register;

pub use line_search::LineSearch;

register! {
    lbfgs: Lbfgs, LbfgsOptions, LbfgsReport, LbfgsStop;
    newton_cg: NewtonCg, NewtonCgOptions, Forcing, NewtonCgReport;
}
