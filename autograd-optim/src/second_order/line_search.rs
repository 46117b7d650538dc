//! `LineSearch`: how far to go along a direction.

use super::armijo::Armijo;
use super::space::{Evaluation, Space};
use super::vector::{dot, max_abs};
use super::wolfe::StrongWolfe;
use crate::Error;
use autograd_core::Real;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The share of the decrease that the slope at the start foretells which a step must bring.
pub(super) const C1: f64 = 1e-4;

/// How far a step goes along its direction `d`, from where the loss is `f` and has the slope `s = g·d` along it.
///
/// A trial at which the loss or the gradient is not finite has gone too far, whatever is searched for; without a search it is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineSearch {
    /// No search: the learning rate is the length.
    Fixed,
    /// Back from the learning rate until the loss has decreased enough, `f(t) ≤ f + 0.0001 · t · s` (Armijo 1966; Nocedal and Wright 2006,
    /// algorithm 3.1 with the quadratic interpolation of section 3.5).
    Armijo,
    /// Forth and back until the loss has decreased enough and the slope has flattened as well, `|s(t)| ≤ 0.9 |s|`: the strong Wolfe conditions
    /// (Nocedal and Wright 2006, algorithms 3.5 and 3.6, with the choices of PyTorch's `strong_wolfe`).
    StrongWolfe,
}

/// A point on the line.
#[derive(Clone, Debug)]
pub(super) struct Trial<G> {
    /// How far from the start, in units of the direction.
    pub t: f64,
    pub loss: f64,
    /// The derivative of the loss along the line.
    pub slope: f64,
    pub gradient: G,
}

impl<G> Trial<G> {
    /// The same trial; with an infinite loss if anything is not finite, so that no search takes it.
    pub fn or_too_far(mut self) -> Self {
        if !(self.loss.is_finite() && self.slope.is_finite()) {
            self.loss = f64::INFINITY;
        }
        self
    }

    /// Whether the loss is above the line that Armijo's condition allows.
    pub fn too_high(&self, start: &Trial<G>) -> bool {
        self.loss > start.loss + C1 * self.t * start.slope
    }
}

/// What a search came to.
pub(super) struct Found<G> {
    /// Where it ended; the start if nothing better was found.
    pub trial: Trial<G>,
    /// The number of evaluations.
    pub evaluations: usize,
}

/// A gradient on the line.
pub(super) type Shared<T> = Arc<Vec<T>>;

/// Where a search along `d` begins and how far it may go.
pub(super) struct Line<'a, T: Real> {
    pub space: &'a Space<'a, T>,
    pub start: &'a Evaluation<T>,
    pub d: &'a [T],
    /// The first length to try.
    pub t: f64,
    /// The number of evaluations that are left, besides a first one.
    pub more: usize,
    /// A bracket is not narrowed any further once no element of the parameters differs by this between its ends.
    pub tolerance_change: f64,
}

impl LineSearch {
    /// Moves the parameters along a line, to the best point that is found; `evaluate` gives the loss where they are. Only without a search may
    /// there be no finite loss there.
    pub(super) fn run<T: Real>(
        self,
        line: &Line<'_, T>,
        evaluate: &mut dyn FnMut() -> Result<Evaluation<T>, Error>,
    ) -> Result<Found<Shared<T>>, Error> {
        let &Line { space, start, d, t, more, tolerance_change } = line;
        let x = space.point();
        let begin =
            Trial { t: 0.0, loss: start.loss, slope: dot(&start.gradient, d), gradient: start.gradient.clone() };
        let mut at = |t| {
            space.set_along(&x, t, d);
            let Evaluation { loss, gradient } = evaluate()?;
            let slope = dot(&gradient, d);
            Ok(Trial { t, loss, slope, gradient })
        };
        let found = match self {
            LineSearch::Fixed => Found { trial: at(t)?, evaluations: 1 },
            LineSearch::Armijo => Armijo { more }.search(&begin, t, &mut at)?,
            LineSearch::StrongWolfe => {
                let (reach, tolerance) = (max_abs(d), tolerance_change);
                StrongWolfe { more, reach, tolerance }.search(&begin, t, &mut at)?
            }
        };
        space.set_along(&x, found.trial.t, d);
        Ok(found)
    }
}
