//! The iterations of a step of L-BFGS.

use super::memory::Memory;
use super::{LbfgsOptions, LbfgsStop};
use crate::Error;
use crate::second_order::line_search::{Line, LineSearch};
use crate::second_order::space::{Evaluation, Space};
use crate::second_order::vector::{dot, max_abs, scaled, sum_abs};
use autograd_core::Real;

/// A step under way.
pub(super) struct Descent<'a, T: Real> {
    pub options: &'a LbfgsOptions,
    pub space: &'a Space<'a, T>,
    pub sign: f64,
    pub evaluations: usize,
    pub iterations: usize,
}

impl<T: Real> Descent<'_, T> {
    /// Iterates from a first evaluation until something ends it. The order of the questions is PyTorch's.
    pub fn run(
        &mut self,
        first: Evaluation<T>,
        memory: &mut Memory<T>,
        evaluate: &mut dyn FnMut() -> Result<Evaluation<T>, Error>,
    ) -> Result<LbfgsStop, Error> {
        let &LbfgsOptions { lr, max_iter, tolerance_grad, tolerance_change, history_size, line_search, .. } =
            self.options;
        let max_eval = self.options.max_eval();
        let mut at = first;
        if max_abs(&at.gradient) <= tolerance_grad {
            return Ok(LbfgsStop::Gradient);
        }
        loop {
            self.iterations += 1;
            let mut t = lr;
            if memory.is_fresh() {
                // The first direction is the gradient, whose size says nothing about the distance.
                t *= (1.0 / sum_abs(&at.gradient)).min(1.0);
            }
            let d = memory.direction(&at.gradient, history_size);
            let slope = dot(&at.gradient, &d);
            if slope > -tolerance_change || slope.is_nan() {
                return Ok(LbfgsStop::Slope);
            }
            let before = at.loss;
            if line_search == LineSearch::Fixed && self.iterations == max_iter {
                // The next step evaluates the loss here, maybe on another batch.
                self.space.advance(t, &d);
            } else {
                let more = max_eval.saturating_sub(self.evaluations);
                let line = Line { space: self.space, start: &at, d: &d, t, more, tolerance_change };
                let found = line_search.run(&line, evaluate)?;
                self.evaluations += found.evaluations;
                t = found.trial.t;
                at = Evaluation { loss: found.trial.loss, gradient: found.trial.gradient };
                self.space.check(&at, self.sign)?;
            }
            let step = scaled(&d, t);
            let farthest = max_abs(&step);
            memory.moved(step);
            if self.iterations >= max_iter {
                return Ok(LbfgsStop::Iterations);
            }
            if self.evaluations >= max_eval {
                return Ok(LbfgsStop::Evaluations);
            }
            if max_abs(&at.gradient) <= tolerance_grad {
                return Ok(LbfgsStop::Gradient);
            }
            if farthest <= tolerance_change || (at.loss - before).abs() < tolerance_change {
                return Ok(LbfgsStop::Change);
            }
        }
    }
}
